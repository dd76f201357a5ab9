"""The values along one axis of a tensor: stems where there are few, a band from least to greatest where many."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..theme import colours
from .themed_plot import PointedPlot, dress_axis

_STEMS = 200
"""Up to so many values each gets a stem of its own."""


class SeriesPlot(PointedPlot):
    """A line of `mean` [n] with what lies between `low` and `high`; each point stands for `step` values."""

    pointed = Signal(int)
    """The number of the point under the pointer, or chosen with the arrow keys; -1 for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.mean: NDArray[np.float64] = np.zeros(0)
        self.step = 1
        self.chosen = -1
        super().__init__(parent)
        self.setAccessibleName(tr("Values by index"))
        self.getPlotItem().setAxisItems({"bottom": _IndexAxis("bottom")})
        self._make_items()
        self.dress()
        self.scene().sigMouseMoved.connect(self._move)

    def show_series(
        self, mean: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64],
        unfit: NDArray[np.bool_], step: int = 1,
    ) -> None:  # fmt: skip
        """Shows [n] points. Where `unfit` is set a NaN or Inf lies: a mark at the foot says so."""
        self.mean, self.step = mean, step
        x = (np.arange(len(mean)) + (0.5 if step > 1 else 0)) * step
        has_stems = len(mean) <= _STEMS and step == 1
        self.stems.setOpts(**_bars(x, mean) if has_stems else _bars(x[:0], mean[:0]))
        self.line.setData(x, mean, connect="finite", symbol="o" if has_stems else None, symbolSize=5)
        self.line.setVisible(True)
        self.low.setData(x, low)
        self.high.setData(x, high)
        self.band.setVisible(step > 1)
        self._mark_unfit(x[unfit])
        self._fit(x, low, high)
        self._choose(-1)
        self.recolour()

    def recolour(self) -> None:
        now = colours()
        few = len(self.mean) <= _STEMS and self.step == 1
        self.line.setPen(pg.mkPen(None) if few else pg.mkPen(now.accent, width=1.2))
        self.line.setSymbolBrush(pg.mkBrush(now.accent))
        self.line.setSymbolPen(pg.mkPen(None))
        self.stems.setOpts(brush=pg.mkBrush(now.bars), pen=pg.mkPen(None))
        band = QColor(now.bars)
        band.setAlpha(110)
        self.band.setBrush(pg.mkBrush(band))
        self.zero.setPen(pg.mkPen(now.line))
        self.cursor_line.setPen(pg.mkPen(now.quiet))
        self.unfit.setBrush(pg.mkBrush(now.danger))

    def _count(self) -> int:
        return len(self.mean)

    def _make_items(self) -> None:
        none = np.zeros(0)
        self.zero = pg.InfiniteLine(pos=0, angle=0, movable=False)
        self.low, self.high = pg.PlotDataItem(pen=None), pg.PlotDataItem(pen=None)
        self.band = pg.FillBetweenItem(self.low, self.high)
        self.stems = pg.BarGraphItem(**_bars(none, none))
        self.line = pg.PlotDataItem()
        self.cursor_line = pg.InfiniteLine(angle=90, movable=False)
        self.unfit = pg.ScatterPlotItem(symbol="t1", size=9, pen=pg.mkPen(None))
        for item in (self.zero, self.band, self.stems, self.line, self.unfit, self.cursor_line):
            self.addItem(item, ignoreBounds=True)
        self.cursor_line.hide()

    def _mark_unfit(self, x: NDArray[np.float64]) -> None:
        self.unfit.setData(x=x, y=np.zeros(len(x)))

    def _fit(self, x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        finite = np.isfinite(low)
        bottom = min(0.0, float(low[finite].min())) if finite.any() else 0.0
        top = max(0.0, float(high[finite].max())) if finite.any() else 1.0
        self.setYRange(bottom, top if top > bottom else bottom + 1.0, padding=0.06)
        self.show_span(-0.5, (len(x) or 1) * self.step - 0.5, padding=0.02)

    def _move(self, position: QPointF) -> None:
        x = self.getPlotItem().getViewBox().mapSceneToView(position).x()
        at = int(np.floor(x / self.step)) if self.step > 1 else int(np.floor(x + 0.5))
        self._choose(at if 0 <= at < len(self.mean) else -1)

    def _choose(self, point: int) -> None:
        self.chosen = point
        self.cursor_line.setVisible(point >= 0)
        if point >= 0:
            self.cursor_line.setPos((point + (0.5 if self.step > 1 else 0)) * self.step)
        self.pointed.emit(point)


class _IndexAxis(pg.AxisItem):
    """Whole numbers only: there is nothing between two indices."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        dress_axis(self)

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        return [each for each in super().tickSpacing(low, high, size) if each[0] >= 1] or [(1.0, 0.0)]


def _bars(x: NDArray[np.float64], heights: NDArray[np.float64]) -> dict[str, object]:
    return {"x": x, "width": 0.14, "y0": 0.0, "height": np.nan_to_num(heights)}
