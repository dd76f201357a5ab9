"""Elements of one type as those of another, bit for bit what torch's `tensor.to(dtype)` makes of them on a CPU.

    convert(stored, "bfloat16", "float32")

Both are elements as they are stored (see `decoding`). Types that need a scale (quantised ones) and packed ones are
neither converted nor made.

Why this way: torch rounds to bfloat16, float16 and float8 from a float32, so a float64 is rounded twice. Once would be
better and would not be what a person gets who follows the same step in Python.
"""

from __future__ import annotations

import numpy as np

from ..errors import InspectorError
from ..language import tr
from .decoding import FLOAT8, Array, decode, stored_type
from .dtypes import CONVERTED


def convert(stored: Array, old: str, new: str) -> Array:
    """The elements as `new` stores them; the shape stays. Raises InspectorError where there is no such conversion."""
    if old == new:
        return stored
    for name in (old, new):
        if name not in CONVERTED:
            raise InspectorError(
                tr(
                    "{old} cannot be converted to {new}: {name} is no type of plain numbers.",
                    old=old,
                    new=new,
                    name=name,
                )
            )
    with np.errstate(all="ignore"):  # what is too large becomes infinite, as in torch
        return _encode(_real(decode(stored, old), new), new)


def _real(numbers: Array, new: str) -> Array:
    """Without imaginary parts where the new type has none."""
    if numbers.dtype.kind != "c" or new.startswith("complex"):
        return numbers
    if new == "bool":
        return np.asarray(numbers != 0)
    return np.ascontiguousarray(numbers.real)


def _encode(numbers: Array, dtype: str) -> Array:
    if dtype == "bool":
        return np.asarray(numbers != 0).view(np.uint8)
    if dtype == "bfloat16":
        return _bfloat16(numbers.astype(np.float32))
    if dtype in FLOAT8:
        import ml_dtypes

        if dtype == "float8_e4m3fn":  # has no infinity: since 2.13 torch takes its largest number instead
            numbers = np.clip(numbers, -448, 448)
        rounded: Array = numbers.astype(np.float32).astype(getattr(ml_dtypes, dtype)).view(np.uint8)
        return rounded
    if dtype == "float16":
        return numbers.astype(np.float32).astype(np.float16)
    if dtype == "complex32":
        halves = np.ascontiguousarray(numbers.astype(np.complex64)).view(np.float32).astype(np.float16)
        return halves.view(stored_type(dtype)).reshape(numbers.shape)
    return numbers.astype(stored_type(dtype))


def _bfloat16(numbers: Array) -> Array:
    """The upper half of each float32, rounded to the nearest, to even in the middle."""
    bits = np.ascontiguousarray(numbers).view(np.uint32)
    rounded = bits >> 16
    rounded &= 1
    rounded += 0x7FFF
    rounded += bits
    rounded >>= 16
    halves = rounded.astype(np.uint16)
    nan = np.isnan(numbers)
    if nan.any():
        halves[nan.reshape(halves.shape)] = 0x7FC0
    return halves.reshape(numbers.shape)
