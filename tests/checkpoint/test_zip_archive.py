"""Zip archives: their directory, sound and hostile, and what is left of one that was cut off."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.arrays import digest
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.sources import MemorySource
from inspector.checkpoint.zip_directory import member_source, read_directory
from inspector.errors import FileError

from .oracle import assert_shows, assert_whole_ones_are_right


def state_dict(count: int = 40) -> dict[str, Any]:
    import torch

    torch.manual_seed(0)
    return {f"layers.{index}.weight": torch.randn(16, index + 1) for index in range(count)}


@pytest.fixture(scope="module")
def whole() -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(state_dict(), buffer)
    return buffer.getvalue()


def rezipped(data: bytes, method: int = zipfile.ZIP_STORED, skip: str = "", root: str = "") -> bytes:
    """The archive `data` written anew by Python's zipfile."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for name in old.namelist():
            if not skip or not name.endswith(skip):
                new.writestr(name.replace("archive", root) if root else name, old.read(name))
    return buffer.getvalue()


@pytest.mark.parametrize("count", [3, 2000])
def test_the_directory_has_the_crcs_that_were_written(tmp_path: Path, count: int) -> None:
    import torch

    torch.save({str(each): torch.full((3,), each) for each in range(count)}, tmp_path / "many.pth")
    data = (tmp_path / "many.pth").read_bytes()
    directory = read_directory(MemorySource(data))
    assert directory is not None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {name: member.crc for name, member in directory.members.items()} == {
            each.filename: each.CRC for each in archive.infolist()
        }


@given(
    st.dictionaries(st.text(min_size=1, max_size=40).filter(lambda name: "\0" not in name), st.binary(max_size=300)),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    st.binary(max_size=50),
)
def test_the_directory_is_what_zipfile_wrote(files: dict[str, bytes], method: int, prefix: bytes) -> None:
    files = {name: data for name, data in files.items() if _encodes(name)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    source = MemorySource(prefix + buffer.getvalue())
    directory = read_directory(source)
    assert directory is not None
    assert directory.damage == ()
    with zipfile.ZipFile(io.BytesIO(prefix + buffer.getvalue())) as archive:
        assert list(directory.members) == archive.namelist()
        for name, member in directory.members.items():
            found = member_source(source, member)
            assert found.read(0, found.nbytes) == archive.read(name)


def _encodes(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_and_any_folder(tmp_path: Path, whole: bytes, method: int) -> None:
    path = tmp_path / "renamed.pth"
    path.write_bytes(rezipped(whole, method, root="a name of its own"))
    checkpoint = open_checkpoint(path)
    assert checkpoint.damage == ()
    assert ("archive root", "a name of its own") in checkpoint.facts
    assert_shows(checkpoint, state_dict())


def test_big_endian_is_swapped(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "big.pth"
    thing = {"a": torch.arange(5.0), "c": torch.randn(3, dtype=torch.complex64)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(_saved(thing)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if "/data/" in name:
                data = b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))
            new.writestr(name, b"big" if name.endswith("byteorder") else data)
    path.write_bytes(buffer.getvalue())
    assert_shows(open_checkpoint(path), thing)


def _saved(thing: Any) -> io.BytesIO:
    import torch

    buffer = io.BytesIO()
    torch.save(thing, buffer)
    buffer.seek(0)
    return buffer


def test_a_missing_storage_is_marked_in_its_place(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "hole.pth"
    path.write_bytes(rezipped(whole, skip="data/7"))
    checkpoint = open_checkpoint(path)
    tensors = dict(checkpoint.tensors())
    assert "no data/7" in tensors["layers.7.weight"].damage
    assert tensors["layers.8.weight"].damage == ""
    assert checkpoint.damage[0] == "1 of 40 tensors cannot be read whole."
    with pytest.raises(FileError, match="no data/7"):
        digest(tensors["layers.7.weight"])


def test_a_storage_that_is_too_short_says_so(tmp_path: Path) -> None:
    path = tmp_path / "short.pth"
    buffer = io.BytesIO()
    with zipfile.ZipFile(_saved(state_dict(3))) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:20] if name.endswith("data/2") else old.read(name))
    path.write_bytes(buffer.getvalue())
    damage = dict(open_checkpoint(path).tensors())["layers.2.weight"].damage
    assert "should hold 192 bytes; 20 are there" in damage


def test_of_two_members_with_one_name_the_first_counts(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "twice.pth"
    first, second = _saved({"a": torch.zeros(2)}), _saved({"b": torch.ones(3)})
    with zipfile.ZipFile(path, "w") as new, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for archive in (zipfile.ZipFile(first), zipfile.ZipFile(second)):
            with archive:
                for name in archive.namelist():
                    new.writestr(name, archive.read(name))
    checkpoint = open_checkpoint(path)
    assert_shows(checkpoint, {"a": torch.zeros(2)})
    assert any("twice" in sentence for sentence in checkpoint.damage)


def test_encrypted_and_strangely_packed_members_are_refused_in_words(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "odd.pth"
    data = bytearray(rezipped(whole))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, struct.unpack_from("<H", data, at + 8)[0] | 1)
    path.write_bytes(data)
    with pytest.raises(FileError, match="encrypted"):
        open_checkpoint(path)
    path.write_bytes(rezipped(whole, zipfile.ZIP_BZIP2))
    with pytest.raises(FileError, match="bzip2"):
        open_checkpoint(path)


@given(st.data())
def test_a_file_cut_anywhere_opens_as_far_as_it_goes(whole: bytes, tmp_path_factory: Any, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path_factory.mktemp("cut") / "cut.pth"
    path.write_bytes(whole[:cut])
    try:
        checkpoint = open_checkpoint(path)
    except FileError:
        assert cut < 3000  # nothing of the pickle is there
        return
    assert checkpoint.damage
    assert_whole_ones_are_right(checkpoint, state_dict())


def test_the_sentence_on_top_counts_what_is_whole(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    checkpoint = open_checkpoint(path)
    sound = sum(not tensor.damage for _, tensor in checkpoint.tensors())
    assert 20 < sound < 40
    assert checkpoint.damage[0].startswith("The file ends after ")
    assert checkpoint.damage[0].endswith(f" %: {sound} of 40 tensors are whole.")
    assert "in the middle of archive/data/" in checkpoint.damage[1]
    missing = [tensor.damage for _, tensor in checkpoint.tensors() if tensor.damage]
    assert all("byte" in damage or "ends before" in damage for damage in missing)


def test_an_archive_of_the_file_system_with_zip64(tmp_path: Path, whole: bytes) -> None:
    """The same members with 64-bit sizes in their extra fields, as archives over 4 GB have them."""
    path = tmp_path / "zip64.pth"
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            with new.open(name, "w", force_zip64=True) as member:
                member.write(old.read(name))
    assert_shows(open_checkpoint(path), state_dict())


def test_two_threads_may_read_a_stored_member_and_not_a_deflated_one(tmp_path: Path, whole: bytes) -> None:
    for method, anywhere in ((zipfile.ZIP_STORED, True), (zipfile.ZIP_DEFLATED, False)):
        path = tmp_path / f"{method}.pth"
        path.write_bytes(rezipped(whole, method))
        sources = [tensor.storage.source for _, tensor in open_checkpoint(path).tensors() if tensor.nbytes > 1000]
        assert {source.reads_anywhere for source in sources} == {anywhere}
