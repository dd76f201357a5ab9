"""How the values of a tensor are spread: bars, the mean, one standard deviation to each side of it.

The bar under the pointer - or, with the arrow keys, the chosen one - is told in words by `pointed`.
"""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from ... import wording
from ...language import tr
from ..theme import colours, scaled_font
from .themed_plot import PointedPlot, dress_axis

_LOWEST = 0.5
"""Where bars stand on a logarithmic axis, in values: one half, so that a bar of a single one is seen."""


class _CountAxis(pg.AxisItem):
    """Numbers of values, written as numbers are elsewhere in the window."""

    def __init__(self) -> None:
        super().__init__("left")
        dress_axis(self)
        self.setLabel(tr("values per bin"))
        self.label.setFont(scaled_font(0.85))

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logMode or spacing * scale < 1:
            return list(super().tickStrings(values, scale, spacing))
        return [f"{value * scale:,.0f}" for value in values]


class HistogramPlot(PointedPlot):
    """Bars from `edges` [n + 1] and `counts` [n]; counts from 0, or logarithmic."""

    pointed = Signal(str)
    """What the pointed bar says; empty when none is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.edges: NDArray[np.float64] = np.zeros(1)
        self.counts: NDArray[np.float64] = np.zeros(0)
        self.is_logarithmic = False
        self.chosen = -1
        self._mean: float | None = None
        self._std = 0.0
        super().__init__(parent)
        self.getPlotItem().setAxisItems({"left": _CountAxis()})
        self.setAccessibleName(tr("Histogram of the values"))
        self._make_items()
        self.dress()
        self.scene().sigMouseMoved.connect(self._move)

    def show_counts(
        self,
        edges: NDArray[np.float64],
        counts: NDArray[np.float64],
        mean: float | None = None,
        std: float | None = None,
    ) -> None:
        """Shows these bars, and marks the mean and the standard deviation where they are known."""
        self.edges, self.counts = np.asarray(edges, dtype=np.float64), np.asarray(counts, dtype=np.float64)
        self._mean, self._std = mean, std or 0.0
        self._choose(-1)
        self._draw()
        if len(self.counts):
            self.show_span(float(self.edges[0]), float(self.edges[-1]), padding=0.03)

    def set_logarithmic(self, wanted: bool) -> None:
        self.is_logarithmic = wanted
        self._draw()
        self._choose(self.chosen)

    def bar_heights(self) -> NDArray[np.float64]:
        """How high the bars stand over their foot, in what the left axis counts."""
        return np.asarray(self.bars.opts["height"])

    def recolour(self) -> None:
        now = colours()
        self.bars.setOpts(brush=pg.mkBrush(now.bars), pen=pg.mkPen(None))
        self.chosen_bar.setOpts(brush=pg.mkBrush(now.accent), pen=pg.mkPen(None))
        self.mean_line.setPen(pg.mkPen(now.text, width=1.4))
        band = QColor(now.accent)
        band.setAlpha(26)
        self.deviation.setBrush(pg.mkBrush(band))
        for line in self.deviation.lines:
            line.setPen(pg.mkPen(now.quiet, style=Qt.PenStyle.DotLine))

    def _count(self) -> int:
        return len(self.counts)

    def _next(self, step: int) -> int:
        return len(self.counts) // 2 if self.chosen < 0 else self.chosen + step

    def _make_items(self) -> None:
        empty: dict[str, object] = {"x0": [], "x1": [], "height": [], "y0": 0}
        self.bars = pg.BarGraphItem(**empty)
        self.chosen_bar = pg.BarGraphItem(**empty)
        self.mean_line = pg.InfiniteLine(angle=90, movable=False)
        self.deviation = pg.LinearRegionItem(movable=False)
        self.deviation.setZValue(-5)
        for item in (self.deviation, self.bars, self.chosen_bar, self.mean_line):
            self.addItem(item, ignoreBounds=item in (self.deviation, self.mean_line))

    def _draw(self) -> None:
        foot = np.log10(_LOWEST) if self.is_logarithmic else 0.0
        heights = np.log10(np.maximum(self.counts, _LOWEST)) - foot if self.is_logarithmic else self.counts
        left, right = self.edges[:-1], self.edges[1:]
        gap = (right - left) * (0.06 if len(self.counts) < 160 else 0.0)
        self.bars.setOpts(x0=left + gap, x1=right - gap, y0=foot, height=heights)
        self.getPlotItem().getAxis("left").setLogMode(self.is_logarithmic)
        self._mark_moments()
        if len(self.counts):
            top = foot + max(float(heights.max()), 1e-9)
            self.setYRange(foot, top + (top - foot) * 0.06, padding=0)

    def _mark_moments(self) -> None:
        is_known = self._mean is not None and math.isfinite(self._mean)
        self.mean_line.setVisible(is_known)
        self.deviation.setVisible(is_known and self._std > 0)
        if self._mean is not None and is_known:
            self.mean_line.setPos(self._mean)
            self.deviation.setRegion((self._mean - self._std, self._mean + self._std))

    def _move(self, position: QPointF) -> None:
        x = self.getPlotItem().getViewBox().mapSceneToView(position).x()
        is_inside = len(self.counts) > 0 and self.edges[0] <= x <= self.edges[-1]
        at = int(np.searchsorted(self.edges, x, side="right")) - 1 if is_inside else -1
        self._choose(min(at, len(self.counts) - 1))

    def _choose(self, bar: int) -> None:
        self.chosen = bar
        if bar < 0:
            self.chosen_bar.setOpts(x0=[], x1=[], height=[], y0=0)
            self.pointed.emit("")
            return
        of = self.bars.opts
        self.chosen_bar.setOpts(x0=[of["x0"][bar]], x1=[of["x1"][bar]], height=[of["height"][bar]], y0=of["y0"])
        words = self._words(bar)
        self.setAccessibleDescription(words)
        self.pointed.emit(words)

    def _words(self, bar: int) -> str:
        count = int(self.counts[bar])
        share = wording.share(count, float(self.counts.sum()))
        return tr(
            "{edges:.4g} to {edges_2:.4g}: {values}, {share}",
            edges=self.edges[bar],
            edges_2=self.edges[bar + 1],
            values=wording.plural(count, "value"),
            share=share,
        )
