"""The plot of the losses: with the best epoch marked, and every loss that is no number."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..theme import Meaning, colours, scaled_font
from .plot_panes import Pane
from .run_curves import RunCurves
from .traces import LOSSES


class LossPane(Pane):
    """Losses of batches and of epochs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.best = pg.ScatterPlotItem(symbol="star", size=15, pxMode=True)
        self.begin_words = pg.TextItem(tr("resumed"), anchor=(0.0, 0.0))
        self.best_words = pg.TextItem(anchor=(0.5, 1.25))
        self.unfit = pg.ScatterPlotItem(symbol="t1", size=9, pxMode=True)
        super().__init__(tr("loss"), LOSSES, parent)

    def draw(self, run: RunCurves, x0: float, x1: float) -> None:
        super().draw(run, x0, x1)
        self._mark_best(run, x0, x1)
        self._mark_unfit(run, x0, x1)

    def recolour(self) -> None:
        super().recolour()
        now = colours()
        self.begin_words.setColor(now.quiet)
        self.best.setBrush(pg.mkBrush(now.positive))
        self.best.setPen(pg.mkPen(now.surface, width=1))
        self.best_words.setColor(now.text)
        back = QColor(now.surface)
        back.setAlpha(200)
        self.best_words.fill = pg.mkBrush(back)
        self.unfit.setBrush(pg.mkBrush(now.of(Meaning.DAMAGED)))
        self.unfit.setPen(pg.mkPen(None))

    def _prepare(self) -> None:
        super()._prepare()
        for words in (self.best_words, self.begin_words):
            words.setFont(scaled_font(0.85))
            words.hide()
        for item in (self.begin_words, self.unfit, self.best, self.best_words):
            self.addItem(item, ignoreBounds=True)
            item.setZValue(10)

    def _mark_begin(self, run: RunCurves) -> bool:
        is_resumed = super()._mark_begin(run)
        self.begin_words.setVisible(is_resumed)
        if is_resumed:
            self.begin_words.setPos(run.begin, self.getViewBox().viewRange()[1][1])
        return is_resumed

    def _mark_best(self, run: RunCurves, x0: float, x1: float) -> None:
        best = run.best() if "validation" not in self.hidden else None
        is_seen = best is not None and x0 <= best[0] <= x1 and math.isfinite(best[1])
        self.best_words.setVisible(is_seen)
        if best is None or not is_seen:
            return self.best.setData([], [])
        x, y = best[0], float(self._upright(np.array([best[1]]))[0])
        self.best.setData([x], [y])
        self.best_words.setText(tr("best: epoch {epoch}", epoch=run.best_epoch))
        self._place_words(x, y, (x - x0) / (x1 - x0))

    def _place_words(self, x: float, y: float, share: float) -> None:
        """Beside the symbol, on the side where there is room for it."""
        bottom, top = self.getViewBox().viewRange()[1]
        is_high = (y - bottom) > 0.7 * (top - bottom)
        self.best_words.setAnchor((0.0 if share < 0.12 else 1.0 if share > 0.88 else 0.5, -0.25 if is_high else 1.25))
        self.best_words.setPos(x, y)

    def _mark_unfit(self, run: RunCurves, x0: float, x1: float) -> None:
        pixels = max(int(self.getViewBox().width()) // 6, 10)
        xs = np.concatenate([part.batches.unfit(x0, x1, pixels) for part in (run.stored, run.own)])
        foot, top = self.getViewBox().viewRange()[1]
        self.unfit.setData(x=xs, y=[foot + 0.03 * (top - foot)] * len(xs))




