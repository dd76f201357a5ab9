"""One tensor as a `.npy` file, which numpy, MATLAB, Julia and many others read.

    finish(write_npy("fc1.weight.npy", tensor))
    note(tensor)                                        what will not be as it is in the checkpoint, as a sentence

Format: `numpy.lib.format`, version 1.0 (2.0 where the header is longer than 64 kB); elements in row-major order.
Types that numpy has not (bfloat16, float8, the integers of quantised tensors) are written as the float32 numbers that
they stand for: exactly, for float32 holds all of them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from typing import IO

import numpy as np

from ..errors import FileError
from ..language import tr
from ..progress import Progress
from .arrays import Elements, is_per_channel, number_blocks, numbers_of
from .decoding import stored_type
from .entries import Tensor


def write_npy(path: str, tensor: Tensor) -> Generator[Progress, None, str]:
    """Writes the numbers of `tensor` to `path`, whole or not at all, and returns the path.

    Raises FileError where they cannot be read (sparse tensors have none of their own) or the file not be written.
    """
    Elements(tensor)  # checks that they are all there, before a file is begun
    folder, beside = os.path.dirname(os.path.abspath(path)), ""
    try:
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        with open(handle, "wb") as out:
            yield from _fill(out, tensor)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
        beside = ""
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(
            tr("The file cannot be written: {reason}.", reason=reason), path=path, title=tr("The entry was not saved")
        ) from None
    finally:
        if beside:
            os.unlink(beside)
    return path


def npy_type(tensor: Tensor) -> np.dtype[np.generic]:
    """The numpy type that the numbers of `tensor` are written as. Raises FileError for what has no numbers."""
    if is_per_channel(tensor):
        return np.dtype(np.float32)
    return numbers_of(tensor, np.empty(0, stored_type(tensor.dtype))).dtype


def npy_nbytes(tensor: Tensor) -> int:
    """The bytes of the numbers in the file. Raises FileError for what has no numbers."""
    numel = 1
    for length in _shape(tensor):
        numel *= length
    return numel * npy_type(tensor).itemsize


def note(tensor: Tensor) -> str:
    """A sentence on what the numbers become in the file; empty where they stay what they are."""
    if tensor.extra.quantization is not None:
        return tr("The quantised integers become the float32 numbers that they stand for.")
    became = npy_type(tensor).name
    if became == tensor.dtype:
        return ""
    return tr("NumPy has no {dtype}: it becomes {became}, exactly.", dtype=tensor.dtype, became=became)


def _fill(out: IO[bytes], tensor: Tensor) -> Generator[Progress, None, None]:
    dtype, total, done = npy_type(tensor), npy_nbytes(tensor), 0
    fields = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": _shape(tensor)}
    try:
        np.lib.format.write_array_header_1_0(out, fields)
    except ValueError:  # a shape of very many dimensions
        np.lib.format.write_array_header_2_0(out, fields)
    for block in number_blocks(tensor):
        out.write(np.ascontiguousarray(block, dtype).view(np.uint8).data)
        done += block.nbytes
        yield Progress(done, total, "bytes", "writing")


def _shape(tensor: Tensor) -> tuple[int, ...]:
    """Of packed pairs of four bits each is a number of its own."""
    if tensor.dtype != "float4_e2m1fn_x2":
        return tensor.shape
    return (*tensor.shape[:-1], tensor.shape[-1] * 2) if tensor.shape else (2,)
