"""The Python lines of an entry, run for what they are: one child process runs the lines of every case."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inspector.checkpoint.arrays import digest
from inspector.checkpoint.entries import Branch, Checkpoint, Global, Storage, Tensor, Value
from inspector.checkpoint.python_snippets import allow_line, load_snippet, path_to
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.sources import MemorySource

ROOT = Path(__file__).resolve().parent.parent.parent
NETWORK = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
        self.register_buffer("grid", torch.arange(6.0), persistent=False)
        self.width = 4
"""
CHILD = """
import hashlib, json, sys, warnings
warnings.simplefilter("ignore")
import torch

def digest(tensor):
    tensor = torch.as_tensor(tensor)
    tensor = tensor.int_repr() if tensor.is_quantized else tensor
    raw = tensor.detach().contiguous().flatten().view(torch.uint8).numpy().tobytes()
    return hashlib.sha256(raw).hexdigest()[:16]

answers = {}
for name, lines in json.load(open(sys.argv[1])).items():
    found = {}
    try:
        exec(lines, found)
        answers[name] = digest(found["tensor"]) if "tensor" in found else repr(found.get("value"))
    except BaseException as error:
        answers[name] = f"{type(error).__name__}: {error}"
json.dump(answers, open(sys.argv[2], "w"))
"""

Case = tuple[str, str]
"""A file and a key in it."""

TENSORS: tuple[Case, ...] = (
    ("nested.pt", "model.conv.weight"),
    ("nested.pt", "model._metadata_lookalike"),
    ("nested.pt", "runs.1.w"),
    ("nested.pt", "state.0.momentum"),
    ("nested.pt", "half"),
    ("keys.pt", "a.b"),
    ("keys.pt", 'it\'s "quoted"\n'),
    ("keys.pt", "{0}{}"),
    ("keys.pt", "0.5"),
    ("keys.pt", "\u202eright to left"),
    ("keys.pt", "import os; os.abort()"),
    ("lone.pt", "value"),
    ("legacy.pt", "model.conv.weight"),
    ("module.pt", "layer1.0.weight"),
    ("module.pt", "layer1.1.running_mean"),
    ("module.pt", "grid"),
    ("in_dict.pt", "net.layer1.0.bias"),
    ("script.pt", "layer1.0.weight"),
    ("quantized.pt", "q"),
    ("array.pt", "array"),
    ("arguments.pt", "w"),
    ("dangerous.pt", "w"),
    ("dangerous.pt", "bf16"),
    ("plain.safetensors", "conv.weight"),
    ("sharded/model.safetensors.index.json", "a.weight"),
    ("sharded_bin/pytorch_model.bin.index.json", "b.weight"),
    ("distributed", "model.weight"),
    ("program.pt2", "0.weight"),
    ("program.pt2", "sample_inputs.0.0"),
)
VALUES: tuple[tuple[str, str, object], ...] = (
    ("nested.pt", "epoch", 7),
    ("nested.pt", "runs.0", 0.5),
    ("arguments.pt", "arguments.lr", 0.125),
    ("arguments.pt", "best", 3.5),
    ("module.pt", "width", 4),
)


class _Dangerous:
    """Would have `eval` called by whoever loads it with weights_only=False."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return eval, ("1 + 1",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of all cases, saved by torch itself."""
    import torch

    home = tmp_path_factory.mktemp("snippets")
    (home / "networks_of_a_test.py").write_text(NETWORK)
    sys.path.insert(0, str(home))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch says that TorchScript and quantisation are on their way out
            _save_all(home, torch)
    finally:
        sys.path.remove(str(home))
        sys.modules.pop("networks_of_a_test", None)
    return home


def _save_all(home: Path, torch: Any) -> None:
    from networks_of_a_test import Net  # type: ignore[import-not-found]

    weight = torch.randn(4, 3, 3, 3)
    nested = {
        "model": OrderedDict([("conv.weight", weight), ("_metadata_lookalike", weight[:, 1])]),
        "runs": [0.5, {"w": torch.arange(5)}],
        "state": {0: {"momentum": torch.randn(3)}},
        "half": torch.randn(3, 2).half().t(),
        "epoch": 7,
    }
    torch.save(nested, home / "nested.pt")
    torch.save(nested, home / "legacy.pt", _use_new_zipfile_serialization=False)
    keys = [key for file, key in TENSORS if file == "keys.pt"]
    torch.save({"a": {"b": torch.zeros(2)}, **{key: torch.randn(3) for key in keys}}, home / "keys.pt")
    torch.save(torch.randn(2, 2), home / "lone.pt")
    torch.save(Net(), home / "module.pt")
    torch.save({"net": Net(), "epoch": 1}, home / "in_dict.pt")
    torch.jit.save(torch.jit.script(torch.nn.Sequential(OrderedDict(layer1=Net().layer1))), home / "script.pt")
    torch.save({"q": torch.quantize_per_tensor(torch.randn(4), 0.1, 3, torch.qint8)}, home / "quantized.pt")
    torch.save({"array": np.arange(6.0).reshape(2, 3)}, home / "array.pt")
    arguments = argparse.Namespace(lr=0.125)
    torch.save({"arguments": arguments, "best": np.float64(3.5), "w": torch.ones(2)}, home / "arguments.pt")
    torch.save({"w": weight, "bf16": weight.bfloat16(), "x": _Dangerous()}, home / "dangerous.pt")
    program = torch.export.export(torch.nn.Sequential(torch.nn.Linear(3, 2)), (torch.ones(1, 3),))
    torch.export.save(program, home / "program.pt2")
    _save_sharded(home, torch)


def _save_sharded(home: Path, torch: Any) -> None:
    import torch.distributed.checkpoint
    from safetensors.torch import save_file

    a, b = torch.randn(3, 2), torch.randn(4)
    save_file({"conv.weight": a}, str(home / "plain.safetensors"))
    for name, ending, save in (("sharded", "safetensors", save_file), ("sharded_bin", "bin", torch.save)):
        (home / name).mkdir()
        stem = "model" if ending == "safetensors" else "pytorch_model"
        files = {"a.weight": f"{stem}-00001-of-00002.{ending}", "b.weight": f"{stem}-00002-of-00002.{ending}"}
        for (key, file), tensor in zip(files.items(), (a, b), strict=True):
            save({key: tensor}, str(home / name / file))
        (home / name / f"{stem}.{ending}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": files}))
    torch.distributed.checkpoint.save({"model": {"weight": a}}, checkpoint_id=str(home / "distributed"), no_dist=True)


@pytest.fixture(scope="module")
def answers(folder: Path) -> dict[str, str]:
    """What came out of the lines of every case, run one after the other in one child process."""
    lines = {}
    for file, key in (*TENSORS, *((file, key) for file, key, _ in VALUES)):
        checkpoint = open_checkpoint(folder / file)
        lines[f"{file} {key}"] = load_snippet(checkpoint, key, entry_at(checkpoint, key))
    (folder / "lines.json").write_text(json.dumps(lines))
    path = os.pathsep.join([str(folder), str(ROOT)])
    command = [sys.executable, "-c", CHILD, str(folder / "lines.json"), str(folder / "answers.json")]
    subprocess.run(command, check=True, cwd=folder, env={**os.environ, "PYTHONPATH": path})
    return json.loads((folder / "answers.json").read_text())


def entry_at(checkpoint: Checkpoint, key: str) -> Any:
    """The entry at `key`; of several the one that is a direct child, as `a.b` is beside `a` with a `b`."""
    direct = [child for child in checkpoint.root.children if child.name == key]
    return direct[0] if direct else dict(checkpoint.entries())[key]


@pytest.mark.parametrize(("file", "key"), TENSORS)
def test_lines_load_the_very_tensor(folder: Path, answers: dict[str, str], file: str, key: str) -> None:
    tensor = entry_at(open_checkpoint(folder / file), key)

    assert isinstance(tensor, Tensor)
    assert answers[f"{file} {key}"] == digest(tensor)


@pytest.mark.parametrize(("file", "key", "value"), VALUES)
def test_lines_load_the_very_value(answers: dict[str, str], file: str, key: str, value: object) -> None:
    assert answers[f"{file} {key}"] in (repr(value), repr(np.float64(3.5)))


def test_torch_is_always_asked_with_weights_only(folder: Path) -> None:
    for file in ("nested.pt", "legacy.pt", "module.pt", "arguments.pt"):
        checkpoint = open_checkpoint(folder / file)
        key, tensor = next(checkpoint.tensors())
        assert "weights_only=True" in load_snippet(checkpoint, key, tensor)
        assert "weights_only=False" not in load_snippet(checkpoint, key, tensor)


def test_a_file_that_names_what_is_dangerous_is_not_given_to_torch(folder: Path) -> None:
    checkpoint = open_checkpoint(folder / "dangerous.pt")
    lines = load_snippet(checkpoint, "w", entry_at(checkpoint, "w"))

    assert "torch.load" not in lines
    assert "eval" in lines.splitlines()[0]
    assert allow_line(checkpoint) == ""


def test_a_module_says_which_package_it_needs(folder: Path) -> None:
    checkpoint = open_checkpoint(folder / "module.pt")

    lines = load_snippet(checkpoint, "grid", entry_at(checkpoint, "grid"))

    assert lines.startswith("# Needs to be importable: networks_of_a_test\n")


def test_the_allow_line_allows(folder: Path, tmp_path: Path) -> None:
    checkpoint = open_checkpoint(folder / "arguments.pt")
    lines = f"{allow_line(checkpoint)}print(torch.load({checkpoint.path!r})['arguments'].lr)"

    said = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, cwd=tmp_path, check=True)

    assert said.stdout == "0.125\n"


def test_nothing_needs_to_be_allowed_in_a_plain_file(folder: Path) -> None:
    assert allow_line(open_checkpoint(folder / "nested.pt")) == ""


@pytest.mark.parametrize(
    "name", ["os\nimport evil", "a b.C", "x.y;import os", "lambda.x", "__import__('os').abort", "ｏｓ.path"]
)
def test_a_name_that_is_no_name_is_never_written_down(name: str) -> None:
    value = Value("epoch", "int", 3)
    checkpoint = checkpoint_with(Branch("", "dict", "mapping", (value,)), Global(name, "unknown", 1, False))

    lines = load_snippet(checkpoint, "epoch", value)

    assert "torch.load" not in lines
    assert allow_line(checkpoint) == ""
    compile(lines, "lines", "exec")
    assert name.split(".")[0] not in lines


def test_a_hostile_name_cannot_leave_its_comment() -> None:
    value = Value("epoch", "int", 3)
    evil = Global("os.system\nimport evil", "dangerous", 1, False)
    checkpoint = checkpoint_with(Branch("", "dict", "mapping", (value,)), evil)

    lines = load_snippet(checkpoint, "epoch", value).splitlines()

    assert not any(line.startswith("import evil") for line in lines)


def test_path_to_finds_the_very_entry_among_colliding_keys() -> None:
    inner, outer = Value("b", "int", 1), Value("a.b", "int", 2)
    branch = Branch("a", "dict", "mapping", (inner,))
    root = Branch("", "dict", "mapping", (branch, outer))

    assert [child.name for _, child in path_to(root, "a.b", inner)] == ["a", "b"]
    assert [child.name for _, child in path_to(root, "a.b", outer)] == ["a.b"]
    assert path_to(root, "a.b", Value("b", "int", 1)) == []


def test_large_files_are_mapped(tmp_path: Path) -> None:
    storage = Storage("0", "float32", "cpu", 8, MemorySource(bytes(8)))
    stored = Tensor("w", "float32", (2,), (1,), 0, storage)
    root = Branch("", "dict", "mapping", (stored,))
    large = Checkpoint(str(tmp_path / "large.pt"), "zip", 4_000_000_000, root)
    small = Checkpoint(str(tmp_path / "small.pt"), "zip", 4_000, root)

    assert "mmap=True" in load_snippet(large, "w", stored)
    assert "mmap=True" not in load_snippet(small, "w", stored)


def checkpoint_with(root: Branch, *named: Global) -> Checkpoint:
    return Checkpoint("file.pt", "zip", 100, root, globals=named)
