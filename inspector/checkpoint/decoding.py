"""What the bits of an element mean: torch's types as numpy has them, and as numbers.

`numpy` knows most of torch's types. Of the others, bfloat16 and the 8-bit floats stay the unsigned integers
they are stored as until `decode` makes them numbers (their meaning comes from ml_dtypes), and a quantised
type is the integer it is stored as until `dequantize` has a scale for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FileError
from ..language import tr

Array = NDArray[Any]

FLOAT8 = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")

_STORED = {
    "float64": "f8", "float32": "f4", "float16": "f2", "bfloat16": "u2", **dict.fromkeys(FLOAT8, "u1"),
    "int64": "i8", "int32": "i4", "int16": "i2", "int8": "i1",
    "uint64": "u8", "uint32": "u4", "uint16": "u2", "uint8": "u1", "bool": "u1",
    "complex128": "c16", "complex64": "c8", "complex32": "V4",
    "qint8": "i1", "quint8": "u1", "qint32": "i4", "quint4x2": "u1", "quint2x4": "u1",
    "float4_e2m1fn_x2": "u1", "bits8": "u1", "bits16": "u2", "bits1x8": "u1", "bits2x4": "u1", "bits4x2": "u1",
}  # fmt: skip


@lru_cache(maxsize=256)
def stored_type(dtype: str) -> np.dtype[Any]:
    """The numpy type that the elements of a torch type are stored as, in native byte order.

    Raises FileError for what is no type of numbers.
    """
    code = _STORED.get(dtype)
    if code is None:
        raise FileError(tr("Elements of the type {dtype!r} cannot be read as numbers.", dtype=dtype[:60]))
    return np.dtype(code)


def is_numeric(dtype: str) -> bool:
    """Whether statistics of such elements make sense: not of uninterpreted bits, nor of what is no number."""
    return dtype in _STORED and not dtype.startswith("bits")


def swap(elements: Array) -> None:
    """Turns the byte order of every element round, in place; of a complex one each of its parts."""
    parts = elements.view(np.uint16) if elements.dtype.kind == "V" else elements
    if parts.dtype.itemsize > 1:
        parts.byteswap(inplace=True)


def decode(stored: Array, dtype: str) -> Array:
    """Stored elements as numbers: bfloat16 and float8 as float32, complex32 as complex64, bool as bool."""
    if dtype == "bfloat16":
        bits = stored.astype(np.uint32)
        bits <<= 16
        return bits.view(np.float32)
    if dtype in FLOAT8:
        floats: Array = float8_values(dtype)[stored]
        return floats
    if dtype == "complex32":
        halves = np.ascontiguousarray(stored).view(np.float16)
        return halves.astype(np.float32).view(np.complex64).reshape(stored.shape)
    if dtype == "bool":
        truths: Array = stored != 0
        return truths
    return stored


@lru_cache(maxsize=8)
def float8_values(dtype: str) -> NDArray[np.float32]:
    """The 256 numbers that an 8-bit float can be, by its bits. Shape [256]."""
    import ml_dtypes

    codes = np.arange(256, dtype=np.uint8).view(getattr(ml_dtypes, dtype))
    with np.errstate(invalid="ignore"):
        values: NDArray[np.float32] = codes.astype(np.float32)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=1)
def float4_values() -> NDArray[np.float32]:
    """The 16 numbers of float4_e2m1fn, by their bits. Shape [16]."""
    import ml_dtypes

    values: NDArray[np.float32] = np.arange(16, dtype=np.uint8).view(ml_dtypes.float4_e2m1fn).astype(np.float32)
    values.setflags(write=False)
    return values


def dequantize(stored: Array, scale: Any, zero_point: Any) -> NDArray[np.float32]:
    """(q - zero_point) * scale in float32, as torch's `dequantize` does it; the three broadcast."""
    centred = stored.astype(np.float64) - np.asarray(zero_point, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        numbers: NDArray[np.float32] = centred.astype(np.float32) * np.asarray(scale).astype(np.float32)
    return numbers
