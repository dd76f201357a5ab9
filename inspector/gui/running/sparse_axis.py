"""An axis with few numbers: some eight where it is long, two or three where there is room for no more."""

from __future__ import annotations

import math
from itertools import pairwise

import pyqtgraph as pg

from ..widgets.themed_plot import dress_axis

_LEAST_APART, _NUMBERS = 20, 9
"""Pixels between two numbers at least, and how many there are at most."""

_LARGEST = 308
"""Larger powers of ten are no floats."""


class SparseAxis(pg.AxisItem):
    """Numbers 1, 2 or 5 times a power of ten apart; `whole` ones where it counts."""

    def __init__(self, side: str, *, whole: bool = False) -> None:
        super().__init__(side)
        self._is_whole = whole
        dress_axis(self)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        if self.logMode or not maxVal > minVal:
            return super().tickSpacing(minVal, maxVal, size)
        found = spacing(maxVal - minVal, size)
        return [(max(found, 1.0) if self._is_whole else found, 0.0)]

    def logTickValues(
        self, minVal: float, maxVal: float, size: float, stdTicks: object
    ) -> list[tuple[float | None, list[float]]]:
        return [(None, powers(minVal, maxVal, size))]

    def logTickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{10.0**value:.3g}" if abs(value) < _LARGEST else "" for value in values]


def spacing(span: float, pixels: float) -> float:
    """How far apart numbers of an axis lie that shows `span` on so many pixels."""
    least = span * max(_LEAST_APART / max(pixels, _LEAST_APART), 1 / _NUMBERS)
    scale = 10.0 ** math.floor(math.log10(least))
    return next(factor * scale for factor in (1, 2, 5, 10) if factor * scale >= least * (1 - 1e-9))


def powers(low: float, high: float, pixels: float) -> list[float]:
    """The logarithms of the numbers of a logarithmic axis from 10 ** `low` to 10 ** `high` on so many pixels."""
    apart = max(high - low, 1e-9) * _LEAST_APART / max(pixels, 1)
    steps = next((each for each in _MANTISSAS if _least_gap(each) >= apart), (1,))
    every = max(math.ceil(apart), 1) if steps == (1,) else 1
    decades = range(math.floor(low / every) * every, math.ceil(high) + 1, every)
    return [found for each in decades for step in steps if low <= (found := each + math.log10(step)) <= high]


_MANTISSAS = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5), (1, 2, 5), (1, 3))


def _least_gap(steps: tuple[int, ...]) -> float:
    """How close numbers with these first figures come to each other, as a logarithm."""
    return min(math.log10(after / before) for before, after in pairwise((*steps, 10)))
