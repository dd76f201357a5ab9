"""torch.package archives: every pickle, the sources beside it, and what the package imports from outside."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from inspector.checkpoint import arrays
from inspector.checkpoint.entries import Branch
from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError

from .assembling import Call, Name, Pid, pickled, tensor, zip_bytes

_DATA = {
    ".data/0.storage": struct.pack("<4f", 1, 2, 3, 4),
    ".data/version": b"6\n",
    ".data/extern_modules": b"torch\nnumpy\n",
}


@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")
def test_reads_what_torch_exports(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from torch.package import PackageExporter

    path = str(tmp_path / "model.pt")
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
    with PackageExporter(path) as exporter:
        exporter.extern("torch.**")
        exporter.extern(["collections", "builtins"])
        exporter.save_pickle("model", "model.pkl", model)
        exporter.save_source_string("helping", "def help():\n    return 1\n")
        exporter.save_text("notes", "readme.txt", "hello")
    found = open_checkpoint(path)
    assert found.format == "package"
    assert found.root.type == "torch.nn.modules.container.Sequential"
    tensors = dict(found.tensors())
    assert list(tensors) == list(model.state_dict())
    assert all(arrays.read(each).tolist() == model.state_dict()[key].tolist() for key, each in tensors.items())
    texts = {text.name: text.source.read(text.offset, text.nbytes) for text in found.texts}
    assert texts["helping.py"].startswith(b"def help()")
    assert texts["notes/readme.txt"] == b"hello"
    assert "torch" in dict(found.facts)["imports from outside"]


def test_several_pickles_stand_under_their_names(tmp_path: Path) -> None:
    members = {"a/a.pkl": pickled({"w": tensor("0", (4,))}), "b/b.pkl": pickled({"w": tensor("0", (2, 2)), "n": 3})}
    (tmp_path / "f").write_bytes(zip_bytes(members | _DATA))
    tensors = dict(open_checkpoint(tmp_path / "f").tensors())
    assert list(tensors) == ["a/a.pkl.w", "b/b.pkl.w"]
    assert tensors["a/a.pkl.w"].storage == tensors["b/b.pkl.w"].storage
    assert arrays.read(tensors["b/b.pkl.w"]).tolist() == [[1, 2], [3, 4]]


def test_arguments_of_one_object_are_not_taken_for_those_of_another(tmp_path: Path) -> None:
    calls = {name: Call(Name("net", "Layer"), (number,)) for number, name in enumerate("abcdef")}
    (tmp_path / "f").write_bytes(zip_bytes({"m/m.pkl": pickled(calls)} | _DATA))
    entries = dict(open_checkpoint(tmp_path / "f").entries())
    assert [entries[f"{name}.constructor arguments.0"].value for name in calls] == [0, 1, 2, 3, 4, 5]  # type: ignore[union-attr]


def test_what_a_package_makes_itself_is_the_call_that_makes_it(tmp_path: Path) -> None:
    made = Pid(("reduce_package", 7, Name("torch.jit._script", "unpackage_script_module"), (tensor("0", (4,)),)))
    odd = Pid(("reduce_package", [], Name("os", "system"), "not a tuple"))
    (tmp_path / "f").write_bytes(zip_bytes({"m/m.pkl": pickled([made, made, odd])} | _DATA))
    found = open_checkpoint(tmp_path / "f")
    first = found.root.children[0]
    assert isinstance(first, Branch)
    assert first.type == "torch.jit._script.unpackage_script_module"
    assert len(dict(found.tensors())) == 2
    assert "os.system" in {each.name for each in found.globals if each.verdict == "dangerous"}


def test_a_missing_storage_is_said_at_its_tensor(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(zip_bytes({"m.pkl": pickled([tensor("5", (4,))])} | _DATA))
    assert "no .data/5.storage" in dict(open_checkpoint(tmp_path / "f").tensors())["0"].damage


def test_a_broken_pickle_leaves_the_others(tmp_path: Path) -> None:
    members = {"a.pkl": b"\x80\x02}(X\x01\0\0\0aK\x01", "b.pkl": pickled({"w": tensor("0", (4,))})}
    (tmp_path / "f").write_bytes(zip_bytes(members | _DATA))
    found = open_checkpoint(tmp_path / "f")
    assert "a.pkl breaks off" in found.damage[0]
    assert list(dict(found.tensors())) == ["b.pkl.w"]


def test_objects_that_are_called_are_only_shown(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    thing = Call(Name("os", "system"), (f"touch {marker}",))
    (tmp_path / "f").write_bytes(zip_bytes({"m.pkl": pickled({"x": thing})} | _DATA))
    assert open_checkpoint(tmp_path / "f").globals[0].verdict == "dangerous"
    assert not marker.exists()


def test_an_archive_without_a_pickle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(zip_bytes({"a.py": b"x = 1"} | _DATA))
    with pytest.raises(FileError):
        open_checkpoint(tmp_path / "f")
