"""The plots of a run, one over the other: loss, accuracy, learning rate. Each draws what is seen of its curves.

Why this way: what a plot is given is thinned to its pixels first, and its ranges are set, never found by pyqtgraph:
that goes through every point of every curve whenever one of them changes.
"""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..theme import colours, px, scaled_font
from ..widgets.themed_plot import ThemedPlot
from .curves import Floats
from .run_curves import RunCurves
from .sparse_axis import SparseAxis
from .strokes import FAR_BELOW, FARTHEST, SYMBOL, Line, Seen
from .traces import Trace

AXIS_WIDTH = 66
"""Of the left axes, in pixels: one for all, so that what happens at the same time lies in one line."""
_ROOM = 0.08
"""Above and below the curves, as a share of what they take."""
_SLACK = 0.6
"""A range stays as it is while the curves fill so much of it: axes that jump all the time cannot be read."""


class Pane(ThemedPlot):
    """One plot over epochs. The arrow keys, the wheel and the pointer are told; the left axis fits by itself."""

    pointed = Signal(float)
    """The x under the pointer; NaN when it leaves."""
    stepped = Signal(int)
    """An arrow key: so many points to the right."""
    ended = Signal(int)
    """Home (-1) or End (1)."""
    zoomed = Signal(float)
    """A key asks for a range so many times as long; 0 asks for all there is."""
    moved = Signal()
    """A person zoomed or dragged."""
    held = Signal(bool)
    """The mouse takes hold, or lets go."""
    cleared = Signal()
    """Escape: nothing is to be pointed at."""
    resized = Signal()
    """There is more room for the curves, or less."""
    released = Signal()
    """A double click: back to where training is."""

    def __init__(
        self, title: str, traces: tuple[Trace, ...], parent: QWidget | None = None, *, flat: float = 1e-3
    ) -> None:
        """`flat`: what varies by less than this share of itself is drawn as a level line."""
        super().__init__(parent)
        self.title, self.traces, self._flat = title, traces, flat
        self.hidden: frozenset[str] = frozenset()
        self.is_logarithmic = False
        self._lines = [Line(trace.style) for trace in traces]
        self.begin = pg.InfiniteLine(angle=90, movable=False)
        self.cross = pg.InfiniteLine(angle=90, movable=False)
        self._foot = (True, True)
        self._as_drawn: tuple[object, ...] = ()
        self._prepare()
        self.dress()

    def draw(self, run: RunCurves, x0: float, x1: float) -> None:
        """Draws what lies between `x0` and `x1`."""
        pixels = max(int(self.getViewBox().width()), 50)
        if self._is_as_drawn(run, x0, x1, pixels):
            return
        self._show_title()
        extremes = [line.draw(self._seen(trace, run, x0, x1, pixels)) for line, trace in self._drawn()]
        for line, trace in zip(self._lines, self.traces):
            line.set_visible(trace.name not in self.hidden)
        self._fit([each for each in extremes if each is not None])
        self.setXRange(x0, x1, padding=0)
        self._mark_begin(run)

    def show_cross(self, x: float) -> None:
        """Puts the crosshair there; NaN takes it away."""
        self.cross.setVisible(not math.isnan(x))
        if not math.isnan(x):
            self.cross.setPos(x)

    def show_epochs(self, wanted: bool, *, named: bool = True) -> None:
        """Whether the foot counts the epochs: of plots one over the other only the last does."""
        if (wanted, named) != self._foot:
            self._foot = wanted, named
            axis = self.getPlotItem().getAxis("bottom")
            axis.setStyle(showValues=wanted)
            axis.showLabel(wanted and named)

    def set_logarithmic(self, wanted: bool) -> None:
        self.is_logarithmic = wanted
        self.getPlotItem().getAxis("left").setLogMode(wanted)

    def recolour(self) -> None:
        now = colours()
        for line in self._lines:
            line.recolour(now)
        self.begin.setPen(pg.mkPen(now.faint, width=1, style=Qt.PenStyle.DashLine))
        self.cross.setPen(pg.mkPen(now.quiet, width=1))

    def minimumSizeHint(self) -> QSize:
        """Three numbers of the left axis one over the other, and those of the foot where they are shown."""
        lines = 4.0 if self._foot[0] else 3.0
        return QSize(super().minimumSizeHint().width(), round(lines * QFontMetrics(scaled_font(0.85)).height()))

    def _leave_room_above(self) -> None:
        """There is little to spare: what is above is set once and for all."""

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        step = {keys.Key_Left: -1, keys.Key_Right: 1}.get(keys(event.key()), 0)
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
        if step:
            self.stepped.emit(step * far)
        elif event.key() in (keys.Key_Home, keys.Key_End):
            self.ended.emit(-1 if event.key() == keys.Key_Home else 1)
        elif event.key() == keys.Key_Escape and self.cross.isVisible():
            self.cleared.emit()
        elif event.text() in ("+", "=", "-", "−", "0"):
            self.zoomed.emit({"+": 1 / 1.5, "=": 1 / 1.5, "0": 0.0}.get(event.text(), 1.5))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.held.emit(True)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.held.emit(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.released.emit()
        event.accept()

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():  # where the keyboard is, the crosshair stays
            self.pointed.emit(math.nan)

    def _point(self, position: QPointF) -> None:
        box = self.getPlotItem().getViewBox()
        is_inside = box.sceneBoundingRect().contains(position)
        self.pointed.emit(box.mapSceneToView(position).x() if is_inside else math.nan)

    # Drawing

    def _prepare(self) -> None:
        plot = self.getPlotItem()
        plot.disableAutoRange()
        plot.setContentsMargins(0, 4, 8, 0)
        left = SparseAxis("left")
        left.setWidth(px(AXIS_WIDTH))
        plot.setAxisItems({"left": left})
        left.setLabel(self.title)
        left.label.setFont(scaled_font(0.85))
        bottom = plot.getAxis("bottom")
        bottom.setLabel(tr("epochs done"))
        bottom.label.setFont(scaled_font(0.85))
        for line in self._lines:
            line.add_to(self)
        for item in (self.begin, self.cross):
            self.addItem(item, ignoreBounds=True)
            item.hide()
        self.scene().sigMouseMoved.connect(self._point)
        plot.getViewBox().sigResized.connect(lambda _: self.resized.emit())
        plot.getViewBox().sigRangeChangedManually.connect(lambda *_: self.moved.emit())

    def _is_as_drawn(self, run: RunCurves, x0: float, x1: float, pixels: int) -> bool:
        """Whether all this would be drawn as it is: an accuracy changes once in an epoch, a redraw costs the same."""
        ends = [(len(curve), _pixel(curve.last, x0, x1, pixels)) for curve in (each.curve(run) for each in self.traces)]
        room = (x0, x1, pixels, self.getViewBox().height())
        now = (*room, self.hidden, self.is_logarithmic, run.edition, run.best_epoch, *ends)
        before, self._as_drawn = self._as_drawn, now
        return now == before

    def _drawn(self) -> list[tuple[Line, Trace]]:
        return [(line, trace) for line, trace in zip(self._lines, self.traces) if trace.name not in self.hidden]

    def _seen(self, trace: Trace, run: RunCurves, x0: float, x1: float, pixels: int) -> Seen:
        curve = trace.curve(run)
        # A little beyond the sides, which shows while a drag is under way.
        aside = (x1 - x0) / 8
        # A broad line moves little from one pixel to the next, and costs more.
        columns = (pixels + pixels // 4) // (2 if trace.style.width > 1 else 1)
        xs, ys = curve.thin(x0 - aside, x1 + aside, columns)
        lead = trace.lead(run) if trace.lead is not None else None
        joint = None
        if lead is not None and len(curve) and len(lead) and lead.last < curve.first:
            joint = lead.last, float(self._upright(lead.ys[-1:])[0])
        return Seen(xs, self._upright(ys), x0, x1, FAR_BELOW if self.is_logarithmic else -math.inf, joint)

    def _upright(self, ys: Floats) -> Floats:
        """Values as they are drawn; on a logarithmic axis what is not above zero lies far below everything."""
        if not self.is_logarithmic:
            return np.clip(ys, -FARTHEST, FARTHEST)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(ys > 0, np.log10(ys), np.where(np.isnan(ys), np.nan, FAR_BELOW))

    def _show_title(self) -> None:
        """The title stands beside the axis, where it is as long as the title."""
        axis = self.getPlotItem().getAxis("left")
        needed = QFontMetrics(axis.label.font()).horizontalAdvance(self.title)
        if axis.label.isVisible() != (needed <= self.getViewBox().height()):
            axis.showLabel(needed <= self.getViewBox().height())

    def _mark_begin(self, run: RunCurves) -> bool:
        """A line where a run goes on from what is stored; whether it does."""
        self.begin.setVisible(run.is_resumed)
        if run.is_resumed:
            self.begin.setPos(run.begin)
        return run.is_resumed

    def _fit(self, extremes: list[tuple[float, float]]) -> None:
        """Sets the range of the left axis, unless the one it has will do."""
        if not extremes:
            return
        low, high = min(low for low, _ in extremes), max(high for _, high in extremes)
        low, high = self._room_for(low, high)
        bottom, top = self.getViewBox().viewRange()[1]
        if bottom <= low and high <= top and high - low >= _SLACK * (top - bottom):
            return
        room = (high - low) * max(_ROOM, SYMBOL / max(self.getViewBox().height(), 4 * SYMBOL))
        self.setYRange(low - room, high + room, padding=0)

    def _room_for(self, low: float, high: float) -> tuple[float, float]:
        """A range that is never of no height."""
        least = max(abs(high), abs(low)) * self._flat
        least = least if least > 1 / FARTHEST else 1.0
        return (low, high) if high - low >= least else (low - least, high + least)


def _pixel(x: float, x0: float, x1: float, pixels: int) -> int:
    """The pixel at which `x` lies; -1 for none."""
    return -1 if math.isnan(x) else math.floor((x - x0) / (x1 - x0) * pixels)
