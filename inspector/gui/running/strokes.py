"""A curve on the screen: what is seen of it, and the line and the symbols that show it.

Why this way: colours are opaque. What is pale is mixed with the surface beforehand, for a see-through line of 2,000
strokes takes Qt 71 ms to paint and an opaque one 2.4 (measured). A broad line of many points is painted stroke by
stroke, 0.5 ms, and not as a path, 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ..theme import Colours
from .curves import Floats
from .traces import Style

_MOST_SYMBOLS, SYMBOL = 150, 6
_SMOOTH_POINTS = 400
"""Up to so many points a broad line is drawn as one."""
FARTHEST = 1e100
"""No axis goes farther: of the largest floats there is no difference, and none that Qt could draw."""
FAR_BELOW = -400.0
"""Below the logarithm of every float64."""


class Seen(NamedTuple):
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


class Line:
    """A curve on the screen: a line, and symbols where there are few points."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self.curve = pg.PlotCurveItem(connect="finite", antialias=style.width > 1)
        self.symbols = pg.ScatterPlotItem(symbol=style.symbol or "o", size=SYMBOL, pxMode=True)

    def add_to(self, pane: pg.PlotWidget) -> None:
        pane.addItem(self.curve, ignoreBounds=True)
        if self._style.symbol:
            pane.addItem(self.symbols, ignoreBounds=True)

    def draw(self, seen: Seen) -> tuple[float, float] | None:
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
