"""Folders: those that are a checkpoint open as one, the others say what is in them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError

from .assembling import pickled, tensor, zip_checkpoint, zip_file


def _shards(folder: Path, ending: str) -> None:
    """Two shards of a model, as safetensors or as torch writes them."""
    for number in (1, 2):
        path = folder / f"model-{number:05}-of-00002.{ending}"
        if ending == "safetensors":
            save_file({f"layer.{number}": np.ones(2, np.float32)}, path)
        else:
            zip_file(path, pickled({f"layer.{number}": tensor("0", (2,))}), {"0": bytes(8)})


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
def test_a_folder_of_shards_is_one_checkpoint(tmp_path: Path, ending: str) -> None:
    _shards(tmp_path, ending)
    (tmp_path / "config.json").write_text("{}")
    found = open_checkpoint(tmp_path)
    assert found.format == "sharded"
    assert [key for key, _ in found.tensors()] == ["layer.1", "layer.2"]
    assert found.damage == ()


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
def test_an_index_in_a_folder_is_found(tmp_path: Path, ending: str) -> None:
    _shards(tmp_path, ending)
    weight_map = {f"layer.{number}": f"model-{number:05}-of-00002.{ending}" for number in (2, 1)}
    (tmp_path / f"model.{ending}.index.json").write_text(json.dumps({"weight_map": weight_map}))
    (tmp_path / "a.index.json").write_text("[]")
    assert [key for key, _ in open_checkpoint(tmp_path).tensors()] == ["layer.2", "layer.1"]


def test_the_safetensors_of_a_model_are_taken_before_its_pickles(tmp_path: Path) -> None:
    _shards(tmp_path, "safetensors")
    _shards(tmp_path, "bin")
    for ending in ("bin", "safetensors"):
        weight_map = {f"layer.{number}": f"model-{number:05}-of-00002.{ending}" for number in (1, 2)}
        (tmp_path / f"model.{ending}.index.json").write_text(json.dumps({"weight_map": weight_map}))
    assert ("index", "model.safetensors.index.json") in open_checkpoint(tmp_path).facts


def test_shards_that_name_dangerous_things_list_them(tmp_path: Path) -> None:
    _shards(tmp_path, "bin")
    bomb = zip_checkpoint(pickled({"layer.2": tensor("0", (2,))}) [:-1] + b"cos\nsystem\n0.", {"0": bytes(8)})
    (tmp_path / "model-00002-of-00002.bin").write_bytes(bomb)
    assert open_checkpoint(tmp_path).globals[0].name in ("os.system", "collections.OrderedDict")
    assert "os.system" in {each.name for each in open_checkpoint(tmp_path).globals}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "This folder is empty."),
        (["a.txt", "b.png"], "a folder with 2 entries in it, none named like a checkpoint"),
        (["epoch1.pth", "epoch2.pth"], "It holds epoch1.pth, epoch2.pth"),
        (["data.pkl", "data", "version"], "zip -0 -r"),
        (["__0_0.distcp", "__1_0.distcp"], "not its .metadata"),
        (["saved_model.pb", "variables"], "TensorFlow SavedModel"),
        (["a-00001-of-00002.bin", "b-00001-of-00002.bin"], "open one of them"),
    ],
)
def test_another_folder_says_what_is_in_it(tmp_path: Path, files: list[str], sentence: str) -> None:
    for name in files:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(FileError) as caught:
        open_checkpoint(tmp_path)
    assert sentence in str(caught.value)
    assert caught.value.path == str(tmp_path)


def test_names_meant_for_the_screen_are_inert(tmp_path: Path) -> None:
    (tmp_path / "\x1b[31m\u202e.pth").write_bytes(b"")
    with pytest.raises(FileError) as caught:
        open_checkpoint(tmp_path)
    assert str(caught.value).isprintable()
