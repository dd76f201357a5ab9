"""An axis with few numbers: some eight where it is long, two or three where there is room for no more."""

from __future__ import annotations

import math

import pyqtgraph as pg

from ..theme import scaled_font

_LEAST_APART, _NUMBERS = 20, 9
"""Pixels between two numbers at least, and how many there are at most."""


class SparseAxis(pg.AxisItem):
    """Numbers 1, 2 or 5 times a power of ten apart; `whole` ones where it counts."""

    def __init__(self, side: str, *, whole: bool = False) -> None:
        super().__init__(side)
        self._is_whole = whole
        self.setStyle(tickFont=scaled_font(0.85), tickLength=4)
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        if self.logMode or not maxVal > minVal:
            return super().tickSpacing(minVal, maxVal, size)
        found = spacing(maxVal - minVal, size)
        return [(max(found, 1.0) if self._is_whole else found, 0.0)]


def spacing(span: float, pixels: float) -> float:
    """How far apart numbers of an axis lie that shows `span` on so many pixels."""
    least = span * max(_LEAST_APART / max(pixels, _LEAST_APART), 1 / _NUMBERS)
    scale = 10.0 ** math.floor(math.log10(least))
    return next(factor * scale for factor in (1, 2, 5, 10) if factor * scale >= least * (1 - 1e-9))
