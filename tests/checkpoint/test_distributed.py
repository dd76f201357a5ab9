"""Distributed checkpoints: keys, shapes and types from the metadata, values out of the archives in the files."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inspector.checkpoint import arrays
from inspector.checkpoint.calls import sizes
from inspector.checkpoint.entries import Checkpoint, Tensor
from inspector.checkpoint.inert import Global, Node
from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError

from .assembling import Call, Name, contiguous, mapping, pickled, tensor, zip_checkpoint

_MODULE = "torch.distributed.checkpoint.metadata"


def _object(name: str, state: object, module: str = _MODULE) -> Call:
    return Call(Name(module, name), (), state, new=True)


def _size(shape: tuple[int, ...]) -> Call:
    return Call(Name("torch", "Size"), (shape,))


def _described(shape: tuple[int, ...], chunks: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> Call:
    layout = Call(Name("torch.serialization", "_get_layout"), ("torch.strided",))
    memory = Call(Name(_MODULE, "_MEM_FORMAT_ENCODING"), (0,))
    properties = _object("TensorProperties", (Name("torch", "float32"), layout, False, memory, False))
    listed = [_object("ChunkStorageMetadata", {"offsets": _size(at), "sizes": _size(of)}) for at, of in chunks]
    return _object("TensorStorageMetadata", {"properties": properties, "size": _size(shape), "chunks": listed})


def _index(key: str, offset: tuple[int, ...] | None) -> Call:
    return _object("MetadataIndex", {"fqn": key, "index": None} | ({} if offset is None else {"offset": _size(offset)}))


def _info(filename: object, offset: object, length: object, **others: object) -> Call:
    state = {"relative_path": filename, "offset": offset, "length": length} | others
    return _object("_StorageInfo", state, "torch.distributed.checkpoint.filesystem")


class _Folder:
    """A distributed checkpoint that is put together item by item."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.described: dict[str, object] = {}
        self.paths: dict[str, object] = {}
        self.stored: list[tuple[Call, Call]] = []
        path.mkdir()

    def add_tensor(self, key: str, whole: np.ndarray, axis: int = 0, parts: int = 1) -> None:
        pieces = np.array_split(whole, parts, axis) if parts > 1 else [whole]
        chunks, at = [], 0
        for piece in pieces:
            offset = tuple(at if each == axis else 0 for each in range(whole.ndim))
            chunks.append((offset, piece.shape))
            archive = zip_checkpoint(pickled(tensor("0", piece.shape)), {"0": np.ascontiguousarray(piece).tobytes()})
            self.store(_index(key, offset), archive, f"__{at % 2}_0.distcp")
            at += piece.shape[axis] if whole.ndim else 0
        self.described[key] = _described(whole.shape, chunks)

    def add_value(self, key: str, value: object) -> None:
        self.described[key] = _object("BytesStorageMetadata", None)
        self.store(_index(key, None), zip_checkpoint(pickled(value), {}), "__0_0.distcp")

    def store(self, index: Call, data: bytes, filename: str) -> None:
        with open(self.path / filename, "ab") as file:
            self.stored.append((index, _info(filename, file.tell(), len(data))))
            file.write(data)

    def opened(self) -> Checkpoint:
        body = {"state_dict_metadata": self.described, "planner_data": self.paths}
        fields = body | {"storage_data": mapping(list(self.stored)), "version": "1.0.0"}
        (self.path / ".metadata").write_bytes(pickled(_object("Metadata", fields)))
        return open_checkpoint(self.path)


@pytest.fixture
def folder(tmp_path: Path) -> _Folder:
    """A folder with a matrix in one piece, one split by rows, one by columns, and a number."""
    found = _Folder(tmp_path / "step-100")
    numbers = np.arange(24, dtype=np.float32)
    found.add_tensor("model.whole", numbers.reshape(6, 4))
    found.add_tensor("model.rows", numbers.reshape(6, 4), 0, 3)
    found.add_tensor("model.columns", numbers.reshape(4, 6), 1, 2)
    found.add_tensor("model.middle", numbers.reshape(2, 3, 4), 1, 2)
    found.add_tensor("scalar", np.array(3, dtype=np.float32))
    found.add_value("step", 100)
    found.paths |= {f"model.{name}": ("model", name) for name in ("whole", "rows", "columns", "middle")}
    return found


def test_every_tensor_reads_as_a_whole(folder: _Folder) -> None:
    found = folder.opened()
    assert found.format == "distributed"
    assert found.damage == ()
    tensors = dict(found.tensors())
    assert list(tensors) == ["model.whole", "model.rows", "model.columns", "model.middle", "scalar"]
    numbers = np.arange(24, dtype=np.float32)
    assert np.array_equal(arrays.read(tensors["model.whole"]), numbers.reshape(6, 4))
    assert np.array_equal(arrays.read(tensors["model.rows"]), numbers.reshape(6, 4))
    assert np.array_equal(arrays.read(tensors["model.columns"]), numbers.reshape(4, 6))
    assert np.array_equal(arrays.read(tensors["model.middle"]), numbers.reshape(2, 3, 4))
    assert arrays.read(tensors["scalar"]) == 3
    assert dict(found.entries())["step"].value == 100  # type: ignore[union-attr]
    assert {os.path.basename(path) for path, _ in found.stamps} == {path.name for path in folder.path.iterdir()}


_TWO_RANKS = """
import sys, torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch.distributed.tensor import DeviceMesh, Replicate, Shard, distribute_tensor

def run(rank, path):
    dist.init_process_group("gloo", rank=rank, world_size=2, init_method=f"file://{path}.rendezvous")
    mesh = DeviceMesh("cpu", [0, 1])
    whole = torch.arange(35.0).reshape(7, 5)
    split = {name: distribute_tensor(whole, mesh, [how]) for name, how in
             (("rows", Shard(0)), ("columns", Shard(1)), ("copies", Replicate()))}
    state = {"model": {**split, "transposed": whole.t(), "half": whole.to(torch.bfloat16)}, "step": 3, "lr": [0.1, 0.2]}
    dcp.save(state, checkpoint_id=path)
    dist.destroy_process_group()

if __name__ == "__main__":
    import torch.multiprocessing as several
    several.start_processes(run, args=(sys.argv[1],), nprocs=2, start_method="fork")  # torch is loaded once for both
"""


def test_reads_what_two_ranks_of_torch_save(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "save.py").write_text(_TWO_RANKS)
    path = str(tmp_path / "saved")
    subprocess.run([sys.executable, str(tmp_path / "save.py"), path], check=True, capture_output=True, timeout=200)
    found = open_checkpoint(path)
    assert found.damage == ()
    whole = np.arange(35, dtype=np.float32).reshape(7, 5)
    values = {key: arrays.read(each) for key, each in found.tensors()}
    assert set(values) == {f"model.{name}" for name in ("rows", "columns", "copies", "transposed", "half")}
    for name in ("rows", "columns", "copies", "half"):
        assert np.array_equal(values[f"model.{name}"], whole), name
    assert np.array_equal(values["model.transposed"], whole.T)
    entries = dict(found.entries())
    assert entries["step"].value == 3  # type: ignore[union-attr]
    assert entries["lr.1"].value == 0.2  # type: ignore[union-attr]


def test_its_metadata_stand_for_the_folder_and_one_of_its_files_says_what_it_is(folder: _Folder) -> None:
    folder.opened()
    assert open_checkpoint(folder.path / ".metadata").format == "distributed"
    assert "open its folder instead" in open_checkpoint(folder.path / "__0_0.distcp").damage[0]


def test_a_missing_file_leaves_its_tensors_in_their_places(folder: _Folder) -> None:
    folder.opened()
    os.remove(folder.path / "__0_0.distcp")
    found = open_checkpoint(folder.path)
    assert "__0_0.distcp" in found.damage[0] + found.damage[1]
    tensors = dict(found.tensors())
    assert tensors["model.whole"].shape == (6, 4)
    assert "The file is not there" in tensors["model.whole"].damage


def test_a_file_cut_off_says_which_tensors_are_not_whole(folder: _Folder) -> None:
    folder.opened()
    os.truncate(folder.path / "__0_0.distcp", 1500)
    found = open_checkpoint(folder.path)
    broken = {key: each.damage for key, each in found.tensors() if each.damage}
    assert broken
    assert all("which ends at byte 1,500" in sentence for sentence in broken.values())
    assert "cannot be read whole" in found.damage[0]


@pytest.mark.parametrize(
    "info",
    [
        ("../secret.distcp", 0, 100), ("/etc/passwd", 0, 100), ("__0_0.distcp", 10**18, 100), ("__0_0.distcp", -1, 100),
        ("__0_0.distcp", 0, 10**30), (7, 0, 100), ("__0_0.distcp", "0", 100), ("", 0, 1), (".", 0, 1), ("a\0b", 0, 1),
    ],
)  # fmt: skip
def test_places_that_cannot_be_are_sentences(folder: _Folder, info: tuple[object, object, object]) -> None:
    folder.stored = [(index, _info(*info)) for index, _ in folder.stored]
    tensors = dict(folder.opened().tensors())
    assert all(each.damage for each in tensors.values())
    assert tensors["model.rows"].shape == (6, 4)


def test_an_archive_that_holds_something_else_is_a_sentence_when_it_is_read(folder: _Folder) -> None:
    items = dict(zip(("whole", "other"), (folder.stored[0], folder.stored[1]), strict=True))
    folder.stored[0] = (items["whole"][0], items["other"][1])
    found = dict(folder.opened().tensors())["model.whole"]
    assert not found.damage
    with pytest.raises(FileError, match=r"say float32 \[6, 4\], but the archive there holds float32 \[2, 4\]"):
        arrays.read(found)


def test_items_that_were_transformed_say_so(folder: _Folder) -> None:
    index, _ = folder.stored[0]
    folder.stored[0] = (index, _info("__0_0.distcp", 0, 9, transform_descriptors=["stream.zstd"]))
    assert "stream.zstd" in dict(folder.opened().tensors())["model.whole"].damage


def test_chunks_in_a_grid_are_joined(folder: _Folder) -> None:
    grid = [((row, column), (2, 2)) for row in (0, 2) for column in (0, 2)]
    whole = np.arange(16, dtype=np.float32).reshape(4, 4)
    folder.described |= {"grid": _described((4, 4), grid), "corner": _described((4, 4), grid[:3])}
    for (row, column), _ in grid:
        values = np.ascontiguousarray(whole[row : row + 2, column : column + 2]).tobytes()
        archive = zip_checkpoint(pickled(tensor("0", (2, 2))), {"0": values})
        for key in ("grid", "corner"):
            folder.store(_index(key, (row, column)), archive, "__0_0.distcp")
    tensors = dict(folder.opened().tensors())
    assert np.array_equal(arrays.read(tensors["grid"]), whole)
    assert tensors["corner"].shape == (4, 4)
    assert "3 chunks do not make up the whole" in tensors["corner"].damage


def test_paths_that_collide_lose_nothing(folder: _Folder) -> None:
    folder.paths |= {"model.whole": ("a",), "model.rows": ("a", "b"), "model.columns": ("a", "b")}
    folder.paths |= {"step": (), "scalar": "x"}
    found = folder.opened()
    assert sum(isinstance(entry, Tensor) for _, entry in found.entries()) == 5


_NOTHING = [b"", b"\x80\x02}.", b"hello", pickled([1]), pickled(_object("Metadata", {})), b"\x80\x04."]


@pytest.mark.parametrize("metadata", _NOTHING)
def test_metadata_that_describe_nothing_are_refused(tmp_path: Path, metadata: bytes) -> None:
    (tmp_path / ".metadata").write_bytes(metadata)
    with pytest.raises(FileError, match=r"does not describe|ends in the middle|breaks off"):
        open_checkpoint(tmp_path)


def test_nothing_in_the_metadata_is_run(folder: _Folder) -> None:
    marker = folder.path / "marker"
    folder.described["x"] = Call(Name("os", "system"), (f"touch {marker}",))
    folder.add_value("y", Call(Name("posix", "system"), (f"touch {marker}",)))
    found = folder.opened()
    assert {"os.system", "posix.system"} <= {each.name for each in found.globals if each.verdict == "dangerous"}
    assert not marker.exists()


def test_one_chunk_whose_rows_are_not_in_order_is_put_in_order(folder: _Folder) -> None:
    data = struct.pack("<6f", *range(6))
    archive = zip_checkpoint(pickled(tensor("0", (2, 3), stride=(1, 2))), {"0": data})
    folder.described["t"] = _described((2, 3), [((0, 0), (2, 3))])
    folder.store(_index("t", (0, 0)), archive, "__1_0.distcp")
    assert arrays.read(dict(folder.opened().tensors())["t"]).tolist() == [[0, 2, 4], [1, 3, 5]]
    assert contiguous((2, 3)) == (3, 1)


def test_a_size_without_arguments_is_that_of_a_number() -> None:
    assert sizes(Node(Global("torch", "Size"), ())) == ()
