"""Entries as files of their own: names that lead nowhere else, `.npy` for numpy, `.pt` as torch has it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from inspector.checkpoint import npy_writing
from inspector.checkpoint.arrays import digest, read
from inspector.checkpoint.entries import Branch, Checkpoint, Tensor
from inspector.checkpoint.outline import Outline
from inspector.checkpoint.reading import open_checkpoint
from inspector.converting.entry_files import NPY, PT, endings, file_name, write_entry
from inspector.errors import FileError
from inspector.progress import finish


def opened(path: Path) -> tuple[Checkpoint, Outline]:
    checkpoint = open_checkpoint(str(path))
    return checkpoint, Outline.of(checkpoint.root)


def written(path: Path, key: str, to: Path) -> Path:
    checkpoint, outline = opened(path)
    row = outline.row(key)
    assert row is not None
    return Path(finish(write_entry(checkpoint, outline, [row], str(to))))


def safetensors(path: Path, tensors: dict[str, tuple[str, list[int], bytes]]) -> Path:
    head, data = {}, b""
    for name, (dtype, shape, raw) in tensors.items():
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def tensor_at(path: Path, key: str) -> Tensor:
    return dict(opened(path)[0].tensors())[key]


def test_a_tensor_becomes_an_array_that_numpy_reads(samples: Path, tmp_path: Path) -> None:
    path = written(samples / "fashion_classifier.pt", "state_dict.fc1.weight", tmp_path / "w.npy")
    found = np.load(path, allow_pickle=False)
    kept = tensor_at(samples / "fashion_classifier.pt", "state_dict.fc1.weight")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, read(kept))
    assert npy_writing.note(kept) == ""


def test_types_that_numpy_has_not_become_float32(tmp_path: Path) -> None:
    raw = struct.pack("<4H", 0x3F80, 0xC000, 0x7F80, 0x0001)
    path = safetensors(tmp_path / "a.safetensors", {"w": ("BF16", [2, 2], raw), "f": ("F8_E4M3", [2], b"\x38\xb8")})
    found = np.load(written(path, "w", tmp_path / "w.npy"))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array([[1, -2], [np.inf, 2.0**-133]], np.float32))
    np.testing.assert_array_equal(np.load(written(path, "f", tmp_path / "f.npy")), np.array([1, -1], np.float32))
    assert npy_writing.note(tensor_at(path, "w")) == "NumPy has no bfloat16: it becomes float32, exactly."


@pytest.mark.parametrize(("dtype", "raw", "kind"), [("BOOL", b"\1\0\1", "bool"), ("I64", b"\2" + bytes(7), "int64")])
def test_whole_numbers_and_truths_stay_what_they_are(tmp_path: Path, dtype: str, raw: bytes, kind: str) -> None:
    shape = [3] if dtype == "BOOL" else []
    found = np.load(
        written(safetensors(tmp_path / "a.safetensors", {"x": (dtype, shape, raw)}), "x", tmp_path / "x.npy")
    )
    assert (found.dtype, found.shape) == (np.dtype(kind), tuple(shape))


def test_a_tensor_as_pt_is_that_tensor(samples: Path, tmp_path: Path) -> None:
    import torch

    path = written(samples / "fashion_classifier.pt", "state_dict.fc1.bias", tmp_path / "b.pt")
    whole = torch.load(samples / "fashion_classifier.pt", weights_only=True, map_location="cpu")
    assert torch.equal(torch.load(path, weights_only=True), whole["state_dict"]["fc1.bias"])


def test_a_branch_is_what_the_file_has_there_and_a_group_the_rest_of_its_keys(samples: Path, tmp_path: Path) -> None:
    whole = samples / "fashion_classifier.pt"
    branch = opened(written(whole, "state_dict", tmp_path / "a.pt"))[0]
    wanted = {key.removeprefix("state_dict."): digest(each) for key, each in opened(whole)[0].tensors()}
    wanted = {key: each for key, each in wanted.items() if key.startswith("fc")}
    assert {key: digest(each) for key, each in branch.tensors()} == wanted
    group = opened(written(whole, "state_dict.fc1", tmp_path / "b.pt"))[0]
    assert {key: digest(each) for key, each in group.tensors()} == {
        "weight": wanted["fc1.weight"],
        "bias": wanted["fc1.bias"],
    }


def test_the_states_of_an_optimizer_keep_their_numbers(samples: Path, tmp_path: Path) -> None:
    import torch

    checkpoint, _ = opened(samples / "linear_training.pt")
    key = next(key for key, each in checkpoint.entries() if isinstance(each, Branch) and key.endswith("state"))
    found = torch.load(written(samples / "linear_training.pt", key, tmp_path / "s.pt"), weights_only=True)
    assert all(isinstance(each, int) for each in found)


def test_a_file_that_it_is_read_from_is_never_written_over(samples: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a.npy"
    copy.write_bytes((samples / "linear.pth").read_bytes())
    checkpoint, outline = opened(copy)
    row = next(row for row in outline.leaves if isinstance(outline.entries[row], Tensor))
    before = copy.read_bytes()
    with pytest.raises(FileError, match="very file"):
        finish(write_entry(checkpoint, outline, [row], str(copy), overwrite=True))
    (tmp_path / "there.npy").touch()
    with pytest.raises(FileError, match="there already"):
        finish(write_entry(checkpoint, outline, [row], str(tmp_path / "there.npy")))
    assert copy.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.npy", "there.npy"]


def test_whoever_stops_asking_leaves_nothing_behind(samples: Path, tmp_path: Path) -> None:
    checkpoint, outline = opened(samples / "resnet_plain.pth")
    row = outline.row("conv1.weight")
    assert row is not None
    work = write_entry(checkpoint, outline, [row], str(tmp_path / "w.npy"))
    next(work)
    work.close()
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read_is_said(samples: Path, tmp_path: Path) -> None:
    checkpoint, outline = opened(samples / "truncated.pth")
    row = next(row for row, each in enumerate(outline.entries) if isinstance(each, Tensor) and each.damage)
    with pytest.raises(FileError):
        finish(write_entry(checkpoint, outline, [row], str(tmp_path / "w.npy")))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("fc1.weight", "fc1.weight.npy"),
        ("../../etc/passwd", "etc_passwd.npy"),
        ("/", "entry.npy"),
        ("..", "entry.npy"),
        ("con", "entry_con.npy"),
        ("a\nb\u202ec\\d:e", "a_b_c_d_e.npy"),
        ("日本", "日本.npy"),
    ],
)
def test_names_lead_nowhere_else(key: str, name: str) -> None:
    assert file_name(key, NPY) == name


def test_long_names_are_cut_to_what_file_systems_take(tmp_path: Path) -> None:
    name = file_name("é" * 500 + "_end", NPY)
    assert len(name.encode()) < 255
    assert name.endswith("_end.npy")
    (tmp_path / name).touch()


def test_blocks_that_are_folded_into_one_row_are_saved_with_their_whole_keys(samples: Path, tmp_path: Path) -> None:
    checkpoint, outline = opened(samples / "resnet_plain.pth")
    rows = [row for key in ("layer1.0", "layer2.0") if (row := outline.row(key)) is not None]
    found = opened(Path(finish(write_entry(checkpoint, outline, rows, str(tmp_path / "b.pt")))))[0]
    wanted = [key for key, _ in checkpoint.tensors() if key.startswith(("layer1.0.", "layer2.0."))]
    assert wanted
    assert [key for key, _ in found.tensors()] == wanted


def test_what_holds_no_tensor_has_no_file(samples: Path) -> None:
    _, outline = opened(samples / "linear_training.pt")
    by_key = {outline.key(row): endings(outline, [row]) for row in range(len(outline))}
    assert set(by_key.values()) == {(NPY, PT), (PT,), ()}
