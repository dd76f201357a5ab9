"""Safetensors: what the library writes is read as it is; what is damaged or hostile says so, tensor by tensor."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from inspector.checkpoint import safetensors_file
from inspector.checkpoint.entries import Branch, Checkpoint, Tensor
from inspector.checkpoint.sources import FileSource
from inspector.errors import FileError

_F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def _written(path: Path, header: object, data: bytes = b"", *, length: int | None = None) -> str:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return str(path)


def _opened(path: str) -> Checkpoint:
    return safetensors_file.read(FileSource(path))


def _read(path: Path, header: object, data: bytes = b"", *, length: int | None = None) -> Checkpoint:
    return _opened(_written(path, header, data, length=length))


def _bytes_of(tensor: Tensor) -> bytes:
    assert tensor.storage is not None
    assert tensor.storage.source is not None
    return tensor.storage.source.read(tensor.storage.start, tensor.storage.nbytes)


def test_reads_what_the_library_writes(tmp_path: Path) -> None:
    arrays = {
        "layers.0.weight": np.arange(12, dtype=np.float32).reshape(3, 4),
        "layers.0.steps": np.array(7, dtype=np.int64),
        "mask": np.array([True, False]),
        "half": np.ones((2, 0, 3), dtype=np.float16),
    }
    save_file(arrays, tmp_path / "model.safetensors", metadata={"format": "pt", "epoch": "3"})
    found = _opened(str(tmp_path / "model.safetensors"))
    tensors = dict(found.tensors())
    assert {key: (tensor.dtype, tensor.shape) for key, tensor in tensors.items()} == {
        key: (str(array.dtype), array.shape) for key, array in arrays.items()
    }
    assert all(_bytes_of(tensors[key]) == array.tobytes() for key, array in arrays.items())
    assert tensors["layers.0.weight"].stride == (4, 1)
    assert tensors["half"].stride == (3, 3, 1)
    assert found.damage == ()
    assert ("framework", "PyTorch") in found.facts


def test_strides_and_types_are_those_that_torch_gives(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file
    from safetensors.torch import save_file as save_torch

    names = "float64 float32 float16 bfloat16 float8_e4m3fn float8_e5m2 float8_e8m0fnu complex64 bool".split()
    names += "uint8 uint16 uint32 uint64 int8 int16 int32 int64".split()
    tensors = {name: torch.zeros(2, 3, 4).to(getattr(torch, name)) for name in names}
    tensors["float4_e2m1fn_x2"] = torch.zeros(2, 3, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)
    tensors["empty"] = torch.empty(2, 0, 3)
    path = str(tmp_path / "model.safetensors")
    save_torch(tensors, path)
    found = {key: (f"torch.{t.dtype}", t.shape, t.stride) for key, t in _opened(path).tensors()}
    assert found == {key: (str(t.dtype), tuple(t.shape), t.stride()) for key, t in load_file(path).items()}


def test_metadata_is_shown_as_an_attribute(tmp_path: Path) -> None:
    found = _read(tmp_path / "f", {"__metadata__": {"a": "x", "n": 3, "l": [1]}, "w": _F32}, bytes(8))
    branch = found.root.children[-1]
    assert isinstance(branch, Branch)
    assert branch.attribute
    assert [(value.name, value.type, value.value) for value in branch.children] == [
        ("a", "str", "x"), ("n", "int", 3), ("l", "list", "[1]"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}, r"\[3\] of F32 needs 12 bytes, .* gives it 8"),
        ({"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 8]}, "needs .* bytes"),
        ({"dtype": "F4", "shape": [3], "data_offsets": [0, 2]}, "needs 1.5 bytes"),
        ({"dtype": "Q7", "shape": [2], "data_offsets": [0, 8]}, "'Q7' is not one"),
        ({"dtype": ["F32"], "shape": [2], "data_offsets": [0, 8]}, "is not one"),
        ({"shape": [2], "data_offsets": [0, 8]}, "nothing is not one"),
        ({"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}, "no usable shape"),
        ({"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]}, "no usable shape"),
        ({"dtype": "F32", "shape": [True, 2], "data_offsets": [0, 8]}, "no usable shape"),
        ({"dtype": "F32", "shape": [1] * 65, "data_offsets": [0, 4]}, "no usable shape: a list of 65 items"),
        ({"dtype": "F32", "shape": [2**70], "data_offsets": [0, 8]}, "no usable shape"),
        ({"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}, "no place"),
        ({"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}, "no place"),
        ({"dtype": "F32", "shape": [2], "data_offsets": [0]}, "no place"),
        ({"dtype": "F32", "shape": [2], "data_offsets": [2**60, 2**60 + 8]}, "beyond the end of the file"),
        ([1, 2], "no usable shape"),
        (None, "no usable shape"),
    ],
)  # fmt: skip
def test_a_broken_tensor_stays_in_its_place_and_says_why(tmp_path: Path, entry: object, sentence: str) -> None:
    found = dict(_read(tmp_path / "f", {"bad": entry, "good": _F32}, bytes(8)).tensors())
    assert list(found) == ["bad", "good"]
    assert not found["good"].damage
    assert re.search(sentence, found["bad"].damage), found["bad"].damage


def test_overlaps_holes_and_bytes_left_over_are_said(tmp_path: Path) -> None:
    header = {"a": _F32, "b": _F32 | {"data_offsets": [4, 12]}, "c": _F32 | {"data_offsets": [16, 24]}}
    damage = " ".join(_read(tmp_path / "f", header, bytes(30)).damage)
    assert "lie over one another" in damage
    assert "see b." in damage
    assert "10 bytes belong to no tensor" in damage


def test_a_key_that_stands_twice_is_shown_twice(tmp_path: Path) -> None:
    one = json.dumps(_F32)
    found = _read(tmp_path / "f", f'{{"a": {one}, "a": {one}}}'.encode(), bytes(8))
    assert [key for key, _ in found.tensors()] == ["a", "a"]
    assert "more than once" in found.damage[0]


def test_a_file_cut_off_anywhere_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    arrays = {f"layer.{i}": np.full(5, i, dtype=np.float32) for i in range(9)}
    save_file(arrays, tmp_path / "whole.safetensors")
    whole = (tmp_path / "whole.safetensors").read_bytes()
    path = tmp_path / "cut.safetensors"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            found = _opened(str(path))
        except FileError as error:
            assert error.message  # noqa: PT017
            continue
        assert found.damage, length
        assert "ends" in found.damage[0]
        for key, tensor in found.tensors():
            assert tensor.damage or _bytes_of(tensor) == arrays[key].tobytes()
    assert "8 of 9 tensors are whole" in found.damage[0]


def test_a_cut_header_lists_what_stands_before_the_cut(tmp_path: Path) -> None:
    header = {"__metadata__": {"format": "pt"}, "a": _F32, "b": _F32}
    text = json.dumps(header).encode()
    found = _read(tmp_path / "f", text[:-10], length=len(text))
    assert [key for key, _ in found.tensors()] == ["a"]
    assert "ends inside its header" in found.damage[0]


def test_a_header_with_a_flaw_lists_what_stands_before_it(tmp_path: Path) -> None:
    found = _read(tmp_path / "f", b'{"a": ' + json.dumps(_F32).encode() + b', "b": oops}', bytes(8))
    assert [key for key, _ in found.tensors()] == ["a"]
    assert "up to 1 tensor, then" in found.damage[0]


@pytest.mark.parametrize("header", [b"{oops}", b"{", b'{"a"', b'{"\xff": 1}', b"{" + b"[" * 100_000])
def test_a_header_that_holds_nothing_is_refused(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(FileError) as caught:
        _read(tmp_path / "f", header)
    assert caught.value.path == str(tmp_path / "f")


def test_a_header_above_the_limit_is_refused_with_its_length(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="100,000,001"):
        _read(tmp_path / "f", b"{}", length=100_000_001)


def test_an_empty_header_is_an_empty_checkpoint(tmp_path: Path) -> None:
    assert _read(tmp_path / "f", b"{}      ").root.children == ()


_HOSTILE_HEADERS = {  # made when wanted: together they are 300 MB
    "a value of 90 MB": lambda: b'{"a":[' + b"[]," * 30_000_000 + b"0]}",
    "many tiny entries": lambda: b"{" + b",".join(b'"%d":0' % i for i in range(6_000_000)) + b"}",
    "wide characters": lambda: b'{"a":0,"b":"' + "\U0001f600".encode() * 20_000_000 + b'"}',
    "much metadata": lambda: b'{"__metadata__":{' + b",".join(b'"%x":""' % i for i in range(1_400_000)) + b"}}",
}


@pytest.mark.parametrize("name", list(_HOSTILE_HEADERS))
def test_a_hostile_header_costs_little(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path / "f", _HOSTILE_HEADERS[name]())
    script = (
        "import sys, resource\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from inspector.checkpoint import safetensors_file\n"
        "from inspector.checkpoint.sources import FileSource\n"
        "from inspector.errors import FileError\n"
        "try: print(len(safetensors_file.read(FileSource(sys.argv[1])).root.children))\n"
        "except FileError as error: print(error)\n"
        # ru_maxrss would be that of the process it was forked from, if that was larger.
        "print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')])\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) < 1 << 20, done.stdout  # kB
