"""How far apart two tensors of one shape are - and, merged, two branches or two files.

    distance = finish(measure(before, after))
    distance.rel_l2, distance.cosine, distance.max_abs, distance.where

Counts are exact; sums agree with a float64 reference, whatever the two dtypes are. A NaN equals a NaN in the same
place. Max, norms and products are of the places where both numbers are finite: what is not poisons nothing, and is
counted apart. Complex numbers count by their magnitudes and by the real part of their product, quantised ones by the
float32 numbers they stand for, bools as 0 and 1.

Why this way: this module holds the words and imports no numpy, so that whoever only shows distances starts
without it; the work is done in ``side_by_side` and `differences`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from ..checkpoint.entries import Tensor
from ..progress import Progress

Index = tuple[int, ...]


class Distance(NamedTuple):
    """What lies between the numbers of `a` and those of `b`. Without any numbers they are the same."""

    numel: int = 0
    """How many pairs of numbers there are."""
    equal: int = 0
    """How many are equal: -0 is 0, and NaN is NaN."""
    rounded_equal: int = 0
    """How many are, once both are rounded to the type of the two that holds fewer digits."""
    max_abs: float = 0.0
    """The largest |a - b|."""
    where: Index | None = None
    """Where that is: the first place in the order the elements are stored in. None where nothing differs, and for
    what was merged."""
    l2: float = 0.0
    """The root of the sum of |a - b|^2."""
    norm_a: float = 0.0
    """The root of the sum of |a|^2."""
    norm_b: float = 0.0
    dot: float = 0.0
    """The sum of a * b; infinite where it leaves the range of float64."""
    nan_a: int = 0
    nan_b: int = 0
    nan_both: int = 0
    """How many places are NaN in both."""
    infinite_a: int = 0
    infinite_b: int = 0
    infinite_equal: int = 0
    """How many places have the same infinity in both."""
    bit_equal: bool = True
    """Whether the bytes of every element are the same; never so for two dtypes."""

    @property
    def is_same(self) -> bool:
        """Whether all numbers are equal."""
        return self.equal == self.numel

    @property
    def share_equal(self) -> float:
        """The part that is equal, 0 to 1 (1 of none)."""
        return self.equal / self.numel if self.numel else 1.0

    @property
    def nan_in_one(self) -> int:
        """How many places are NaN in one of the two only."""
        return self.nan_a + self.nan_b - 2 * self.nan_both

    @property
    def rel_l2(self) -> float:
        """|a - b| / |a|: how far b went, measured by a. 0 where nothing differs, infinite where a is all zero."""
        if not self.l2:
            return 0.0
        return self.l2 / self.norm_a if self.norm_a else math.inf

    @property
    def cosine(self) -> float:
        """a * b / (|a| |b|), -1 to 1; nan where one of them is all zero.

        Where the two are close it follows from the sides of the triangle instead, |a - b|^2 = |a|^2 + |b|^2 - 2 a b:
        what is nearly 1 has lost the digits that matter by then.
        """
        if not (self.norm_a and self.norm_b):
            return math.nan
        if self.l2 < 0.5 * self.norm_a or not math.isfinite(self.dot):
            ratio, gap = self.norm_b / self.norm_a, self.l2 / self.norm_a
            cosine = 1 - (gap - (1 - ratio)) * (gap + (1 - ratio)) / (2 * ratio)
        else:
            cosine = self.dot / self.norm_a / self.norm_b
        return max(-1.0, min(1.0, cosine))


def measure(a: Tensor, b: Tensor) -> Generator[Progress, None, Distance]:
    """Measures how far `b` is from `a`; a sparse one by the values it stores.

    Raises InspectorError for tensors of two shapes, and FileError when numbers cannot be read, or are none.
    """
    from .side_by_side import measuring

    return (yield from measuring(a, b))


def merge_all(parts: Iterable[Distance]) -> Distance:
    """The distance between the numbers of all parts together, as if they had been measured as one."""
    return joined(parts)._replace(where=None)


def merge(*parts: Distance) -> Distance:
    """`merge_all` of a few."""
    return merge_all(parts)


def joined(parts: Iterable[Distance]) -> Distance:
    """As `merge_all`, for parts of one tensor: keeps the place of the largest difference, the first of several."""
    rows = list(parts)
    if len(rows) < 2:
        return rows[0] if rows else Distance()
    columns: dict[str, tuple[Any, ...]] = dict(zip(Distance._fields, zip(*rows)))
    largest = max(columns["max_abs"])
    places = (row.where for row in rows if row.where is not None and row.max_abs == largest)
    columns["where"] = (min(places, default=None),)
    return Distance(**{name: _JOIN.get(name, sum)(column) for name, column in columns.items()})


def repeated(distance: Distance, times: int) -> Distance:
    """The same, with each pair of numbers there `times` times."""
    if times == 1:
        return distance
    root = math.sqrt(times)
    counted = {name: getattr(distance, name) * times for name in _COUNTED}
    return distance._replace(
        **counted, l2=distance.l2 * root, norm_a=distance.norm_a * root, norm_b=distance.norm_b * root
    )


def _root_of_squares(roots: Iterable[float]) -> float:
    return math.hypot(*roots)


_JOIN: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "max_abs": max,
    "where": itemgetter(0),
    "bit_equal": all,
    **dict.fromkeys(("l2", "norm_a", "norm_b"), _root_of_squares),
}
_COUNTED = tuple(name for name in Distance._fields if name not in _JOIN)
"""What is added up when parts are joined."""
