"""How the values of two tensors are spread, one outline over the other, in bins of one width.

The bin under the pointer - or, with the arrow keys, the chosen one - is told in words by `pointed`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..theme import colours
from .themed_plot import PointedPlot

Floats = NDArray[np.float64]


class Spread(NamedTuple):
    """One of the two: its name, and the share of its values in each bin, in percent."""

    name: str
    shares: Floats


class OverlaidHistograms(PointedPlot):
    """Two outlines over `edges` [n + 1]. The first is drawn quietly, the second in the accent colour over it."""

    pointed = Signal(str)
    """What the pointed bin says; empty when none is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.edges: Floats = np.zeros(1)
        self.spreads: tuple[Spread, ...] = ()
        super().__init__(parent)
        self.setAccessibleName(tr("Histograms of both tensors"))
        self.outlines = [pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=0.0) for _ in range(2)]
        self.mark = pg.LinearRegionItem(movable=False)
        self.mark.setZValue(-5)
        self.mark.hide()
        for item in (*self.outlines, self.mark):
            self.addItem(item, ignoreBounds=item is self.mark)
        self.getPlotItem().getAxis("left").setStyle(showValues=True)
        self.dress()
        self.scene().sigMouseMoved.connect(self._move)

    def show_spreads(self, edges: Floats, spreads: tuple[Spread, ...]) -> None:
        """Shows one or two of them, over the same edges."""
        self.edges, self.spreads = edges, spreads
        self._choose(-1)
        for place, outline in enumerate(self.outlines):
            outline.setVisible(place < len(spreads))
            if place < len(spreads):
                outline.setData(edges, spreads[place].shares)
        if spreads and len(edges) > 1:
            self.setYRange(0.0, max(float(each.shares.max()) for each in spreads) * 1.06 or 1.0, padding=0)
            self.show_span(float(edges[0]), float(edges[-1]), padding=0.03)

    def recolour(self) -> None:
        now = colours()
        for outline, colour, wash in zip(self.outlines, (now.quiet, now.accent), (60, 44)):
            fill = QColor(colour)
            fill.setAlpha(wash)
            outline.setPen(pg.mkPen(colour, width=1.3))
            outline.setBrush(pg.mkBrush(fill))
        band = QColor(now.text)
        band.setAlpha(26)
        self.mark.setBrush(pg.mkBrush(band))
        for line in self.mark.lines:
            line.setPen(pg.mkPen(None))

    def _count(self) -> int:
        return len(self.edges) - 1 if self.spreads else 0

    def _next(self, step: int) -> int:
        return self._count() // 2 if self.chosen < 0 else self.chosen + step

    def _move(self, position: QPointF) -> None:
        x = self.getPlotItem().getViewBox().mapSceneToView(position).x()
        at = next((place for place, (low, high) in enumerate(pairwise(self.edges)) if low <= x < high), -1)
        self._choose(at if self.spreads else -1)

    def _choose(self, point: int) -> None:
        self.chosen = point
        self.mark.setVisible(point >= 0)
        if point < 0:
            self.pointed.emit("")
            return
        low, high = float(self.edges[point]), float(self.edges[point + 1])
        self.mark.setRegion((low, high))
        parts = (f"{each.name} {each.shares[point]:.3g} %" for each in self.spreads)
        words = tr("{low:.4g} to {high:.4g}:  {parts}", low=low, high=high, parts="   ".join(parts))
        self.setAccessibleDescription(words)
        self.pointed.emit(words)
