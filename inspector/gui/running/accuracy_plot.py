"""How good several checkpoints of a run are, over their epochs; the best is marked, and one can be chosen."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ... import wording
from ...language import tr
from ...runs.results import accuracy, best, percent
from ...workshop.run_words import Tested
from ..theme import colours, scaled_font
from ..widgets.themed_plot import PointedPlot
from .curves import Floats
from .sparse_axis import SparseAxis
from .strokes import FARTHEST

_MOST_NAMES, _MOST_LETTERS = 6, 24
_NEAR = 24
"""Pixels within which a point is pointed at."""


class AccuracyPlot(PointedPlot):
    """A point for each test, in the order in which they are given: accuracy in percent, else the loss."""

    pointed = Signal(str)
    """What the pointed test says; empty for none."""
    opened = Signal(int)
    """The number of the test that a person clicked, or chose by Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.tests: Sequence[Tested] = ()
        self.x = self.y = np.zeros(0)
        self.current = -1
        self.has_epochs = True
        super().__init__(parent)
        self.setAccessibleName(tr("Accuracy over the epochs"))
        plot = self.getPlotItem()
        plot.setAxisItems({"left": SparseAxis("left"), "bottom": SparseAxis("bottom", whole=True)})
        plot.setMouseEnabled(x=False, y=False)
        for axis in ("left", "bottom"):
            plot.getAxis(axis).label.setFont(scaled_font(0.85))
        self.line = pg.PlotDataItem(symbol="o", symbolSize=8)
        self.ring = pg.ScatterPlotItem(symbol="o", size=15, brush=None)
        self.star = pg.ScatterPlotItem(symbol="star", size=16)
        self.mark = pg.ScatterPlotItem(symbol="o", size=11)
        for item in (self.line, self.ring, self.star, self.mark):
            self.addItem(item, ignoreBounds=True)
        self.dress()
        self.scene().sigMouseMoved.connect(lambda position: self._choose(self._at(position)))
        self.scene().sigMouseClicked.connect(lambda event: self._open(self._at(event.scenePos())))

    def show_tests(self, tests: Sequence[Tested]) -> None:
        """Shows these, which are in the order of their epochs."""
        self.tests = tests
        epochs = [each.epoch for each in tests]
        has_epochs = all(epoch is not None for epoch in epochs) and len(set(epochs)) == len(epochs)
        self.x = np.array(epochs if has_epochs else range(1, len(tests) + 1), dtype=np.float64)
        is_share = all(each.correct is not None for each in tests)
        self.y = np.array([100 * (accuracy(each) or 0.0) if is_share else _loss(each) for each in tests])
        self.getPlotItem().setLabel("left", tr("accuracy %") if is_share else tr("loss"))
        self.getPlotItem().setLabel("bottom", tr("epoch") if has_epochs else tr("checkpoint"))
        self.getPlotItem().getAxis("bottom").setTicks(None if has_epochs else [self._names()])
        self.setAccessibleName(tr("Accuracy over the epochs") if is_share else tr("Loss over the epochs"))
        self.has_epochs = has_epochs
        fit = np.isfinite(self.y)
        self.line.setData(self.x[fit], self.y[fit])
        self._mark_best()
        self._fit()
        self._choose(-1)
        self.recolour()

    def show_current(self, number: int) -> None:
        """Puts a ring around the test that is shown."""
        self.current = number
        self.ring.setData(*self._point_at(number))

    def recolour(self) -> None:
        now = colours()
        self.line.setPen(pg.mkPen(now.accent, width=1.4) if self.has_epochs else pg.mkPen(None))
        self.line.setSymbolBrush(pg.mkBrush(now.accent))
        self.line.setSymbolPen(pg.mkPen(None))
        self.ring.setPen(pg.mkPen(now.text, width=1.4))
        self.star.setBrush(pg.mkBrush(now.positive))
        self.star.setPen(pg.mkPen(now.surface))
        self.mark.setBrush(pg.mkBrush(now.text))
        self.mark.setPen(pg.mkPen(None))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.chosen)
        else:
            super().keyPressEvent(event)

    def words(self, number: int) -> str:
        """`epoch 3: 86.58 %, best_model.pt`"""
        if not 0 <= number < len(self.tests):
            return ""
        tested = self.tests[number]
        share = accuracy(tested)
        loss = tr("no loss") if tested.loss is None else tr("loss {loss:.4g}", loss=tested.loss)
        figure = loss if share is None else percent(share)
        if tested is best(self.tests):
            figure = tr("{figure}, the best", figure=figure)
        if tested.epoch is not None:
            figure = tr("epoch {epoch}: {figure}", epoch=tested.epoch, figure=figure)
        return f"{figure}   {wording.safe(os.path.basename(tested.path), 80)}"

    def _count(self) -> int:
        return len(self.tests)

    def _names(self) -> list[tuple[float, str]]:
        """The files below their points, where there are few of them; of many their numbers."""
        if len(self.tests) > _MOST_NAMES:
            step = -(-len(self.tests) // _MOST_NAMES)
            return [(x, f"{x:g}") for x in self.x[::step].tolist()]
        names = (wording.safe(os.path.basename(each.path), _MOST_LETTERS) for each in self.tests)
        return list(zip(self.x.tolist(), names))

    def _mark_best(self) -> None:
        found = best(self.tests)
        at = [number for number, each in enumerate(self.tests) if each is found]
        self.star.setData(self.x[at], self.y[at])

    def _fit(self) -> None:
        finite = self.y[np.isfinite(self.y)]
        if not len(finite):
            return
        low, high = float(finite.min()), float(finite.max())
        room = max((high - low) * 0.25, abs(high) * 0.01, 1e-6)
        self.setYRange(low - room, high + room, padding=0)
        aside = max((self.x[-1] - self.x[0]) * 0.04, 0.5) if len(self.x) < 20 else (self.x[-1] - self.x[0]) * 0.03
        self.setXRange(float(self.x.min()) - aside, float(self.x.max()) + aside, padding=0)

    def _at(self, position: QPointF) -> int:
        """The point at a place of the scene; -1 for none."""
        box = self.getPlotItem().getViewBox()
        if not len(self.x) or not box.sceneBoundingRect().contains(position):
            return -1
        places = [box.mapViewToScene(QPointF(x, 0)).x() for x in self.x]
        at = int(np.argmin(np.abs(np.array(places) - position.x())))
        return at if abs(places[at] - position.x()) <= _NEAR else -1

    def _choose(self, point: int) -> None:
        self.chosen = point
        self.mark.setData(*self._point_at(point))
        words = self.words(point)
        self.setAccessibleDescription(words)
        self.pointed.emit(words)

    def _point_at(self, number: int) -> tuple[Floats, Floats]:
        """The point with a number as xs and ys; empty ones for -1."""
        only = slice(max(number, 0), number + 1)
        return self.x[only], self.y[only]

    def _open(self, point: int) -> None:
        if point >= 0:
            self.opened.emit(point)


def _loss(tested: Tested) -> float:
    return float("nan") if tested.loss is None else max(min(tested.loss, FARTHEST), -FARTHEST)
