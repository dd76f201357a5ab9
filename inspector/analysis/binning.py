"""Filling histograms with whole blocks of numbers.

Why this way: `np.histogram` compares and sorts, at a tenth of the speed. Here a block is scaled by a power
of two - which changes no digit -, cut down to whole bins and stored as one byte each. Bytes are sorted by
counting them (radix sort), after which the bins are found by their borders. `np.bincount` would be a little
quicker, but holds the interpreter: two threads get further with the sort, and a window beside them is not kept.
Numbers outside of what the bytes can say widen the bins: what was counted so far is joined exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .histograms import BINS, Histogram, exponent_for, integer_exponent_for, merged, trimmed

Array = NDArray[Any]
Extreme = float | int

_CODES = 512 * 1024
"""Bytes that are collected before they are counted."""
_BORDERS = np.arange(-127, 128, dtype=np.int8)
"""All codes but the lowest: in sorted bytes, each stands where the ones before it end."""
_AIM = 128
"""Bins that the numbers take up when a width is chosen: the other half of a byte is left for what is to come."""
_SLACK = 8
"""Bins left at both ends, where there is a choice."""


class Filling:
    """A histogram being filled with blocks of finite numbers.

    Which bins come out depends on the numbers alone, not on their order.
    """

    def __init__(self) -> None:
        self._digits = 0
        self._low: Extreme = math.inf
        self._high: Extreme = -math.inf
        self._constants: dict[Extreme, int] = {}
        """Blocks of one number: they have no width, so they must not choose one for the others."""
        self._exponent: int | None = None
        self._lowest_coded: Extreme = math.inf
        self._highest_coded: Extreme = -math.inf
        self._middle = 0
        """The bin whose code is 0; codes reach from -128 to 127."""
        self._codes = np.empty(_CODES, np.int8)
        self._filled = 0
        self._counted = np.zeros(BINS, np.int64)
        self._parts: list[Histogram] = []

    def add(self, numbers: Array, low: float, high: float, scratch: Array) -> None:
        """Counts float32 or float64 numbers from `low` to `high`; `scratch` is of their size and type."""
        self._digits = 24 if numbers.dtype.itemsize == 4 else 53
        if not self._covers(low, high, numbers.size):
            return
        exponent, middle = self._exponent or 0, self._middle
        for start, part, codes in self._pieces(numbers):
            bins = _bins_of(part, exponent, scratch[start : start + part.size])
            if middle:
                np.subtract(bins, bins.dtype.type(middle), out=bins)
            np.copyto(codes, bins, casting="unsafe")

    def add_integers(self, numbers: Array, low: int, high: int) -> None:
        """Counts whole numbers from `low` to `high`."""
        if self._covers(low, high, numbers.size):
            for _, part, codes in self._pieces(numbers):
                np.copyto(codes, _integer_bins_of(part, self._exponent or 0, self._middle), casting="unsafe")

    def join(self, other: Filling) -> None:
        """Counts what `other` counted, which ends with it."""
        other._take_apart()
        self._low, self._high = min(self._low, other._low), max(self._high, other._high)
        self._digits = max(self._digits, other._digits)
        self._parts += other._parts
        for number, count in other._constants.items():
            self._constants[number] = self._constants.get(number, 0) + count

    def histogram(self) -> Histogram:
        """What was counted so far."""
        self._take_apart()
        if self._low > self._high:
            return Histogram()
        exponent = self._exponent_for(self._low, self._high)
        constants = [Histogram(exponent, bin_of(each, exponent), (n,)) for each, n in self._constants.items()]
        return merged([part.widened(exponent) for part in self._parts] + constants)

    def _pieces(self, numbers: Array) -> Iterator[tuple[int, Array, Array]]:
        """`numbers` in pieces that the rest of the buffer has room for: where each starts, it, and its codes."""
        done = 0
        while done < numbers.size:
            if self._filled == _CODES:
                self._count()
            size = min(numbers.size - done, _CODES - self._filled)
            yield done, numbers[done : done + size], self._codes[self._filled : self._filled + size]
            self._filled += size
            done += size

    def _covers(self, low: Extreme, high: Extreme, size: int) -> bool:
        """Sees to it that `low` and `high` have a bin each, among the 256 that a byte can name.

        False when nothing is left to do: when all `size` numbers are the same.
        """
        self._low, self._high = min(low, self._low), max(high, self._high)
        if low == high:
            self._constants[low] = self._constants.get(low, 0) + size
            return False
        if self._exponent is None or low < self._lowest_coded or high > self._highest_coded:
            self._lowest_coded, self._highest_coded = min(low, self._lowest_coded), max(high, self._highest_coded)
            self._widen(self._lowest_coded, self._highest_coded)
        return True

    def _widen(self, low: Extreme, high: Extreme) -> None:
        if self._exponent is not None:
            first, last = bin_of(low, self._exponent), bin_of(high, self._exponent)
            if self._middle - BINS // 2 <= first and last < self._middle + BINS // 2:
                return
            self._take_apart()
        self._exponent = self._exponent_for(low, high)
        first, last = bin_of(low, self._exponent), bin_of(high, self._exponent)
        reachable = -BINS // 2 + _SLACK <= first and last < BINS // 2 - _SLACK
        self._middle = 0 if reachable else (first + last + 1) // 2

    def _exponent_for(self, low: Extreme, high: Extreme) -> int:
        if self._digits:
            return exponent_for(low, high, _AIM, self._digits)
        return integer_exponent_for(int(low), int(high), _AIM)

    def _count(self) -> None:
        """Counts the bytes collected."""
        codes = self._codes[: self._filled]
        codes.sort(kind="stable")
        self._counted += np.diff(np.searchsorted(codes, _BORDERS), prepend=0, append=codes.size)
        self._filled = 0

    def _take_apart(self) -> None:
        """Turns what was counted into a histogram of the present width."""
        if self._filled:
            self._count()
        if self._counted.any():
            part = trimmed(self._exponent or 0, self._middle - BINS // 2, self._counted.tolist())
            self._parts = [merged([*self._parts, part])]
            self._counted[:] = 0


def small_histogram(numbers: Array, low: Extreme, high: Extreme, bins: int) -> Histogram:
    """The histogram of few finite numbers (float64 or whole ones), made without any preparation."""
    return _binned(numbers, None, low, high, bins)


def weighted_histogram(numbers: Array, counts: Array, low: float, high: float, bins: int = BINS) -> Histogram:
    """The histogram of `numbers` (float64) of which each is there `counts` times."""
    return _binned(numbers, counts, low, high, bins)


def bin_of(number: Extreme, exponent: int) -> int:
    """The bin, 2**exponent wide, that a number lies in."""
    if isinstance(number, int):
        return number >> exponent if exponent >= 0 else number << -exponent
    numerator, denominator = number.as_integer_ratio()
    return numerator // (denominator << exponent) if exponent >= 0 else (numerator << -exponent) // denominator


def _binned(numbers: Array, counts: Array | None, low: Extreme, high: Extreme, bins: int) -> Histogram:
    if numbers.dtype.kind == "f":
        exponent = exponent_for(low, high, bins, 53)
        base = bin_of(low, exponent)
        places = _bins_of(numbers, exponent, np.empty_like(numbers)) - base
    else:
        exponent = integer_exponent_for(int(low), int(high), bins)
        base = bin_of(low, exponent)
        places = _integer_bins_of(numbers, exponent, base)
    counted = np.bincount(places.astype(np.intp), counts)
    return trimmed(exponent, base, counted.astype(np.int64).tolist()).fitted(bins)


def _bins_of(numbers: Array, exponent: int, out: Array) -> Array:
    """floor(numbers / 2**exponent), without rounding anything first."""
    if abs(exponent) <= (120 if numbers.dtype.itemsize == 4 else 1000):
        np.multiply(numbers, numbers.dtype.type(math.ldexp(1.0, -exponent)), out=out)
    else:
        np.ldexp(numbers, -exponent, out=out)
    if exponent > 0:
        # What is tiny beside the bins may have become nothing on the way: below zero it is in the bin before.
        out[(numbers < 0) & (out == 0)] = -1
    floored: Array = np.floor(out, out=out)
    return floored


def _integer_bins_of(numbers: Array, exponent: int, base: int) -> Array:
    """floor(numbers / 2**exponent) - base for whole numbers: within 64 bits, whatever they are."""
    shifted: Array = np.right_shift(numbers, numbers.dtype.type(exponent))
    if numbers.dtype.itemsize < 8:
        shifted = shifted.astype(np.int64)
        shifted -= base
        return shifted
    # The difference is small, so that it is right in 64 bits even where a part of it leaves them.
    shifted = shifted.view(np.uint64)
    shifted -= np.uint64(base % (1 << 64))
    return shifted
