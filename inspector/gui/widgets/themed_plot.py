"""A pyqtgraph plot in the window's own colours, which follow a change of theme while it is shown."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ..theme import colours, scaled_font
from .gesture import Gesture

View = tuple[float, float, bool]
"""The left end and the right end of what is seen, and whether that is found by the plot itself."""

_LABEL_MARGIN = 7
"""Pixels around the name of an axis, of which pyqtgraph takes five off at the outer side."""


class ThemedPlot(pg.PlotWidget):
    """Axes left and below, quiet lines, no menu, no buttons. Subclasses make their items, then call `dress`."""

    _has_items = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None, enableMenu=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.getViewBox().setDefaultPadding(0.02)
        for name in ("left", "bottom"):
            dress_axis(plot.getAxis(name))
        self._leave_room_above()
        self._sized_for = scaled_font(1.0).pointSizeF()

    def dress(self) -> None:
        """Colours everything; from then on it follows the theme."""
        self._has_items = True
        self._colour_axes()
        self.recolour()

    def recolour(self) -> None:
        """Gives the items of the plot the colours in force."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        is_open = self.getPlotItem() is not None  # pyqtgraph takes a plot apart when it is closed
        if event.type() == QEvent.Type.PaletteChange and self._has_items and is_open:
            self.dress()
        if event.type() == QEvent.Type.FontChange and is_open:
            self._resize_fonts()

    def _resize_fonts(self) -> None:
        """Axes and words in the plot are no widgets: they are told how large the font is."""
        size = scaled_font(1.0).pointSizeF()
        self._leave_room_above()
        ratio, self._sized_for = size / getattr(self, "_sized_for", size), size
        for item in self.scene().items():
            if isinstance(item, pg.AxisItem):
                item.setStyle(tickFont=scaled_font(0.85))
                item.label.setFont(scaled_font(0.85))
                fit_axis(item)
                if item.orientation == "left" and item.fixedWidth is not None:
                    item.setWidth(item.fixedWidth * ratio)
                item.picture = None
                item.update()
            elif isinstance(item, pg.TextItem) and ratio != 1:
                font = item.textItem.font()
                font.setPointSizeF(font.pointSizeF() * ratio)
                item.setFont(font)

    def _leave_room_above(self) -> None:
        """For half of the number at the upper end of the left axis."""
        plot, half = self.getPlotItem(), QFontMetrics(scaled_font(0.85)).height() / 2
        left, _top, right, bottom = plot.layout.getContentsMargins()
        plot.layout.setContentsMargins(left, max(0.0, half - 2), right, bottom)

    def _colour_axes(self) -> None:
        now = colours()
        self.setBackground(QColor(now.surface))
        for name in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(name)
            axis.setPen(pg.mkPen(now.line))
            axis.setTextPen(pg.mkPen(now.quiet))


def dress_axis(axis: pg.AxisItem) -> None:
    """Small numbers on short ticks, and no powers of ten taken out of them."""
    axis.setStyle(tickFont=scaled_font(0.85), tickLength=4)
    axis.enableAutoSIPrefix(False)
    fit_axis(axis)


def fit_axis(axis: pg.AxisItem) -> None:
    """Keeps the name of an axis and its numbers inside of the plot.

    pyqtgraph moves the name out by more than the margin of its text, and counts with four fifths of a number's height.
    """
    axis.label.document().setDocumentMargin(_LABEL_MARGIN)
    if axis.orientation == "bottom":
        axis.setStyle(tickTextHeight=QFontMetrics(scaled_font(0.85)).height() + 2, autoExpandTextSpace=False)


class PointedPlot(ThemedPlot):
    """A plot of which one point can be chosen: with the pointer while it is over it, or with the arrow keys.

    The wheel and the mouse move and zoom it from side to side, which `gesture` tells; `show_span` begins anew.
    """

    chosen = -1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.gesture = Gesture(self, self._view, self._look)
        self.getPlotItem().getViewBox().sigRangeChangedManually.connect(lambda *_: self.gesture.went_on())

    def show_span(self, left: float, right: float, *, padding: float) -> None:
        """Shows this from side to side: of something else than before."""
        self.gesture.forget()
        self.setXRange(left, right, padding=padding)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.gesture.begin()
        super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.gesture.begin(is_held=True)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.gesture.let_go()

    def _view(self) -> View:
        box = self.getPlotItem().getViewBox()
        left, right = box.viewRange()[0]
        return left, right, bool(box.autoRangeEnabled()[0])

    def _look(self, view: View) -> None:
        left, right, is_found = view
        self.setXRange(left, right, padding=0)
        if is_found:
            self.getPlotItem().enableAutoRange(x=True)

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._choose(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and self._count():
            self._choose(min(max(self._next(step), 0), self._count() - 1))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._count():
            self._choose(0 if event.key() == Qt.Key.Key_Home else self._count() - 1)
        else:
            super().keyPressEvent(event)

    def _count(self) -> int:
        """How many points there are."""
        raise NotImplementedError

    def _next(self, step: int) -> int:
        """The point that an arrow key leads to; one beyond the ends means the one at the end."""
        return self.chosen + step

    def _choose(self, point: int) -> None:
        """Makes `point` the chosen one; -1 for none."""
        raise NotImplementedError
