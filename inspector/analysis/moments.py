"""Mean, standard deviation and norms of numbers that come in blocks, in float64.

Why this way: the plain sum of squares loses everything at a mean of 10^4 standard deviations, so a block
whose squares nearly cancel is shifted by its own mean first; blocks are merged after Chan, Golub and LeVeque
(Updating Formulae and a Pairwise Algorithm for Computing Sample Variances, 1979). Square roots are kept
instead of the squares: they neither overflow nor vanish where the numbers themselves do not.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ROW = 8192
"""Elements of one dot product: longer ones OpenBLAS splits over threads that spin when they are done."""

_SINGLE_ROW = 1024
"""Elements added in float32 before float64 takes over: what is never below zero sums up right to 1e-6 at worst."""
_ONES = np.ones(ROW)
_SINGLE_ONES = np.ones(_SINGLE_ROW, np.float32)
_MOSTLY_MEAN = 1e6
"""How many times larger than their deviations squares may be before a block is shifted: eleven digits are left."""
_LARGEST_SINGLE, _SMALLEST_SINGLE = 1e15, 1e-12
"""Of float32 numbers none of which is larger, or the largest of which is not smaller, squares add up in float32."""
_HUGE, _TINY = 1e140, 1e-140
"""Beyond these, squares of float64 leave its range and are scaled by a power of two."""


class Moments(NamedTuple):
    """What is known of `n` numbers: `deviation` is the root of the sum of (x - mean)^2, `l1` the sum of
    |x|, `l2` the root of the sum of x^2."""

    n: int = 0
    mean: float = 0.0
    deviation: float = 0.0
    l1: float = 0.0
    l2: float = 0.0

    def times(self, factor: int) -> Moments:
        """As if each number were there `factor` times."""
        root = math.sqrt(factor)
        return Moments(self.n * factor, self.mean, self.deviation * root, self.l1 * factor, self.l2 * root)


def combined(a: Moments, b: Moments) -> Moments:
    """The moments of the numbers of both."""
    if not a.n or not b.n:
        return a if a.n else b
    n = a.n + b.n
    delta = b.mean - a.mean
    share = b.n / n
    mean = a.mean + delta * share if math.isfinite(delta) else a.mean * (1 - share) + b.mean * share
    between = abs(delta) * math.sqrt(a.n * share)
    return Moments(n, mean, math.hypot(a.deviation, b.deviation, between), a.l1 + b.l1, math.hypot(a.l2, b.l2))


def moments_of(numbers: NDArray[np.float64], low: float, high: float, l1: float | None = None) -> Moments:
    """The moments of finite numbers from `low` to `high`. Overwrites `numbers`.

    `l1` is their sum of magnitudes where the caller knows it.
    """
    largest = max(-low, high)
    if largest > _HUGE or 0 < largest < _TINY:
        return _scaled_moments(numbers, largest)
    count = numbers.size
    total, squares = summed(numbers), dotted(numbers, numbers)
    mean = total / count
    deviations = squares - total * mean
    if l1 is None:
        l1 = abs(total) if low >= 0 or high <= 0 else summed(np.abs(numbers))
    if squares > _MOSTLY_MEAN * deviations:
        np.subtract(numbers, mean, out=numbers)
        rest = summed(numbers)
        deviations = dotted(numbers, numbers) - rest * rest / count
        mean += rest / count
    return Moments(count, mean, math.sqrt(max(deviations, 0.0)), l1, math.sqrt(squares))


def single_moments(numbers: NDArray[np.float32], magnitudes: NDArray[np.float32], largest: float) -> Moments | None:
    """The moments of finite float32 numbers whose magnitudes are known - or None where float32 is too little:
    where squares leave its range, or much of them is the mean's.

    Only sums of what is never below zero are begun in float32: a plain sum cancels, and has to be right still.
    """
    if not _SMALLEST_SINGLE < largest < _LARGEST_SINGLE:
        return None
    n, squares = numbers.size, single_dotted(numbers, numbers)
    total = float(np.add.reduce(numbers, dtype=np.float64))
    mean = total / n
    deviations = squares - total * mean
    if squares > 2 * deviations:
        return None
    return Moments(n, mean, math.sqrt(deviations), single_dotted(magnitudes, None), math.sqrt(squares))


def summed(numbers: NDArray[Any]) -> float:
    """The sum of float64 numbers."""
    return dotted(numbers, None)


def dotted(a: NDArray[Any], b: NDArray[Any] | None) -> float:
    """The sum of a * b (of `a` alone without `b`), rows of `ROW` elements at a time."""
    whole = a.size - a.size % ROW
    total = 0.0
    if whole < a.size:
        rest = a[whole:]
        total = float(np.dot(rest, _ONES[: rest.size] if b is None else b[whole:]))
    if whole:
        rows = a[:whole].reshape(-1, ROW)
        total += float(np.add.reduce(np.vecdot(rows, _ONES if b is None else b[:whole].reshape(-1, ROW))))
    return total


def single_dotted(a: NDArray[np.float32], b: NDArray[np.float32] | None) -> float:
    """As `dotted`, for float32: each row is added up in float32, the rows in float64."""
    whole = a.size - a.size % _SINGLE_ROW
    rest = a[whole:].astype(np.float64)
    total = float(np.add.reduce(rest if b is None else rest * b[whole:]))
    if whole:
        rows = a[:whole].reshape(-1, _SINGLE_ROW)
        parts = np.vecdot(rows, _SINGLE_ONES if b is None else b[:whole].reshape(-1, _SINGLE_ROW))
        total += float(np.add.reduce(parts, dtype=np.float64))
    return total


def _scaled_moments(numbers: NDArray[np.float64], largest: float) -> Moments:
    exponent = math.frexp(largest)[1]
    np.ldexp(numbers, -exponent, out=numbers)
    scaled = moments_of(numbers, -1.0, 1.0)
    back = [_ldexp(value, exponent) for value in scaled[1:]]
    return Moments(scaled.n, *back)


def _ldexp(value: float, exponent: int) -> float:
    try:
        return math.ldexp(value, exponent)
    except OverflowError:
        return math.copysign(math.inf, value)
