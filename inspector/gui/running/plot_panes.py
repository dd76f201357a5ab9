"""The plots of a run, one over the other: loss, accuracy, learning rate. Each draws what is seen of its curves.

Why this way: what a plot is given is thinned to its pixels first, and its ranges are set, never found by pyqtgraph:
that goes through every point of every curve whenever one of them changes. Colours are opaque: what is pale is mixed
with the surface beforehand, for a see-through line of 2,000 strokes takes Qt 71 ms to paint and an opaque one 2.4
(measured). A broad line is painted stroke by stroke, 0.5 ms, and not as a path, 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from ..theme import Colours, colours, scaled_font
from ..widgets.themed_plot import ThemedPlot
from .curves import Curve, Floats
from .run_curves import RunCurves
from .sparse_axis import SparseAxis

AXIS_WIDTH = 66
"""Of the left axes, in pixels: one for all, so that what happens at the same time lies in one line."""
_LEAST_HEIGHT = 40
_MOST_SYMBOLS, _SYMBOL = 150, 6
_SMOOTH_POINTS = 400
"""Up to so many points a broad line is drawn as one."""
_ROOM = 0.08
"""Above and below the curves, as a share of what they take."""
_SLACK = 0.6
"""A range stays as it is while the curves fill so much of it: axes that jump all the time cannot be read."""


class Style(NamedTuple):
    """How a curve is drawn."""

    role: str
    """The name of its colour in `theme.Colours`."""
    width: float = 1.0
    strength: float = 1.0
    """The rest, up to 1, is the colour of the surface."""
    symbol: str = ""
    dashes: bool = False


class Trace(NamedTuple):
    """A curve of a run, and how it is drawn."""

    name: str
    """By which the legend shows and hides it."""
    curve: Callable[[RunCurves], Curve]
    style: Style
    lead: Callable[[RunCurves], Curve] | None = None
    """The curve whose last point it goes on from."""


_STORED = "stored"
LOSSES = (
    Trace(_STORED, lambda run: run.stored.batches, Style("faint", strength=0.5)),
    Trace("batches", lambda run: run.own.batches, Style("bars", strength=0.7)),
    Trace(_STORED, lambda run: run.stored_means(), Style("faint", 1.2, symbol="o")),
    Trace(_STORED, lambda run: run.stored.smooth, Style("quiet", 1.6)),
    Trace(_STORED, lambda run: run.stored.valid, Style("quiet", 1.2, symbol="s", dashes=True)),
    Trace("smoothed", lambda run: run.own.smooth, Style("accent", 2.0)),
    Trace("validation", lambda run: run.own.valid, Style("positive", 1.4, symbol="s"), lambda run: run.stored.valid),
)
ACCURACIES = (
    Trace(_STORED, lambda run: run.stored.accuracy, Style("quiet", 1.2, symbol="s", dashes=True)),
    Trace("accuracy", lambda run: run.own.accuracy, Style("positive", 1.4, symbol="s"),
          lambda run: run.stored.accuracy),
)  # fmt: skip
RATES = (
    Trace("next", lambda run: run.future.rates, Style("accent", 1.4, dashes=True)),
    Trace(_STORED, lambda run: run.stored.rates, Style("quiet", 1.4)),
    Trace("rate", lambda run: run.own.rates, Style("accent", 1.6)),
)


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
        self._lines = [_Line(trace.style) for trace in traces]
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

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        step = {keys.Key_Left: -1, keys.Key_Right: 1}.get(keys(event.key()), 0)
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
        if step:
            self.stepped.emit(step * far)
        elif event.key() in (keys.Key_Home, keys.Key_End):
            self.ended.emit(-1 if event.key() == keys.Key_Home else 1)
        elif event.key() == keys.Key_Escape:
            self.pointed.emit(math.nan)
        elif event.text() in ("+", "=", "-", "−", "0"):
            self.zoomed.emit({"+": 1 / 1.5, "=": 1 / 1.5, "0": 0.0}.get(event.text(), 1.5))
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.released.emit()
        event.accept()

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
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
        left.setWidth(AXIS_WIDTH)
        plot.setAxisItems({"left": left})
        left.setLabel(self.title)
        left.label.setFont(scaled_font(0.85))
        bottom = plot.getAxis("bottom")
        bottom.setLabel("epochs done")
        bottom.label.setFont(scaled_font(0.85))
        self.setMinimumHeight(_LEAST_HEIGHT)
        for line in self._lines:
            line.add_to(self)
        for item in (self.begin, self.cross):
            self.addItem(item, ignoreBounds=True)
            item.hide()
        self.scene().sigMouseMoved.connect(self._point)
        plot.getViewBox().sigRangeChangedManually.connect(lambda *_: self.moved.emit())

    def _is_as_drawn(self, run: RunCurves, x0: float, x1: float, pixels: int) -> bool:
        """Whether all this would be drawn as it is: an accuracy changes once in an epoch, a redraw costs the same."""
        ends = [(len(curve), _pixel(curve.last, x0, x1, pixels)) for curve in (each.curve(run) for each in self.traces)]
        now = (x0, x1, pixels, self.height(), self.hidden, self.is_logarithmic, run.edition, run.best_epoch, *ends)
        before, self._as_drawn = self._as_drawn, now
        return now == before

    def _drawn(self) -> list[tuple[_Line, Trace]]:
        return [(line, trace) for line, trace in zip(self._lines, self.traces) if trace.name not in self.hidden]

    def _seen(self, trace: Trace, run: RunCurves, x0: float, x1: float, pixels: int) -> _Seen:
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
        return _Seen(xs, self._upright(ys), x0, x1, _FAR_BELOW if self.is_logarithmic else -math.inf, joint)

    def _upright(self, ys: Floats) -> Floats:
        """Values as they are drawn; on a logarithmic axis what is not above zero lies far below everything."""
        if not self.is_logarithmic:
            return np.clip(ys, -FARTHEST, FARTHEST)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(ys > 0, np.log10(ys), np.where(np.isnan(ys), np.nan, _FAR_BELOW))

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
        room = (high - low) * max(_ROOM, _SYMBOL / max(self.getViewBox().height(), 4 * _SYMBOL))
        self.setYRange(low - room, high + room, padding=0)

    def _room_for(self, low: float, high: float) -> tuple[float, float]:
        """A range that is never of no height."""
        least = max(abs(high), abs(low)) * self._flat
        least = least if least > 1 / FARTHEST else 1.0
        return (low, high) if high - low >= least else (low - least, high + least)


def _pixel(x: float, x0: float, x1: float, pixels: int) -> int:
    """The pixel at which `x` lies; -1 for none."""
    return -1 if math.isnan(x) else math.floor((x - x0) / (x1 - x0) * pixels)


FARTHEST = 1e100
"""No axis goes farther: of the largest floats there is no difference, and none that Qt could draw."""
_FAR_BELOW = -400.0
"""Below the logarithm of every float64."""


class _Seen(NamedTuple):
    """What is seen of a curve, and a bit beyond both sides of it."""

    xs: Floats
    ys: Floats
    x0: float
    x1: float
    floor: float
    """What lies here or below is left out of the picture."""
    joint: tuple[float, float] | None

    def extremes(self) -> tuple[float, float] | None:
        inside = self.ys[(self.xs >= self.x0) & (self.xs <= self.x1)]
        inside = inside[np.isfinite(inside) & (inside > self.floor)]
        return (float(inside.min()), float(inside.max())) if len(inside) else None


class _Line:
    """A curve on the screen: a line, and symbols where there are few points."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self.curve = pg.PlotCurveItem(connect="finite", antialias=style.width > 1)
        self.symbols = pg.ScatterPlotItem(symbol=style.symbol or "o", size=_SYMBOL, pxMode=True)

    def add_to(self, pane: Pane) -> None:
        pane.addItem(self.curve, ignoreBounds=True)
        if self._style.symbol:
            pane.addItem(self.symbols, ignoreBounds=True)

    def draw(self, seen: _Seen) -> tuple[float, float] | None:
        """Draws it; gives the least and the greatest that is seen, None where nothing is."""
        xs, ys = seen.xs, seen.ys
        if self._style.symbol:
            # Of points that are all NaN pyqtgraph asks for the least while it paints.
            marked = np.isfinite(ys) & (len(xs) <= _MOST_SYMBOLS)
            self.symbols.setData(xs[marked], ys[marked])
        if seen.joint is not None:
            xs, ys = np.concatenate(([seen.joint[0]], xs)), np.concatenate(([seen.joint[1]], ys))
        # Where strokes meet, they are drawn twice and show; that is not seen where there are many.
        in_strokes = self._style.width > 1 and not self._style.dashes and len(xs) > _SMOOTH_POINTS
        self.curve.setSegmentedLineMode("on" if in_strokes else "off")
        self.curve.setData(xs, ys)
        return seen.extremes()

    def set_visible(self, wanted: bool) -> None:
        self.curve.setVisible(wanted)
        self.symbols.setVisible(wanted)

    def recolour(self, now: Colours) -> None:
        style = self._style
        colour = mixed(getattr(now, style.role), now.surface, style.strength)
        dashes = Qt.PenStyle.DashLine if style.dashes else Qt.PenStyle.SolidLine
        self.curve.setPen(pg.mkPen(colour, width=style.width, style=dashes))
        self.symbols.setBrush(pg.mkBrush(colour))
        self.symbols.setPen(pg.mkPen(None))


def mixed(colour: str, ground: str, strength: float) -> QColor:
    """So much of `colour`, the rest of `ground`."""
    above, below = QColor(colour), QColor(ground)
    channels = zip(above.getRgb()[:3], below.getRgb()[:3])
    return QColor(*(round(strength * over + (1 - strength) * under) for over, under in channels))
