"""The crosshair of the plots: it goes where the pointer or the arrow keys lead it, and says what lies there."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from ..widgets.labels import ElidedLabel
from . import crosshair
from .plot_panes import Pane
from .run_curves import RunCurves
from .span import Span

_REACH = 5
"""Pixels within which the crosshair takes the end of an epoch rather than a batch."""


class Pointer(QObject):
    """One crosshair for all `panes`; what it is at stands in `read_out`, and without it where training is."""

    pointed = Signal(object)
    """A `crosshair.Reading`; None when nothing is pointed at."""

    def __init__(
        self, run: RunCurves, span: Span, panes: Sequence[Pane], read_out: ElidedLabel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.reading: crosshair.Reading | None = None
        self._run, self._span, self._panes, self._read_out = run, span, panes, read_out
        for pane in panes:
            pane.pointed.connect(self.point_at)
            pane.stepped.connect(self.step)
            pane.ended.connect(self.go_to_end)
            pane.cleared.connect(self.clear)

    def point_at(self, x: float) -> None:
        """Goes to the point nearest to `x`; NaN takes the crosshair away."""
        self._go(None if math.isnan(x) else crosshair.reading(self._run, x, _REACH * self.pixel()))

    def step(self, step: int) -> None:
        """So many points to the right, each at least a pixel from the one before."""
        x0, x1 = self._span.range(self._run)
        now = self._run.now
        if self.reading is None:
            return self._go(crosshair.reading(self._run, now if x0 <= now <= x1 else x1))
        self._go(crosshair.beside(self._run, self.reading.x, step, self.pixel()) or self.reading)

    def go_to_end(self, side: int) -> None:
        """To the first point (-1) or the last (1)."""
        self._go(crosshair.reading(self._run, self._run.first if side < 0 else self._run.now))

    def clear(self) -> None:
        """Points at nothing."""
        self._go(None)

    def say(self) -> None:
        """Says what the crosshair is at; without one, where training is."""
        found = self.reading or crosshair.reading(self._run, self._run.now)
        text = "" if found is None else crosshair.words(found)
        if found is not None and self._read_out.fontMetrics().horizontalAdvance(text) > self._read_out.width():
            text = crosshair.words(found, brief=True)
        self._read_out.set_tone("text" if self.reading is not None else "quiet")
        self._read_out.setText(text)
        self._panes[0].setAccessibleDescription(text)

    def copy(self) -> None:
        """Puts what it says on the clipboard."""
        QGuiApplication.clipboard().setText(self._read_out.text())

    def pixel(self) -> float:
        """How much of an epoch a pixel is."""
        x0, x1 = self._span.range(self._run)
        return (x1 - x0) / max(self._panes[0].getViewBox().width(), 1)

    def _go(self, found: crosshair.Reading | None) -> None:
        self.reading = found
        for pane in self._panes:
            pane.show_cross(math.nan if found is None else found.x)
        self.say()
        self.pointed.emit(found)
