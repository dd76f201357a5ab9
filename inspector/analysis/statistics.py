"""What the numbers of a tensor come to - and, merged, those of a branch or of a whole file.

    statistics = finish(measure(tensor))
    statistics.mean, statistics.std, statistics.histogram.counts

Counts, extremes and histogram are exact; mean, standard deviation and norms agree with a float64 reference.
NaN and infinities are counted and set aside: they poison nothing. Complex numbers count by their magnitudes,
quantised ones by the float32 numbers they stand for, bools as 0 and 1.

Why this way: this module holds the words and imports no numpy, so that whoever only shows statistics starts
without it; the work is done in `measuring`.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from dataclasses import dataclass

from ..checkpoint.entries import Tensor
from ..progress import Progress
from .histograms import Histogram, merged

Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of some numbers. What cannot be said, such as the mean of none, is nan."""

    count: int = 0
    """All elements, NaN and infinities among them."""
    zeros: int = 0
    nans: int = 0
    positive_infinities: int = 0
    negative_infinities: int = 0
    minimum: float | int = math.nan
    """Of the finite numbers, as all that follows; an int, and exact, for integers of any size."""
    maximum: float | int = math.nan
    mean: float = math.nan
    deviation: float = 0.0
    """The root of the sum of (x - mean)^2: what `std` is made from, and what can be merged."""
    l1: float = 0.0
    """The sum of |x|."""
    l2: float = 0.0
    """The root of the sum of x^2."""
    histogram: Histogram | None = None
    """None when it was not asked for."""
    first_nan: Index | None = None
    """The index of the first NaN in row-major order; None when there is none, and for what was merged."""
    first_infinity: Index | None = None

    @property
    def finite(self) -> int:
        """How many elements are neither NaN nor infinite."""
        return self.count - self.nans - self.infinities

    @property
    def infinities(self) -> int:
        return self.positive_infinities + self.negative_infinities

    @property
    def std(self) -> float:
        """The standard deviation of a sample, over n - 1, as `torch.std` has it; nan for fewer than two numbers."""
        return self.deviation / math.sqrt(self.finite - 1) if self.finite > 1 else math.nan

    @property
    def population_std(self) -> float:
        """The standard deviation of the numbers taken as all there are, over n."""
        return self.deviation / math.sqrt(self.finite) if self.finite else math.nan

    @property
    def sparsity(self) -> float:
        """The share of zeros among all elements, 0 to 1."""
        return self.zeros / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A tensor was measured - or could not be: then `statistics` is None and `error` is the sentence why."""

    key: str
    statistics: Statistics | None
    error: str = ""
    tied: bool = False
    """It is the very same view of the same storage as one measured before."""


def merge(*parts: Statistics) -> Statistics:
    """The statistics of the numbers of all `parts` together, as if they had been measured as one."""
    return merge_all(parts)


def merge_all(parts: Iterable[Statistics]) -> Statistics:
    """`merge` for any number of parts; a histogram is there when every part that has elements has one."""
    measured = [part for part in parts if part.count]
    if len(measured) < 2:
        return _without_indices(measured[0]) if measured else Statistics(histogram=Histogram())
    finite = [part for part in measured if part.finite]
    mean, deviation = _spread(finite)
    return Statistics(
        count=sum(part.count for part in measured),
        zeros=sum(part.zeros for part in measured),
        nans=sum(part.nans for part in measured),
        positive_infinities=sum(part.positive_infinities for part in measured),
        negative_infinities=sum(part.negative_infinities for part in measured),
        minimum=min((part.minimum for part in finite), default=math.nan),
        maximum=max((part.maximum for part in finite), default=math.nan),
        mean=mean,
        deviation=deviation,
        l1=math.fsum(part.l1 for part in finite),
        l2=math.hypot(*(part.l2 for part in finite)),
        histogram=_merged_histogram(measured),
    )


def measure(tensor: Tensor, *, histogram: bool = True) -> Generator[Progress, None, Statistics]:
    """Measures one tensor; a sparse or nested one by the values it stores.

    Raises FileError when its numbers cannot be read, or are none (texts, dates).
    """
    from .measuring import measuring

    return (yield from measuring(tensor, histogram))


def measure_all(
    tensors: Iterable[tuple[str, Tensor]], *, histogram: bool = True
) -> Generator[Progress | Measured, None, Statistics]:
    """Measures many tensors in the order given, with a `Measured` for each as it is done, and returns what they
    come to together. What is tied - the same view of the same storage - is read once and counted once."""
    from .measuring import measuring_all

    return (yield from measuring_all(tensors, histogram))


def _spread(parts: list[Statistics]) -> tuple[float, float]:
    """Mean and deviation of the finite numbers of all parts (Chan's formula for many samples at once)."""
    count = sum(part.finite for part in parts)
    if not count:
        return math.nan, 0.0
    mean = sum(part.mean * (part.finite / count) for part in parts)
    between = (abs(part.mean - mean) * math.sqrt(part.finite) for part in parts)
    return mean, math.hypot(*(part.deviation for part in parts), *between)


def _merged_histogram(parts: list[Statistics]) -> Histogram | None:
    histograms = [part.histogram for part in parts if part.histogram is not None]
    return merged(histograms) if len(histograms) == len(parts) else None


def _without_indices(statistics: Statistics) -> Statistics:
    if statistics.first_nan is None and statistics.first_infinity is None:
        return statistics
    names = [name for name in Statistics.__slots__ if not name.startswith("first_")]
    return Statistics(**{name: getattr(statistics, name) for name in names})
