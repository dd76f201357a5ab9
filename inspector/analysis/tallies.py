"""What is known so far of a tensor whose blocks come one after another; one kind for each kind of numbers.

    Singles    float32, in its own precision where nothing is lost by it
    Table      types of 8 and 16 bits: how often each bit pattern is there; everything else follows exactly
    Numbers    everything else, as float64 (whole numbers keep their own extremes)

Why this way: a block of 256 thousand elements stays in the cache while a dozen numpy calls go over it, each of
which lets the interpreter go. NaN and infinities announce themselves in the minimum and maximum, so that a
sound block is never searched for them.
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .binning import Filling, small_histogram, weighted_histogram
from .histograms import BINS, Histogram
from .moments import Moments, combined, dotted, moments_of, single_moments

Array = NDArray[Any]
Extreme = float | int


class Counts(NamedTuple):
    """How many elements there are, and how many of them are something special."""

    elements: int = 0
    zeros: int = 0
    nans: int = 0
    positive_infinities: int = 0
    negative_infinities: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(*(mine + theirs for mine, theirs in zip(self, other)))

    def times(self, factor: int) -> Counts:
        return Counts(*(number * factor for number in self))


class Result(NamedTuple):
    """What a tally comes to."""

    counts: Counts
    minimum: Extreme
    maximum: Extreme
    moments: Moments
    histogram: Histogram | None


class Tally:
    """Adds up blocks. What comes out does not depend on which of two tallies that are joined got which."""

    def add(self, block: Array) -> None:
        """Takes the next block, which may be overwritten afterwards."""
        raise NotImplementedError

    def settle(self, place: int) -> None:
        """Says that the blocks since the last time were those of the stretch at `place`."""

    def join(self, other: Tally) -> None:
        """Adds what `other`, of the same kind, added up; it ends with that."""
        raise NotImplementedError

    def result(self) -> Result:
        """What the blocks so far come to."""
        raise NotImplementedError


class Numbers(Tally):
    """Any numbers that float64 can hold, or whole ones."""

    def __init__(self, histogram: bool) -> None:
        self._filling = Filling() if histogram else None
        self._counts = Counts()
        self._low: Extreme = math.inf
        self._high: Extreme = -math.inf
        self._moments = Moments()
        self._settled: dict[int, Moments] = {}
        """Sums of floats depend on their order, and threads have none: they are put in order at the end."""

    @np.errstate(all="ignore")
    def add(self, numbers: Array) -> None:
        low, high = numbers.min().item(), numbers.max().item()
        if not (math.isfinite(low) and math.isfinite(high)):
            numbers = self._set_aside(numbers)
            if not numbers.size:
                return
            low, high = numbers.min().item(), numbers.max().item()
        self._low, self._high = min(self._low, low), max(self._high, high)
        self._count(numbers.size, numbers.size - int(np.count_nonzero(numbers)))
        self._add_finite(numbers, low, high)

    def settle(self, place: int) -> None:
        self._settled[place], self._moments = self._moments, Moments()

    def join(self, other: Tally) -> None:
        assert isinstance(other, Numbers)
        self._counts = self._counts.plus(other._counts)
        self._low, self._high = min(self._low, other._low), max(self._high, other._high)
        self._settled |= other._settled
        if self._filling is not None and other._filling is not None:
            self._filling.join(other._filling)

    def result(self) -> Result:
        histogram = self._filling.histogram() if self._filling else None
        settled = [self._settled[place] for place in sorted(self._settled)]
        moments = functools.reduce(combined, [*settled, self._moments])
        return Result(self._counts, self._low, self._high, moments, histogram)

    def _add_finite(self, numbers: Array, low: Extreme, high: Extreme) -> None:
        wide = numbers.astype(np.float64)
        if self._filling is not None:
            if numbers.dtype.kind == "f":
                self._filling.add(wide, low, high, np.empty_like(wide))
            else:
                self._filling.add_integers(numbers, int(low), int(high))
        self._moments = combined(self._moments, moments_of(wide, low, high))

    def _set_aside(self, numbers: Array) -> Array:
        """The finite ones of `numbers`; the others are counted."""
        nans = int(np.count_nonzero(np.isnan(numbers)))
        positive = int(np.count_nonzero(numbers == np.inf))
        negative = int(np.count_nonzero(numbers == -np.inf))
        self._counts = self._counts.plus(Counts(nans + positive + negative, 0, nans, positive, negative))
        finite: Array = numbers[np.isfinite(numbers)]
        return finite

    def _count(self, count: int, zeros: int) -> None:
        self._counts = self._counts.plus(Counts(count, zeros))


class Singles(Numbers):
    """float32, in buffers that are made once."""

    def __init__(self, histogram: bool, elements: int) -> None:
        super().__init__(histogram)
        self._scratch = np.empty(elements, np.float32)
        self._wide = np.empty(elements, np.float64)  # memory only once it is written to, which is seldom

    @np.errstate(all="ignore")
    def add(self, block: Array) -> None:
        low, high = float(np.minimum.reduce(block)), float(np.maximum.reduce(block))
        if not (math.isfinite(low) and math.isfinite(high)):
            block = self._set_aside(block)
            if not block.size:
                return
            low, high = float(np.minimum.reduce(block)), float(np.maximum.reduce(block))
        self._low, self._high = min(self._low, low), max(self._high, high)
        scratch = self._scratch[: block.size]
        np.absolute(block, out=scratch)
        self._count(block.size, block.size - int(np.count_nonzero(scratch.view(np.int32))))
        moments = single_moments(block, scratch, max(-low, high))
        if moments is None:
            np.copyto(self._wide[: block.size], block)
            moments = moments_of(self._wide[: block.size], low, high)
        self._moments = combined(self._moments, moments)
        if self._filling is not None:
            self._filling.add(block, low, high, scratch)


class Table(Tally):
    """Types of 8 or 16 bits. `numbers` are what all their bit patterns stand for, float64 or int64."""

    def __init__(self, numbers: Array, histogram: bool) -> None:
        self._numbers = numbers
        self._histogram = histogram
        self._counted = np.zeros(numbers.size, np.int64)

    @classmethod
    @np.errstate(all="ignore")
    def of(cls, numbers: Array, histogram: bool) -> Table:
        """For bit patterns that stand for `numbers`, whole ones or not."""
        return cls(numbers.astype(np.float64 if numbers.dtype.kind == "f" else np.int64), histogram)

    def add(self, block: Array) -> None:
        if block.dtype.itemsize == 2:
            self._counted += np.bincount(block.view(np.uint16), minlength=65536)
        elif block.size % 2:
            self._counted += np.bincount(block.view(np.uint8), minlength=256)
        else:
            # Two bytes at a time: half the work.
            pairs = np.bincount(block.view(np.uint16), minlength=65536).reshape(256, 256)
            self._counted += pairs.sum(0) + pairs.sum(1)

    def join(self, other: Tally) -> None:
        assert isinstance(other, Table)
        self._counted += other._counted

    def result(self) -> Result:
        there = np.flatnonzero(self._counted)
        return tabled(self._numbers[there], self._counted[there], self._histogram)


@np.errstate(all="ignore")
def measurable(numbers: Array) -> Array:
    """Numbers as they are measured: bools as 0 and 1, complex ones by their magnitudes."""
    kind = numbers.dtype.kind
    return numbers.view(np.uint8) if kind == "b" else _magnitudes(numbers) if kind == "c" else numbers


@np.errstate(all="ignore")
def tabled(numbers: Array, counts: Array, histogram: bool) -> Result:
    """What `numbers` come to of which each is there `counts` times."""
    finite = np.isfinite(numbers)
    special = [int(counts[which].sum()) for which in (np.isnan(numbers), numbers == np.inf, numbers == -np.inf)]
    total = int(counts.sum())
    numbers, counts = numbers[finite], counts[finite]
    counted = Counts(total, int(counts[numbers == 0].sum()), *special)
    if not numbers.size:
        return _nothing_finite(counted, histogram)
    low, high = numbers.min().item(), numbers.max().item()
    weights = counts.astype(np.float64)
    filled = weighted_histogram(numbers, weights, low, high, BINS // 2) if histogram else None
    return Result(counted, low, high, _weighted_moments(numbers, weights), filled)


@np.errstate(all="ignore")
def small(numbers: Array, histogram: bool) -> Result:
    """What a few numbers come to, without any preparation."""
    if numbers.dtype.kind == "f":
        numbers = numbers.astype(np.float64)
    special = (0, 0, 0)
    count = numbers.size
    low, high = numbers.min().item(), numbers.max().item()
    if not (math.isfinite(low) and math.isfinite(high)):
        special = tuple(  # type: ignore[assignment]
            int(np.count_nonzero(which)) for which in (np.isnan(numbers), numbers == np.inf, numbers == -np.inf)
        )
        numbers = numbers[np.isfinite(numbers)]
        if not numbers.size:
            return _nothing_finite(Counts(count, 0, *special), histogram)
        low, high = numbers.min().item(), numbers.max().item()
    zeros = numbers.size - int(np.count_nonzero(numbers))
    bins = 64 if count < 1024 else 128
    filled = small_histogram(numbers, low, high, bins) if histogram else None
    moments = moments_of(numbers.astype(np.float64, copy=False), low, high)
    return Result(Counts(count, zeros, *special), low, high, moments, filled)


def repeated(result: Result, times: int) -> Result:
    """What it comes to when each element is meant `times` times."""
    histogram = result.histogram.times(times) if result.histogram else result.histogram
    return result._replace(counts=result.counts.times(times), moments=result.moments.times(times), histogram=histogram)


def _nothing_finite(counts: Counts, histogram: bool) -> Result:
    return Result(counts, math.inf, -math.inf, Moments(), Histogram() if histogram else None)


def _weighted_moments(numbers: Array, weights: Array) -> Moments:
    numbers = numbers.astype(np.float64)
    scale = math.frexp(float(np.abs(numbers).max()))[1]
    numbers = np.ldexp(numbers, -scale)
    count = float(weights.sum())
    mean = dotted(numbers, weights) / count
    deviation = math.sqrt(dotted(np.square(numbers - mean), weights))
    l1, l2 = dotted(np.abs(numbers), weights), math.sqrt(dotted(np.square(numbers), weights))
    return Moments(int(count), *(math.ldexp(value, scale) for value in (mean, deviation, l1, l2)))


def _magnitudes(numbers: Array) -> NDArray[np.float64]:
    wide = numbers.astype(np.complex128)
    magnitudes: NDArray[np.float64] = np.abs(wide)
    if not np.isfinite(magnitudes.max()):
        # |inf + nan j| is inf for numpy; here, as for torch.isnan, a number with a NaN in it is one.
        magnitudes[np.isnan(wide)] = np.nan
    return magnitudes
