"""Whatever happens while it is written: all of it is there under its name, or nothing is and nothing was lost."""

from __future__ import annotations

import itertools
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from inspector.checkpoint import writing
from inspector.checkpoint.reading import open_checkpoint
from inspector.converting import carrying_out
from inspector.converting.foreseeing import foresee
from inspector.converting.offering import offers
from inspector.converting.wishes import SAFETENSORS, Foreseen, Wish
from inspector.errors import FileError
from inspector.progress import Progress, finish

from .converting import assert_same, converted, foreseen, left, load

SHARDS = Wish(format=SAFETENSORS, shards=1_000_000)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    torch.save({f"layer.{number}": torch.randn(250_000) for number in range(4)}, tmp_path / "a.pth")
    return tmp_path / "a.pth"


@pytest.fixture(params=["one file", "shards"])
def told(request: pytest.FixtureRequest, source: Path) -> Foreseen:
    return foreseen(source, Wish() if request.param == "one file" else SHARDS)


def convert(told: Foreseen, target: Path, **allowed: bool) -> Iterator[Progress]:
    return carrying_out.convert(told, str(target), **allowed)


def test_stopped_anywhere_it_leaves_nothing(told: Foreseen, tmp_path: Path) -> None:
    words = list(convert(told, tmp_path / "full"))
    assert [word.done for word in words] == sorted(word.done for word in words)
    assert words[-1].done == words[-1].total == 2 * 4_000_000
    there = left(tmp_path)
    for asked in range(len(words)):
        work = convert(told, tmp_path / "stopped")
        list(itertools.islice(work, asked))
        work.close()  # type: ignore[attr-defined]
    assert left(tmp_path) == there


def test_foreseeing_can_be_stopped(source: Path) -> None:
    work = foresee(open_checkpoint(source), Wish(dtype="float16"))
    assert any(word.text == "measuring" for word in work)
    work.close()


def test_a_full_disk_leaves_nothing(told: Foreseen, tmp_path: Path) -> None:
    there = left(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, hard))
    try:
        with pytest.raises(FileError, match="does not take files as large"):
            finish(convert(told, tmp_path / "out"))  # type: ignore[arg-type]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert left(tmp_path) == there


def test_too_little_room_is_said_before(told: Foreseen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = os.statvfs(tmp_path)
    fields = [0 if place == 4 else value for place, value in enumerate(room)]
    monkeypatch.setattr(writing.os, "statvfs", lambda _: os.statvfs_result([*fields, *[0] * (11 - len(fields))][:11]))
    with pytest.raises(FileError, match=r"not enough room .*: .* are needed, 0 B are free") as caught:
        carrying_out.refuse(told, str(tmp_path / "out"))
    assert caught.value.path == str(tmp_path / "out")


def test_a_folder_that_is_not_there_or_goes_away(told: Foreseen, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no folder"):
        carrying_out.refuse(told, str(tmp_path / "no" / "where" / "x.safetensors" if told.wish.shards else
                                      tmp_path / "no" / "x.pth"))  # fmt: skip
    folder = tmp_path / "folder"
    folder.mkdir()
    name = "x.safetensors" if told.wish.shards else "x.pth"
    work = convert(told, folder / name)
    next(work)
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()
    with pytest.raises(FileError):
        finish(work)  # type: ignore[arg-type]
    assert not folder.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_only_be_read_is_said_before(told: Foreseen, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o555)
    with pytest.raises(FileError, match="you may not write"):
        carrying_out.refuse(told, str(folder / "out"))


def test_links_as_targets(source: Path, tmp_path: Path) -> None:
    told = foreseen(source, Wish(dtype="float16"))
    (tmp_path / "nowhere.pth").symlink_to("not-there.pth")
    with pytest.raises(FileError, match="a link that leads nowhere"):
        carrying_out.refuse(told, str(tmp_path / "nowhere.pth"), overwrite=True)
    (tmp_path / "itself.pth").symlink_to(source)
    with pytest.raises(FileError, match="the very file that is read"):
        carrying_out.refuse(told, str(tmp_path / "itself.pth"), overwrite=True)
    (tmp_path / "precious.pth").write_text("precious")
    (tmp_path / "latest.pth").symlink_to("precious.pth")
    finish(carrying_out.convert(told, str(tmp_path / "latest.pth"), overwrite=True))
    assert len(load(tmp_path / "latest.pth")) == 4
    assert (tmp_path / "precious.pth").read_text() == "precious"  # the link was replaced, and nothing lost


def test_of_two_conversions_to_one_name_the_later_is_refused(source: Path, tmp_path: Path) -> None:
    one, other = foreseen(source, Wish()), foreseen(source, Wish(dtype="float16"))
    first, second = convert(one, tmp_path / "out.pth"), convert(other, tmp_path / "out.pth")
    next(first)
    next(second)
    finish(first)  # type: ignore[arg-type]
    with pytest.raises(FileError, match="is there already"):
        finish(second)  # type: ignore[arg-type]
    assert left(tmp_path) == ["a.pth", "out.pth"]
    assert load(tmp_path / "out.pth")["layer.0"].dtype == torch.float32


def test_a_source_that_changed_is_refused(told: Foreseen, source: Path, tmp_path: Path) -> None:
    os.utime(source, ns=(1, 1))
    with pytest.raises(FileError, match="changed since it was opened"):
        finish(convert(told, tmp_path / "out"))  # type: ignore[arg-type]
    assert left(tmp_path) == ["a.pth"]


def test_a_source_that_changes_meanwhile_is_noticed(told: Foreseen, source: Path, tmp_path: Path) -> None:
    work = convert(told, tmp_path / "out")
    next(work)
    data = bytearray(source.read_bytes())
    data[200_000:600_000] = bytes(400_000)
    source.write_bytes(data)
    with pytest.raises(FileError):
        finish(work)  # type: ignore[arg-type]
    assert left(tmp_path) == ["a.pth"]


def test_what_is_there_is_kept_unless_told(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pth"
    out.write_text("precious")
    told = foreseen(source, Wish())
    with pytest.raises(FileError, match="is there already"):
        finish(carrying_out.convert(told, str(out)))
    assert out.read_text() == "precious"
    finish(carrying_out.convert(told, str(out), overwrite=True))
    assert len(load(out)) == 4


def test_the_source_is_kept_unless_told_twice(source: Path) -> None:
    before = source.read_bytes()
    told = foreseen(source, Wish(dtype="float16"))
    for allowed in ({}, {"overwrite": True}, {"over_source": True}):
        with pytest.raises(FileError, match="the very file that is read"):
            finish(carrying_out.convert(told, str(source), **allowed))
    assert source.read_bytes() == before
    finish(carrying_out.convert(told, str(source), overwrite=True, over_source=True))
    assert load(source)["layer.0"].dtype == torch.float16


def test_a_shard_does_not_take_the_place_of_what_another_is_read_from(source: Path, tmp_path: Path) -> None:
    converted(source, tmp_path / "st", SHARDS)
    again = foreseen(tmp_path / "st", Wish(format=SAFETENSORS, shards=1_000_000, dtype="bfloat16"))
    with pytest.raises(FileError, match=r"the very file that is read|is there already"):
        finish(carrying_out.convert(again, str(tmp_path / "st")))
    within = foreseen(tmp_path / "st", Wish(format=SAFETENSORS, shards=1_000_000))
    with pytest.raises(FileError, match="the very file that is read"):
        finish(carrying_out.convert(within, str(tmp_path / "st"), overwrite=True))
    assert len(load_file(tmp_path / "st" / "model-00001-of-00004.safetensors")) == 1


def test_a_name_that_cannot_be_taken_gives_all_others_back(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "st"
    converted(source, folder, SHARDS)
    (folder / "model-00001-of-00002.safetensors").write_text("precious")
    before = {each: each.read_bytes() for each in folder.iterdir()}
    replace = os.replace

    def failing(one: str, other: str) -> None:
        if one.endswith(".part") and "index" in str(other):
            raise OSError(28, "No space left on device")
        replace(one, other)

    monkeypatch.setattr(writing.os, "replace", failing)
    told = foreseen(source, Wish(format=SAFETENSORS, shards=2_000_000))
    with pytest.raises(FileError, match="not enough room"):
        finish(carrying_out.convert(told, str(folder), overwrite=True))
    assert {each: each.read_bytes() for each in folder.iterdir()} == before


def test_a_name_of_another_format_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a name of another format"):
        carrying_out.refuse(foreseen(source, Wish(format=SAFETENSORS)), str(tmp_path / "x.pth"))
    with pytest.raises(FileError, match="is a name of another format"):
        carrying_out.refuse(foreseen(source, Wish()), str(tmp_path / "x.safetensors"))
    with pytest.raises(FileError, match="is a folder"):
        carrying_out.refuse(foreseen(source, Wish()), str(tmp_path))


# -- salvaging ----------------------------------------------------------------------------------------


@pytest.fixture
def cut(source: Path, tmp_path: Path) -> Path:
    """A download that broke off in the third of four tensors."""
    path = tmp_path / "cut.pth"
    path.write_bytes(source.read_bytes()[:2_500_000])
    return path


def test_a_damaged_file_is_refused_without_a_word_on_it(cut: Path) -> None:
    with pytest.raises(FileError.__base__, match=r"2 tensors cannot be read whole: layer\.2, layer\.3\.") as caught:  # type: ignore[arg-type]
        foreseen(cut, Wish())
    assert "Salvage what is whole" in str(caught.value)


@pytest.mark.parametrize("format", ["zip", "safetensors"])
def test_what_is_whole_is_saved(source: Path, cut: Path, tmp_path: Path, format: str) -> None:
    offered = finish(offers(open_checkpoint(cut)))
    assert offered.default.salvage == "leave-out"
    assert [key for key, _ in offered.broken] == ["layer.2", "layer.3"]
    told = foreseen(cut, format=format)
    assert [(key, bool(reason)) for key, reason in told.left_out] == [("layer.2", True), ("layer.3", True)]
    done = converted(cut, tmp_path / "out", format=format)
    state = load(source)
    after = load(done.path) if format == "zip" else load_file(done.path)
    assert_same(after, {key: state[key] for key in ("layer.0", "layer.1")})


def test_or_filled_with_zeros(source: Path, cut: Path, tmp_path: Path) -> None:
    told = foreseen(cut, Wish(salvage="zeros", dtype="float16"))
    assert [row.zeros for row in told.rows] == [False, False, True, True]
    assert "2 tensors whose numbers are not whole are written as zeros: layer.2, layer.3." in told.notes
    converted(cut, tmp_path / "out.pth", Wish(salvage="zeros", dtype="float16"))
    after, state = load(tmp_path / "out.pth"), load(source)
    assert torch.equal(after["layer.1"], state["layer.1"].half())
    assert torch.equal(after["layer.3"], torch.zeros(250_000, dtype=torch.float16))


def test_the_whole_of_a_damaged_training_checkpoint(tmp_path: Path) -> None:
    optimizer = {"state": {0: {"exp_avg": torch.randn(250_000)}}, "param_groups": []}
    state = {"epoch": 3, "state_dict": {"a": torch.ones(250_000), "b": torch.ones(3)}, "optimizer": optimizer}
    torch.save(state, tmp_path / "a.pth")
    (tmp_path / "a.pth").write_bytes((tmp_path / "a.pth").read_bytes()[:1_500_000])
    with pytest.raises(FileError.__base__, match="cannot be read whole: optimizer"):  # type: ignore[arg-type]
        foreseen(tmp_path / "a.pth", Wish("state_dict", whole=True))
    converted(tmp_path / "a.pth", tmp_path / "weights.pth", Wish("state_dict"))  # they are whole
    for salvage in ("leave-out", "zeros"):
        told = foreseen(tmp_path / "a.pth", Wish("state_dict", whole=True, salvage=salvage))
        converted(tmp_path / "a.pth", tmp_path / f"{salvage}.pth", Wish("state_dict", whole=True, salvage=salvage))
        after = load(tmp_path / f"{salvage}.pth")
        assert after["epoch"] == 3
        assert_same(after["state_dict"], state["state_dict"])
        if salvage == "zeros":
            assert torch.equal(after["optimizer"]["state"][0]["exp_avg"], torch.zeros(250_000))
        else:
            assert after["optimizer"]["state"][0] == {}
            assert [key for key, _ in told.left_out] == ["optimizer.state.0.exp_avg"]


def test_a_flipped_bit_is_found_by_its_checksum(source: Path, tmp_path: Path) -> None:
    data = bytearray(source.read_bytes())
    data[2_500_000] ^= 4  # in the third of four tensors
    (tmp_path / "flipped.pth").write_bytes(data)
    told = foreseen(tmp_path / "flipped.pth", Wish(salvage="leave-out"))
    assert [key for key, _ in told.left_out] == ["layer.2"]
    assert "checksum" in told.left_out[0][1]
    assert foreseen(source, Wish(salvage="leave-out")).left_out == ()


def test_checksums_that_were_not_worked_out_are_not_looked_at(tmp_path: Path) -> None:
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        torch.save({"a": torch.randn(5), "b": torch.randn(9)}, tmp_path / "a.pth")
    finally:
        torch.serialization.set_crc32_options(before)
    assert foreseen(tmp_path / "a.pth", Wish(salvage="leave-out")).left_out == ()


def test_shards_that_are_missing(source: Path, tmp_path: Path) -> None:
    converted(source, tmp_path / "st", SHARDS)
    (tmp_path / "st" / "model-00002-of-00004.safetensors").unlink()
    done = converted(tmp_path / "st", tmp_path / "rest.safetensors")
    assert set(load_file(done.path)) == {"layer.0", "layer.2", "layer.3"}


# -- many ---------------------------------------------------------------------------------------------


def test_many_keys(tmp_path: Path) -> None:
    one = torch.ones(8_000, 2)
    torch.save({f"module.block.{number}.weight": row for number, row in enumerate(one)}, tmp_path / "a.pth")
    offered = finish(offers(open_checkpoint(tmp_path / "a.pth")))
    told = finish(foresee(open_checkpoint(tmp_path / "a.pth"), offered.default))
    assert len(told.rows) == 8_000
    assert told.rows[77].key == "block.77.weight"
