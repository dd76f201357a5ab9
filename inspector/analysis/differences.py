"""The distance between two blocks of numbers: what is done to each few thousand elements of two tensors.

Why this way: a block of each and one of their difference stay in the processor's cache while numpy goes over them.
float32 is subtracted and multiplied as it is, and added up in float64 row by row; the sums themselves tell whether
that was sound - a NaN, an infinity, or a square out of range spoils them - and what is not sound, or is no float32,
is done again in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..checkpoint.decoding import FLOAT8, Array
from .distances import Distance
from .moments import dotted, single_dotted

_SOUND = (1e-25, 1e30)
"""Between these, a sum of squares of float32 lost nothing: neither to infinity nor to what is too small."""
_ALIKE = 100.0
"""How many times one sum of squares may be another, for |a - b|^2 = |a|^2 + |b|^2 - 2 a b to lose no digit of a b."""
_HUGE, _TINY = 1e140, 1e-140
"""Beyond these, squares of float64 leave its range and are scaled by a power of two."""
_DIGITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8, **dict.fromkeys(FLOAT8, 4)}


_Found = tuple[Distance, Callable[[], int]]
"""A distance, and what tells the place of its largest difference."""


class Differences:
    """Measures one pair of blocks after the other."""

    def __init__(self, room: NDArray[np.float32]) -> None:
        """`room` is overwritten; no block may have more elements."""
        self._gap = room
        self._largest = 0.0

    @np.errstate(all="ignore")
    def between(self, a: Array, b: Array, start: int, rounding: str = "") -> Distance:
        """The distance of two blocks of numbers, the first of which is element `start`.

        With `rounding`, the name of a float type, `rounded_equal` is counted after rounding both to it. The place of
        the largest difference is only told when it is larger than all before.
        """
        found = None
        if a.dtype == b.dtype == np.float32:
            found = self._of_singles(a, b)
        distance, place = found or _of_any(a, b)
        if rounding:
            same = rounded(a, rounding) == rounded(b, rounding)
            distance = distance._replace(rounded_equal=int(np.count_nonzero(same)) + distance.nan_both)
        if distance.max_abs > self._largest:
            self._largest = distance.max_abs
            distance = distance._replace(where=(start + place(),))
        return distance

    @np.errstate(all="ignore")
    def none(self, numbers: Array) -> Distance:
        """The distance of a block from one with the very same bytes."""
        squares = single_dotted(numbers, numbers) if numbers.dtype == np.float32 else math.nan
        if not _is_sound(squares, numbers):
            distance, _ = _of_any(numbers, numbers)
            return distance._replace(bit_equal=True)
        norm, n = math.sqrt(squares), numbers.size
        return Distance(n, n, n, norm_a=norm, norm_b=norm, dot=squares)

    def _of_singles(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> _Found | None:
        gap = np.subtract(a, b, out=self._gap[: a.size])
        squares, squares_a, squares_b = single_dotted(gap, gap), single_dotted(a, a), single_dotted(b, b)
        if not (_is_sound(squares, gap) and _is_sound(squares_a, a) and _is_sound(squares_b, b)):
            return None
        np.abs(gap, out=gap)
        equal = a.size - int(np.count_nonzero(gap.view(np.int32)))  # quicker than of floats, and there is no -0 now
        norms = math.sqrt(squares), math.sqrt(squares_a), math.sqrt(squares_b)
        if squares_a < squares_b * _ALIKE and squares_b < squares_a * _ALIKE:
            dot = (squares_a + squares_b - squares) / 2
        else:
            dot = single_dotted(a, b)
        distance = Distance(a.size, equal, equal, float(gap.max()), None, *norms, dot, bit_equal=False)
        return distance, lambda: int(gap.argmax())


def rounded(numbers: Array, dtype: str) -> Array:
    """Floats as they are once they were stored as the float type `dtype`."""
    if dtype in ("float64", "float32", "float16"):
        return numbers.astype(dtype)
    import ml_dtypes

    return numbers.astype(getattr(ml_dtypes, dtype)).astype(np.float32)


def digits(dtype: str) -> int:
    """The binary digits that a float type holds, the leading one counted; those of float64 for any other type."""
    return _DIGITS.get(dtype, _DIGITS["float64"])


def coarser(a: str, b: str) -> str:
    """Which of two float types has fewer digits; empty when they are one, or no float types."""
    if a == b or a not in _DIGITS or b not in _DIGITS:
        return ""
    return min(a, b, key=_DIGITS.__getitem__)


def _is_sound(squares: float, numbers: Array) -> bool:
    return _SOUND[0] < squares < _SOUND[1] or (squares == 0 and not numbers.any())


def _of_any(a: Array, b: Array) -> _Found:
    """The same in float64, for any numbers."""
    same, gap, a, b = a == b, _gap(a, b), wide(a), wide(b)
    finite = np.isfinite(a) & np.isfinite(b)
    counts = {}
    if not finite.all():
        counts = _set_aside(a, b)
        gap, a, b = gap[finite], a[finite], b[finite]
    equal = int(np.count_nonzero(same)) + counts.get("nan_both", 0)
    sizes = np.abs(gap)
    most, norms = float(sizes.max(initial=0.0)), (_root(gap), _root(a), _root(b))
    dot = _dot(a, b, norms[1] * norms[2])
    distance = Distance(same.size, equal, equal, most, None, *norms, dot, **counts, bit_equal=False)
    return distance, lambda: int(np.flatnonzero(finite)[sizes.argmax()])


def wide(numbers: Array) -> Array:
    """Numbers as float64 or complex128."""
    return numbers.astype(np.complex128 if numbers.dtype.kind == "c" else np.float64)


def _gap(a: Array, b: Array) -> Array:
    """a - b; of whole numbers, whose difference float64 may lose, its size, taken before they become floats."""
    if a.dtype.kind + b.dtype.kind not in ("ii", "uu", "iu", "ui") or np.result_type(a, b).kind == "f":
        return wide(a) - wide(b)
    common = np.result_type(a, b)
    higher, lower = np.maximum(a, b, dtype=common), np.minimum(a, b, dtype=common)
    unsigned = f"u{common.itemsize}"
    sizes: Array = higher.view(unsigned) - lower.view(unsigned)
    return sizes.astype(np.float64)


def _set_aside(a: Array, b: Array) -> dict[str, int]:
    """What there is that no difference can be taken of."""
    nan_a, nan_b = np.isnan(a), np.isnan(b)
    infinite_a, infinite_b = np.isinf(a) & ~nan_a, np.isinf(b) & ~nan_b  # a complex number may be both
    counted = {
        "nan_a": nan_a, "nan_b": nan_b, "nan_both": nan_a & nan_b,
        "infinite_a": infinite_a, "infinite_b": infinite_b, "infinite_equal": infinite_a & infinite_b & (a == b),
    }  # fmt: skip
    return {name: int(np.count_nonzero(flags)) for name, flags in counted.items()}


def _root(numbers: Array) -> float:
    """The root of the sum of squares, for numbers of any size."""
    parts = numbers.view(np.float64)
    largest = float(np.abs(parts).max(initial=0.0))
    if _TINY < largest < _HUGE or not 0 < largest < math.inf:
        return math.sqrt(dotted(parts, parts)) if largest < math.inf else math.inf
    exponent = math.frexp(largest)[1]
    scaled = np.ldexp(parts, -exponent)
    return float(np.ldexp(math.sqrt(dotted(scaled, scaled)), exponent))


def _dot(a: Array, b: Array, most: float) -> float:
    """The sum of a * b, of complex numbers the real part of a * conj(b); infinite where float64 cannot hold it.

    `most` is |a| |b|, which no such sum is larger than.
    """
    parts_a, parts_b = a.view(np.float64), b.view(np.float64)
    if a.dtype != b.dtype:  # a real and a complex one
        parts_a, parts_b = a.real.copy(), b.real.copy()
    if most < _TINY**2 and parts_a.any() and parts_b.any():
        return math.inf
    found = dotted(parts_a, parts_b)
    return found if math.isfinite(found) else math.inf
