"""Histograms whose bins are powers of two wide, with edges at multiples of that width.

Why this way: two such histograms always fit together. Widening one only joins whole bins, so blocks, tensors,
branches and files are merged exactly, and nothing needs to know the range of the numbers beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

BINS = 256
"""The most bins a histogram has."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many numbers lie in each bin: `counts[i]` of them are >= (first + i) * 2**exponent and
    < (first + i + 1) * 2**exponent. The first and the last bin are never empty; no numbers, no bins."""

    exponent: int = 0
    first: int = 0
    counts: tuple[int, ...] = ()

    @property
    def width(self) -> float:
        """How wide each bin is."""
        return _scaled(1, self.exponent)

    @property
    def total(self) -> int:
        """How many numbers are counted."""
        return sum(self.counts)

    @property
    def edges(self) -> list[float]:
        """The borders of the bins, one more than there are bins."""
        return [_scaled(self.first + index, self.exponent) for index in range(len(self.counts) + 1)]

    def widened(self, exponent: int) -> Histogram:
        """The same numbers in bins 2**exponent wide (not narrower than they are)."""
        by = exponent - self.exponent
        if by <= 0 or not self.counts:
            return self
        first = self.first >> by
        counts = [0] * ((self.first + len(self.counts) - 1 >> by) - first + 1)
        for index, count in enumerate(self.counts, self.first):
            counts[(index >> by) - first] += count
        return Histogram(exponent, first, tuple(counts))

    def fitted(self, bins: int = BINS) -> Histogram:
        """The same numbers in at most `bins` bins, as narrow as that allows (two where they lie on both
        sides of zero: no width joins these)."""
        fitting = self
        while len(fitting.counts) > max(bins, 2):
            by = max(1, (len(fitting.counts) // max(bins, 2)).bit_length() - 1)
            fitting = fitting.widened(fitting.exponent + by)
        return fitting

    def times(self, factor: int) -> Histogram:
        """As if each number were there `factor` times, at least once."""
        return Histogram(self.exponent, self.first, tuple(count * factor for count in self.counts))


def trimmed(exponent: int, first: int, counts: list[int]) -> Histogram:
    """A histogram without the empty bins at both ends of `counts`."""
    low, high = 0, len(counts)
    while low < high and not counts[low]:
        low += 1
    while high > low and not counts[high - 1]:
        high -= 1
    return Histogram(exponent, first + low, tuple(counts[low:high])) if low < high else Histogram()


def merged(histograms: Iterable[Histogram], bins: int = BINS) -> Histogram:
    """All numbers of several histograms in one, exactly, in at most `bins` bins."""
    parts = _with_zeros_narrowed([histogram for histogram in histograms if histogram.counts])
    if len(parts) < 2:
        return parts[0].fitted(bins) if parts else Histogram()
    exponent = _common_exponent(parts, bins)
    parts = [part.widened(exponent) for part in parts]
    first = min(part.first for part in parts)
    counts = [0] * (max(part.first + len(part.counts) for part in parts) - first)
    for part in parts:
        for index, count in enumerate(part.counts, part.first - first):
            counts[index] += count
    return Histogram(exponent, first, tuple(counts))


def _with_zeros_narrowed(parts: list[Histogram]) -> list[Histogram]:
    """The parts, those of tensors that are all zero in bins as narrow as the narrowest of the others.

    A single bin that begins at 0 and is 1 wide holds nothing but zeros - other constants have narrower bins,
    other whole numbers other places -, and a bias of zeros must not make the bins of its weights 1 wide.
    """
    others = [part.exponent for part in parts if not _is_zeros(part)]
    if not others:
        return parts
    return [Histogram(min(others), 0, part.counts) if _is_zeros(part) else part for part in parts]


def _is_zeros(part: Histogram) -> bool:
    return part.exponent == part.first == 0 and len(part.counts) == 1


def exponent_for(low: float, high: float, bins: int, digits: int) -> int:
    """The exponent of the narrowest bins of which `bins` reach from `low` to `high` for certain.

    `digits` are the binary digits of the numbers: bins narrower than their last digit hold no more.
    """
    largest = max(abs(low), abs(high))
    if not largest:
        return 0
    finest = math.frexp(largest)[1] - digits
    spread = high / 2 - low / 2  # halves: the difference itself may be more than a float can hold
    if not spread:
        return math.frexp(largest)[1] - 8
    return max(finest, math.frexp(spread)[1] + 1 - (bins.bit_length() - 1))


def integer_exponent_for(low: int, high: int, bins: int) -> int:
    """The same for whole numbers: never finer than 1."""
    return max(0, (high - low).bit_length() - (bins.bit_length() - 1))


def _common_exponent(parts: list[Histogram], bins: int) -> int:
    exponent = max(part.exponent for part in parts)
    while True:
        first = min(part.first >> exponent - part.exponent for part in parts)
        last = max(part.first + len(part.counts) - 1 >> exponent - part.exponent for part in parts)
        if last - first < max(bins, 2):
            return exponent
        exponent += 1


def _scaled(number: int, exponent: int) -> float:
    try:
        return math.ldexp(number, exponent)
    except OverflowError:
        return math.copysign(math.inf, number)
