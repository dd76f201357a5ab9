"""Models in several files: what is there is shown under the index's keys, what is not says so in its place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from inspector.checkpoint import safetensors_file, sharded
from inspector.checkpoint.entries import Checkpoint, Tensor
from inspector.checkpoint.sources import FileSource
from inspector.errors import FileError


def _open_safetensors(path: str) -> Checkpoint:
    return safetensors_file.read(FileSource(path))


def _shard_name(number: int, total: int) -> str:
    return f"model-{number:05}-of-{total:05}.safetensors"


def _model(folder: Path, shards: int = 3, per_shard: int = 2) -> dict[str, str]:
    """Writes a model of a few layers, and gives its weight_map."""
    weight_map = {}
    for number in range(1, shards + 1):
        name = _shard_name(number, shards)
        arrays = {f"layer.{number}.{i}": np.full((2, 3), number * 10 + i, np.float32) for i in range(per_shard)}
        save_file(arrays, folder / name)
        weight_map |= dict.fromkeys(arrays, name)
    return weight_map


def _index(folder: Path, weight_map: object, **others: object) -> FileSource:
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {"total_size": 144}, "weight_map": weight_map} | others))
    return FileSource(str(path))


def _read(folder: Path, weight_map: object, **others: object) -> Checkpoint:
    return sharded.read_index(_index(folder, weight_map, **others), _open_safetensors)


def _first_value(tensor: Tensor) -> float:
    assert tensor.storage is not None
    assert tensor.storage.source is not None
    return float(np.frombuffer(tensor.storage.source.read(tensor.storage.start, 4), np.float32)[0])


def test_all_shards_are_one_checkpoint_in_the_order_of_the_index(tmp_path: Path) -> None:
    weight_map = _model(tmp_path)
    backwards = dict(reversed(weight_map.items()))
    found = _read(tmp_path, backwards)
    tensors = dict(found.tensors())
    assert list(tensors) == list(backwards)
    assert _first_value(tensors["layer.2.1"]) == 21
    assert found.damage == ()
    assert ("shards", "3") in found.facts
    assert ("total size by the index", "144 B") in found.facts
    assert found.nbytes == sum(os.path.getsize(tmp_path / name) for name in os.listdir(tmp_path))
    assert {os.path.basename(path) for path, _ in found.stamps} == set(os.listdir(tmp_path))


def test_storages_of_two_shards_are_not_taken_for_one(tmp_path: Path) -> None:
    tensors = dict(_read(tmp_path, _model(tmp_path)).tensors())
    keys = {tensor.storage.key for tensor in tensors.values() if tensor.storage}
    assert len(keys) == len(tensors)


def test_a_missing_shard_leaves_its_tensors_in_their_places(tmp_path: Path) -> None:
    weight_map = _model(tmp_path)
    os.remove(tmp_path / _shard_name(2, 3))
    found = _read(tmp_path, weight_map)
    damaged = {key for key, tensor in found.tensors() if tensor.damage}
    assert damaged == {"layer.2.0", "layer.2.1"}
    assert "1 of 3 shards cannot be read: model-00002-of-00003.safetensors" in found.damage[0]
    assert "The file is not there" in dict(found.tensors())["layer.2.0"].damage


def test_a_shard_that_is_cut_off_says_so_with_its_name(tmp_path: Path) -> None:
    weight_map = _model(tmp_path)
    cut = tmp_path / _shard_name(3, 3)
    os.truncate(cut, cut.stat().st_size - 30)
    found = _read(tmp_path, weight_map)
    assert found.damage[0].startswith(f"{cut.name}: The file ends after")
    assert [key for key, tensor in found.tensors() if tensor.damage] == ["layer.3.0", "layer.3.1"]


def test_a_key_that_is_not_where_the_index_says(tmp_path: Path) -> None:
    weight_map = _model(tmp_path) | {"layer.9": _shard_name(1, 3)}
    del weight_map["layer.1.0"]
    tensors = dict(_read(tmp_path, weight_map).tensors())
    assert tensors["layer.9"].damage == "The index says it is in model-00001-of-00003.safetensors, but it is not."
    assert not tensors["layer.1.0"].damage  # in a shard, though not in the index


_LEADING_OUT = ["../secret.safetensors", "a/../../secret.safetensors", "/etc/passwd", "C:\\x", "..\\secret"]


@pytest.mark.parametrize("name", [*_LEADING_OUT, "", "a\0b", "x" * 5000, 7, None, ["a"]])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: object) -> None:
    save_file({"w": np.zeros(2, np.float32)}, tmp_path / "secret.safetensors")
    (tmp_path / "model").mkdir()
    weight_map = {"w": name} | _model(tmp_path / "model")
    found = _read(tmp_path / "model", weight_map)
    assert dict(found.tensors())["w"].damage
    assert not any(path.endswith(("passwd", "secret.safetensors")) for path, _ in found.stamps)
    assert sum(not tensor.damage for _, tensor in found.tensors()) == 6


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    save_file({"w": np.zeros(2, np.float32)}, tmp_path / "secret.safetensors")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "inside.safetensors").symlink_to(tmp_path / "secret.safetensors")
    assert "is a link that leads out" in dict(_read(folder, {"w": "inside.safetensors"}).tensors())["w"].damage


def test_the_links_of_the_hub_s_cache_are_followed(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    snapshot = tmp_path / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    weight_map = _model(tmp_path / "blobs")
    for name in set(weight_map.values()):
        (snapshot / name).symlink_to(f"../../blobs/{name}")
    assert _read(snapshot, weight_map).damage == ()


def test_an_index_that_names_itself_or_a_folder_does_not_go_round(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    found = _read(tmp_path, {"a": "model.safetensors.index.json", "b": "folder", "c": "."})
    assert all(tensor.damage for _, tensor in found.tensors())


@pytest.mark.parametrize("text", ['{"weight_map": {}}', '{"weight_map": []}', '{"weight_map": {"a": ', "{}", '{"a":1}'])
def test_an_index_without_a_tensor_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(FileError, match="names no tensor"):
        sharded.read_index(FileSource(str(tmp_path / "index.json")), _open_safetensors)


def test_an_index_that_is_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    source = _index(tmp_path, _model(tmp_path))
    os.truncate(source.path, source.nbytes - 40)
    found = sharded.read_index(FileSource(source.path), _open_safetensors)
    assert "The index is read up to its key 5" in " ".join(found.damage)
    assert len(list(found.tensors())) == 6  # the shards hold them all


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"metadata": {"total_size": 1}, "weight_map": {}}', True),
        (' \n{"weight_map":', True),
        ('{"metadata": {}}', False),
        ('{"a": {"weight_map": 1}}', False),
        ("[1]", False),
        ("", False),
    ],
)
def test_is_told_by_its_keys(tmp_path: Path, text: str, expected: bool) -> None:
    (tmp_path / "f").write_text(text)
    assert sharded.is_index(FileSource(str(tmp_path / "f"))) is expected


def test_shards_without_an_index_are_found_by_their_names(tmp_path: Path) -> None:
    _model(tmp_path)
    os.remove(tmp_path / _shard_name(2, 3))
    present = sharded.numbered([*os.listdir(tmp_path), "config.json", "notes-1-of-2"])
    assert present == [_shard_name(1, 3), _shard_name(3, 3)]
    found = sharded.read_numbered(str(tmp_path), present, _open_safetensors)
    assert [key for key, _ in found.tensors()] == ["layer.1.0", "layer.1.1", "layer.3.0", "layer.3.1"]
    assert found.damage == (f"Of 3 shards 1 is missing: {_shard_name(2, 3)}.",)


def test_two_families_of_shards_are_no_one_model() -> None:
    assert sharded.numbered(["a-1-of-2.bin", "a-2-of-2.bin", "b-1-of-2.bin"]) == []
    assert sharded.numbered(["a.bin"]) == []


def test_a_terabyte_is_opened_by_its_headers(tmp_path: Path) -> None:
    weight_map, rows = {}, 2**30
    for number in range(1, 51):
        name = _shard_name(number, 50)
        places = [[0, 10 * rows], [10 * rows, 20 * rows]]
        header = {
            f"blocks.{number}.{i}": {"dtype": "BF16", "shape": [rows, 5], "data_offsets": place}
            for i, place in enumerate(places)
        }
        text = json.dumps(header).encode()
        (tmp_path / name).write_bytes(len(text).to_bytes(8, "little") + text)
        os.truncate(tmp_path / name, 8 + len(text) + 20 * rows)
        weight_map |= dict.fromkeys(header, name)
    found = _read(tmp_path, weight_map)
    assert found.nbytes > 10**12
    assert found.damage == ()
    assert len(list(found.tensors())) == 100
