"""Tensors and files for the tests of the detail side, made by hand: no torch, and every number known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.checkpoint.entries import Branch, Checkpoint, Global, Section, Storage, Tensor, Text
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.sources import FileSource, MemorySource

TYPES = {"float32": "F32", "float64": "F64", "float16": "F16", "uint8": "U8", "int64": "I64", "bool": "BOOL"}


def tensor_of(array: NDArray[np.generic], name: str = "weight", **fields: object) -> Tensor:
    """A tensor in memory that holds `array`, contiguous."""
    storage = Storage("0", array.dtype.name, "cpu", array.nbytes, MemorySource(array.tobytes()))
    return Tensor(name, array.dtype.name, array.shape, strides_of(array.shape), 0, storage)._replace(**fields)


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    strides = [1]
    for length in reversed(shape[1:]):
        strides.append(strides[-1] * length)
    return tuple(reversed(strides)) if shape else ()


def save(path: Path, **arrays: NDArray[np.generic]) -> Path:
    """A safetensors file of `arrays`; two underscores in a name stand for a dot."""
    header, data = {}, b""
    for name, array in arrays.items():
        span = [len(data), len(data) + array.nbytes]
        header[name.replace("__", ".")] = {
            "dtype": TYPES[array.dtype.name], "shape": array.shape, "data_offsets": span,
        }  # fmt: skip
        data += array.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def opened(path: Path, **arrays: NDArray[np.generic]) -> Checkpoint:
    """The checkpoint of a file with these arrays."""
    return open_checkpoint(save(path, **arrays))


def of_zeros(path: Path, shape: tuple[int, ...], dtype: str = "uint8", item: int = 1) -> Tensor:
    """A tensor as large as wished in a file that takes no room: it is one hole, which reads as zeros."""
    numel = int(np.prod(shape, dtype=object))
    with open(path, "wb") as file:
        file.truncate(numel * item)
    storage = Storage("0", dtype, "cpu", numel * item, FileSource(str(path)))
    return Tensor("holes", dtype, shape, strides_of(shape), 0, storage)


def checkpoint_of(*tensors: Tensor) -> Checkpoint:
    """A checkpoint in memory that holds these entries."""
    return Checkpoint("/nowhere/file.pt", "zip", 1000, Branch("", "dict", "mapping", tensors))


def hostile(**fields: object) -> Checkpoint:
    """A checkpoint whose every text is meant for the screen."""
    evil = "<h1>evil</h1>\u202e\x1b[31m\n" + "x" * 10_000
    named = Global(evil, "dangerous", 3, False, evil)
    root = Branch("", "dict", "mapping", (tensor_of(np.zeros(3), evil),))
    return Checkpoint(
        "/tmp/<b>bold.pt", "zip", 100, root, globals=(named,), sections=(Section(evil, "weights", evil),),
        damage=(evil,), facts=((evil, evil),), texts=(Text(evil, MemorySource(evil.encode()), 0, 100),),
    )  # fmt: skip
