"""A plot that stands on the axis of the film strip: what is at a checkpoint stands below its card."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ..running.sparse_axis import SparseAxis
from ..theme import colours, px, scaled_font
from ..widgets.labels import ElidedLabel
from ..widgets.themed_plot import ThemedPlot
from .choice import Choice
from .strip_axis import StripAxis
from .strip_keys import take_key

Floats = NDArray[np.float64]
_NUMBERS = 58
"""Pixels for the numbers of the axis; before them lies the legend."""

_MOST_SMOOTH = 200
"""Columns that are seen at once, up to which lines are painted smoothly: one of 500 points takes 10 ms so."""


class Line(NamedTuple):
    """A line of the legend, told by its dashes and its symbol and not by colour alone."""

    text: str
    colour: str
    """The name of one of the theme's colours."""
    style: Qt.PenStyle = Qt.PenStyle.SolidLine
    symbol: str = "o"
    width: float = 1.8


class StripPlot(ThemedPlot):
    """Lines over columns. Left of the numbers there is room for `aside`."""

    pointed = Signal(int)
    """The column under the pointer, -1 for none."""
    marks_unfit = True
    """Whether values that are not finite have signs at the foot."""

    def __init__(self, choice: Choice, axis: StripAxis) -> None:
        super().__init__()
        self._choice, self._axis = choice, axis
        self.lines: list[pg.PlotDataItem] = []
        self._told: list[Line] = []
        self._points: list[tuple[Floats, Floats]] = []
        """Of the lines that matter: thin ones are only seen where they lie in their height."""
        self._bad: list[float] = []
        """Columns of values that are not finite."""
        self._over = -1
        plot = self.getPlotItem()
        plot.setAxisItems({"left": SparseAxis("left")})
        plot.setMouseEnabled(x=False, y=False)
        plot.hideAxis("bottom")
        plot.layout.setContentsMargins(0, 7, 0, 5)
        plot.getViewBox().setDefaultPadding(0)
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.unfit = pg.ScatterPlotItem(symbol="x", size=10)
        for item in (self.cursor, self.unfit):
            self.addItem(item, ignoreBounds=True)
        self.aside = QWidget(self)
        self._column = QVBoxLayout(self.aside)
        self._column.setContentsMargins(14, 4, 4, 2)
        self._column.setSpacing(2)
        self.legend = Legend()
        self._column.addWidget(self.legend)
        self._column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        axis.changed.connect(self._follow_axis)
        choice.changed.connect(self._follow_choice)
        self.scene().sigMouseMoved.connect(self._move)
        self.scene().sigMouseClicked.connect(self._click)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, px(64))

    def put_aside(self, widget: QWidget) -> None:
        """Puts a widget above the legend."""
        self._column.insertWidget(0, widget)

    def show_lines(self, lines: list[tuple[Line, Floats, Floats]]) -> None:
        """Shows these: each with the columns and the values of its points. Those that are not finite are marked."""
        was, self._told = self._told, [line for line, _, _ in lines]
        for item in self.lines[len(lines) :]:
            self.removeItem(item)
        del self.lines[len(lines) :]
        self._points = [(x, y) for line, x, y in lines if line.width > 1]
        self._bad = []
        for number, (line, x, y) in enumerate(lines):
            fit = np.isfinite(y)
            self._bad += x[~fit & np.isfinite(x)].tolist() if self.marks_unfit and line.width > 1 else []
            if number == len(self.lines):
                self.lines.append(pg.PlotDataItem(symbolSize=6))
                self.addItem(self.lines[-1])
            self.lines[number].setData(x[fit], y[fit], symbol=line.symbol or None, antialias=self._is_smooth())
        self._fit()
        if was != self._told or not self._has_items:
            self.legend.show_lines(self._told)
            self.dress()

    def set_logarithmic(self, wanted: bool) -> None:
        self.getPlotItem().setLogMode(y=wanted)
        self._is_logarithmic = wanted

    _is_logarithmic = False

    def recolour(self) -> None:
        now = colours()
        for item, line in zip(self.lines, self._told):
            colour = QColor(getattr(now, line.colour))
            item.setPen(pg.mkPen(colour, width=line.width, style=line.style))
            item.setSymbolBrush(pg.mkBrush(colour))
            item.setSymbolPen(pg.mkPen(None))
        self.cursor.setPen(pg.mkPen(now.faint))
        self.unfit.setPen(pg.mkPen(now.danger, width=2))
        self.unfit.setBrush(pg.mkBrush(now.danger))
        self.legend.update()

    def _fit(self) -> None:
        """Gives all the height to what is seen: of 500 epochs the first are far above all others."""
        first, last = self._axis.span
        seen = [y[(x > first - 1) & (x < last + 1) & np.isfinite(y)] for x, y in self._points]
        finite = np.concatenate(seen) if seen else np.zeros(0)
        if self._is_logarithmic:
            finite = np.log10(finite[finite > 0])
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        room = max((high - low) * 0.14, abs(high) * 0.01, 1e-9)
        self.setYRange(low - room, high + room, padding=0)
        self.unfit.setData(self._bad, [low - room * 0.4] * len(self._bad))

    # The axis

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if getattr(self, "aside", None) is not None:
            self._follow_axis()

    def _follow_axis(self) -> None:
        left = self._axis.left
        self.getPlotItem().getAxis("left").setWidth(left)
        width = max(1, self.width() - left) / self._axis.column
        first = self._axis.offset / self._axis.column
        self.setXRange(first, first + width, padding=0)
        for item in self.lines:
            if item.opts["antialias"] != self._is_smooth():
                item.opts["antialias"] = item.curve.opts["antialias"] = self._is_smooth()
                item.curve.update()
        self._fit()
        self.aside.setGeometry(QRect(0, 0, max(20, left - px(_NUMBERS)), self.height()))
        self._follow_choice()

    def _is_smooth(self) -> bool:
        first, last = self._axis.span
        return last - first <= _MOST_SMOOTH

    def _follow_choice(self) -> None:
        self.cursor.setVisible(self._choice.place >= 0)
        self.cursor.setPos(self._choice.place + 0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not take_key(event, self._choice):
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it is for all that stands on the axis

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def _move(self, position: QPointF) -> None:
        self._point(self._axis.place_at(position.x()))

    def _click(self, event: object) -> None:
        place = self._axis.place_at(event.scenePos().x())  # type: ignore[attr-defined]
        if place >= 0:
            self._choice.go_to(place)

    def _point(self, place: int) -> None:
        if place != self._over:
            self._over = place
            self.pointed.emit(place)


class Legend(QWidget):
    """What each line is, with a piece of it."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: list[Line]) -> None:
        self._lines = lines
        self.setAccessibleName(wording.row_of([line.text for line in lines]))
        self.setToolTip("\n".join(line.text for line in lines))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, len(self._lines) * self._step() + 2)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(scaled_font(0.9))
        for number, line in enumerate(self._lines):
            top, step = number * self._step(), self._step()
            colour = QColor(getattr(now, line.colour))
            painter.setPen(QPen(colour, line.width, line.style))
            painter.drawLine(QPointF(0, top + step / 2), QPointF(22, top + step / 2))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            self._mark(painter, line.symbol, QPointF(11, top + step / 2))
            painter.setPen(QColor(now.quiet))
            area = QRect(28, top, self.width() - 28, step)
            shown = painter.fontMetrics().elidedText(line.text, Qt.TextElideMode.ElideMiddle, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)

    def _mark(self, painter: QPainter, symbol: str, at: QPointF) -> None:
        if symbol == "o":
            painter.drawEllipse(at, 3, 3)
        elif symbol == "s":
            painter.drawRect(QRect(int(at.x()) - 3, int(at.y()) - 3, 6, 6))

    def _step(self) -> int:
        return self.fontMetrics().height() + 2


def aside_label(text: str = "") -> ElidedLabel:
    """A quiet title above a legend."""
    return ElidedLabel(text, tone="quiet", font=scaled_font(0.9))
