"""The tar archives of torch before 0.1.10, against torch itself, which can still load them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from inspector.checkpoint import arrays, legacy_tar
from inspector.checkpoint.entries import Branch, Checkpoint, Tensor
from inspector.checkpoint.sources import FileSource
from inspector.errors import FileError

from .assembling import (
    Call,
    Name,
    OldTensor,
    Pid,
    ordered,
    pickled,
    tar_bytes,
    tar_checkpoint,
    tar_storages,
    tar_tensors,
)

_FLOATS = struct.pack("<12f", *range(12))
_PARAMETER = Name("torch.nn.parameter", "Parameter")


def _sound() -> bytes:
    """A matrix, its transpose, a part of a view, a parameter, and a storage by itself."""
    storages = tar_storages({100: _FLOATS, 101: struct.pack("<2f", 0.5, 1.5)}, [(102, 100, 4, 3)])
    tensors = tar_tensors(
        [
            OldTensor(7, 100, (3, 4), (4, 1)),
            OldTensor(8, 100, (4, 3), (1, 4)),
            OldTensor(9, 102, (2,), (1,), 1),
            OldTensor(10, 101, (2,), (1,)),
        ]
    )
    thing = ordered(
        {
            "w": Pid("7"),
            "t": Pid("8"),
            "v": Pid("9"),
            "p": Call(_PARAMETER, (Pid("10"), True)),
            "s": Pid("101"),
            "epoch": 3,
        }
    )
    return tar_checkpoint(pickled(thing), storages, tensors)


def _opened(path: Path, data: bytes) -> Checkpoint:
    path.write_bytes(data)
    return legacy_tar.read(FileSource(str(path)))


def test_reads_what_torch_reads(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    found = _opened(tmp_path / "old.pth.tar", _sound())
    with open(tmp_path / "old.pth.tar", "rb") as file:
        theirs = torch.load(file, weights_only=False)
    assert found.format == "tar"
    assert found.damage == ()
    ours = dict(found.tensors())
    assert list(ours) == ["w", "t", "v", "p"]
    for key, tensor in ours.items():
        assert (tensor.shape, tensor.stride) == (tuple(theirs[key].shape), theirs[key].stride())
        assert arrays.read(tensor).tolist() == theirs[key].tolist()
    assert ours["p"].parameter
    assert ours["v"].storage is not None
    assert ours["v"].storage.owner == "100"
    assert ours["w"].storage == ours["t"].storage


def test_other_values_stand_beside_the_tensors(tmp_path: Path) -> None:
    entries = dict(_opened(tmp_path / "f", _sound()).entries())
    assert entries["epoch"].value == 3  # type: ignore[union-attr]
    assert entries["s"].note == "a storage by itself"  # type: ignore[union-attr]


def test_a_module_with_its_source_is_a_module(tmp_path: Path) -> None:
    cls = Pid((Name("torch.nn.modules.linear", "Linear"), "linear.py", "class Linear: ..."))
    weight = Call(_PARAMETER, (Pid("7"), True))
    fields: dict[str, object] = {"training": True, "in_features": 4, "_parameters": ordered({"weight": weight})}
    fields |= {"_buffers": ordered({}), "_modules": ordered({})}
    thing = pickled(Call(Name("copy_reg", "_reconstructor"), (cls, Name("__builtin__", "object"), None), fields))
    tensors = tar_tensors([OldTensor(7, 100, (3, 4), (4, 1))])
    found = _opened(tmp_path / "f", tar_checkpoint(thing, tar_storages({100: _FLOATS}), tensors))
    assert found.root.type == "torch.nn.modules.linear.Linear"
    assert found.root.kind == "module"
    assert dict(found.tensors())["weight"].extra.role == "parameter"


def test_is_told_by_its_first_member() -> None:
    assert legacy_tar.is_legacy_tar(_sound()[:512])
    assert not legacy_tar.is_legacy_tar(tar_bytes({"epoch_1.pth": b"x"})[:512])
    assert not legacy_tar.is_legacy_tar(bytes(512))
    assert not legacy_tar.is_legacy_tar(b"pickle" + bytes(600))
    assert not legacy_tar.is_legacy_tar(b"")


def test_an_archive_without_its_pickle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="member `pickle` is missing"):
        _opened(tmp_path / "f", tar_bytes({"storages": tar_storages({})}))


def test_another_tar_archive_is_called_by_its_members(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"tar archive, but no checkpoint: it holds epoch_1\.pth"):
        _opened(tmp_path / "f", tar_bytes({"epoch_1.pth": b"x"}))


def test_cut_off_anywhere_it_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    data = _sound().rstrip(b"\0")
    for length in range(0, len(data), 7):
        try:
            found = _opened(tmp_path / "f", data[:length])
        except FileError:
            continue
        assert found.damage, length
        for _, tensor in found.tensors():
            if not tensor.damage:
                assert arrays.digest(tensor)


@pytest.mark.parametrize(
    ("storages", "tensors"),
    [
        (pickled("many"), tar_tensors([])),
        (pickled(10**30), pickled(-5)),
        (pickled(1) + pickled((100, "cpu", Name("os", "system"))) + bytes(8), tar_tensors([])),
        (pickled(1) + pickled((100, "cpu", Name("torch", "FloatStorage"))) + b"\xff" * 8, tar_tensors([])),
        (pickled(1) + pickled((100, "cpu", Name("torch", "FloatStorage"))) + b"\xff" * 7 + b"\x7f", tar_tensors([])),
        (tar_storages({100: _FLOATS}, [(7, 100, -1, 5), (8, 100, 10, 10), (9, 55, 0, 1), 3]), tar_tensors([])),
        (tar_storages({100: _FLOATS}), pickled(1) + pickled((7, 100, Name("torch", "FloatTensor"))) + b"\xff" * 64),
        (tar_storages({100: _FLOATS}), pickled(1) + pickled(7)),
        (tar_storages({100: _FLOATS}), tar_tensors([OldTensor(7, 100, (2**62, 2**62), (1, 1))])),
        (tar_storages({100: _FLOATS}), tar_tensors([OldTensor(7, 100, (-3,), (1,))])),
        (tar_storages({100: _FLOATS}), tar_tensors([OldTensor(7, 55, (2,), (1,))])),
    ],
)
def test_lies_are_sentences(tmp_path: Path, storages: bytes, tensors: bytes) -> None:
    found = _opened(tmp_path / "f", tar_checkpoint(pickled({"w": Pid("7"), "n": 1}), storages, tensors))
    assert isinstance(found.root, Branch)
    entry = dict(found.entries())["w"]
    assert not isinstance(entry, Tensor) or entry.damage


def test_names_are_listed_with_their_verdicts(tmp_path: Path) -> None:
    thing = pickled({"w": Call(Name("os", "system"), ("true",))})
    found = _opened(tmp_path / "f", tar_checkpoint(thing, tar_storages({}), tar_tensors([])))
    assert [(each.name, each.verdict) for each in found.globals] == [("os.system", "dangerous")]
