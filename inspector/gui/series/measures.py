"""What a cell of layers by epochs can say: the measures on offer, their names, and how they become colours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...language import marked, tr

Floats = NDArray[np.float64]

LOGARITHMIC, SIGNED, COSINE, SHARE = "logarithmic", "signed", "cosine", "share"
"""How values become colours: by their powers of ten; the same on both sides of zero; from -1 to 1; from 0 to 1."""
_DECADES = 4.0
"""Values more powers of ten below the largest have the colour of the end."""
_PALEST = 0.06
"""So much colour has even the smallest value, that it is not taken for none."""


class Measure(NamedTuple):
    """One measure of `series.figures.MEASURES`."""

    name: str
    title: str
    """Translated where it is shown."""
    scale: str
    meaning: str


_RELATIVE = marked("‖Δ‖ / ‖w‖: how far the weights went since the checkpoint before, measured by their norm")
_DRIFT = marked("How far the weights are from the first checkpoint, measured by their norm there")
_TURN = marked("The cosine of this update and the one before: near -1 it oscillates, near 1 it goes straight on")
MEASURES = (
    Measure("relative", marked("Relative update"), LOGARITHMIC, _RELATIVE),
    Measure("norm", marked("Norm"), LOGARITHMIC, marked("‖w‖: the root of the sum of squares")),
    Measure("mean", marked("Mean"), SIGNED, marked("The mean of all weights")),
    Measure("std", marked("Standard deviation"), LOGARITHMIC, marked("The standard deviation, over n - 1")),
    Measure("drift", marked("Distance from first"), LOGARITHMIC, _DRIFT),
    Measure("sparsity", marked("Share of zeros"), SHARE, marked("How many of the weights are exactly zero")),
    Measure("turn", marked("Cosine of updates"), COSINE, _TURN),
)
NAMES = tuple(measure.name for measure in MEASURES)
_BY_NAME = {measure.name: measure for measure in MEASURES}


class Colouring(NamedTuple):
    """Values as shares of a scale from `low` to `high` (the values at its ends)."""

    shares: Floats
    """0 to 1, or -1 to 1 where it is `diverging`; NaN where there is no value."""
    low: float
    high: float
    diverging: bool = False
    clipped: bool = False
    """Whether there are values below the low end."""

    def labels(self) -> tuple[str, ...]:
        """The ends in figures, and zero between them where the scale is diverging."""
        low, high = (f"{end:.3g}" for end in (self.low, self.high))
        return (low, "0", high) if self.diverging else (f"≤ {low}" if self.clipped else low, high)


def named(name: str) -> Measure:
    """The measure of this name; the first where there is none."""
    return _BY_NAME.get(name, MEASURES[0])


class Ends(NamedTuple):
    """What a scale has to know of the values that it is for."""

    least: float
    """The smallest above zero; infinite where none is."""
    most: float
    """The largest; minus infinity where none is finite."""
    widest: float
    """The largest magnitude."""

    @property
    def are_known(self) -> bool:
        """Whether any value is finite."""
        return self.most > -math.inf


def ends_of(values: NDArray[np.floating]) -> Ends:
    """Those of the finite ones among [...] values."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Ends(math.inf, -math.inf, 0.0)
    low, high = float(finite.min()), float(finite.max())
    least = low if low > 0 else float(finite.min(where=finite > 0, initial=np.inf))
    return Ends(least, high, max(-low, high))


def joined(parts: Iterable[Ends]) -> Ends:
    """Those of all values together."""
    least, most, widest = zip(*parts, Ends(math.inf, -math.inf, 0.0))
    return Ends(min(least), max(most), max(widest))


def coloured(values: Floats, measure: Measure, ends: Ends) -> Colouring:
    """[...] values as shares of the scale that suits the measure and these ends."""
    if measure.scale == COSINE:
        return Colouring(_clipped(values, -1.0), -1.0, 1.0, True)
    if measure.scale == SIGNED:
        return _on_both_sides(values, ends.widest)
    if measure.scale == SHARE:
        return Colouring(_palest(_clipped(values, 0.0)), 0.0, 1.0)
    if ends.most <= 0:
        return Colouring(np.where(np.isnan(values), np.nan, _PALEST), 0.0, 1.0)
    return _by_powers(values, ends.least, ends.most)


def _by_powers(values: Floats, least: float, most: float) -> Colouring:
    high = math.log10(most)
    low = max(math.log10(least), high - _DECADES)
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.log10(values)
    span = high - low
    found = (powers - low) / span if span > 1e-12 else np.where(np.isnan(powers), np.nan, 1.0)
    return Colouring(_palest(_clipped(found, 0.0)), 10.0**low, most, False, least < 10.0**low * (1 - 1e-9))


def _on_both_sides(values: Floats, end: float) -> Colouring:
    """Powers of ten below and above zero: layers differ by more than a plain scale could show."""
    end = end or 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = 1.0 + np.log10(np.abs(values) / end) / _DECADES
    return Colouring(np.sign(values) * _clipped(powers, 0.0), -end, end, True)


def _clipped(shares: Floats, low: float) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.clip(shares, low, 1.0)


def _palest(shares: Floats) -> Floats:
    return _PALEST + (1 - _PALEST) * shares


def figure(value: float, measure: Measure) -> str:
    """A value in words; empty where there is none."""
    if math.isnan(value):
        return ""
    if measure.scale == SHARE:
        return f"{100 * value:.3g} %"
    return tr("infinite") if math.isinf(value) else f"{value:.4g}"
