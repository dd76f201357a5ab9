"""What is read to show one pair closely: where it changed, and how the values of both sides are spread."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from ...analysis.changes import Changes, mapping
from ...analysis.histograms import Histogram, merged
from ...analysis.statistics import measure
from ...checkpoint.entries import Tensor
from ...comparing.diffing import Pair
from ...comparing.item_values import has_values, tensor_of
from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ..widgets.overlaid_histograms import Floats, Spread

BARS = 120
"""Bins of the histograms at most."""
_FEWEST = 12
"""Bins that few values are laid into: more would be a comb."""


class Closely(NamedTuple):
    """One pair, read."""

    changes: Changes | None
    """None where there is nothing to be drawn: one side alone, two shapes, or nothing changed."""
    why_not: str
    """The sentence why not."""
    edges: Floats
    spreads: tuple[Spread, ...]
    """Of side a and of side b, as far as they are there and have finite values."""


def reading_closely(pair: Pair, *, is_same: bool) -> Generator[Progress, None, Closely]:
    """Reads both tensors of a pair. Raises InspectorError for what cannot be read."""
    a, b = (tensor_of(item) if item is not None and has_values(item) else None for item in (pair.a, pair.b))
    changes, why_not = yield from _changes(a, b, is_same=is_same)
    histograms = []
    for name, tensor in (("A", a), ("B", b)):
        if tensor is not None:
            histogram = yield from _histogram(tensor)
            if histogram is not None and histogram.counts:
                histograms.append((name, histogram))
    edges, spreads = _over_each_other(histograms)
    return Closely(changes, why_not, edges, spreads)


def _changes(
    a: Tensor | None, b: Tensor | None, *, is_same: bool
) -> Generator[Progress, None, tuple[Changes | None, str]]:
    if a is None or b is None:
        return None, tr("Only one side has a tensor here.")
    if a.shape != b.shape:
        return None, tr("The two are of different shapes: no element has a counterpart.")
    if is_same:
        return None, tr("Nothing changed: every value is the same.")
    try:
        return (yield from mapping(a, b)), ""
    except InspectorError as error:
        return None, str(error)


def _histogram(tensor: Tensor) -> Generator[Progress, None, Histogram | None]:
    """None where the numbers cannot be read, or are none."""
    try:
        return (yield from measure(tensor)).histogram
    except InspectorError:
        return None


def _over_each_other(histograms: list[tuple[str, Histogram]]) -> tuple[Floats, tuple[Spread, ...]]:
    """The histograms over the same bins, as shares of all finite values."""
    most = max((histogram.total for _, histogram in histograms), default=0)
    both = merged([histogram for _, histogram in histograms], min(BARS, max(_FEWEST, int(2 * most**0.5))))
    spreads = []
    for name, histogram in histograms:
        fitting = histogram.widened(both.exponent)
        shares = np.zeros(len(both.counts))
        start = fitting.first - both.first
        shares[start : start + len(fitting.counts)] = fitting.counts
        spreads.append(Spread(name, 100 * shares / max(1, fitting.total)))
    return np.asarray(both.edges), tuple(spreads)
