"""The curves of a run as it goes: loss, accuracy and learning rate over the epochs, the stored ones before them.

    wheel, +, −         closer, farther             arrow keys, pointer     the crosshair; with Ctrl ten points
    drag                along the epochs            Home, End               its first point, its last
    double click        back to where training is   0                       all there is
                                                    Ctrl+C                  copies what the crosshair says

Why this way: words only fill arrays. What is seen is drawn ten times a second at most, thinned to the pixels, and not
at all while the plot is hidden; a person who zooms is answered at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ...language import tr
from ..theme import figures_font, scaled_font
from ..timers import one_shot
from ..widgets.gesture import Gesture
from ..widgets.labels import ElidedLabel
from ..widgets.own_keys import OwnKeys
from .loss_pane import LossPane
from .plot_head import PlotHead
from .plot_panes import Pane
from .pointer import Pointer
from .run_curves import RunCurves
from .span import Span, clamped, whole
from .traces import ACCURACIES, RATES

if TYPE_CHECKING:
    from ...runs.histories import History
    from ...workshop.run_words import Batches, EpochEnd

REDRAW_MS = 100
"""Between two redraws for what a run says."""
_ANSWER_MS = 15
"""Until a person who zooms sees the curves anew."""
_ROOM_FOR_TWO, _ROOM_FOR_THREE = 190, 270
"""Pixels of height: where there is less the learning rate goes without a plot, then the accuracy too."""
_TALL = 460
"""Pixels below which the axis of the epochs goes without its name."""


class LivePlot(QWidget):
    """Plots one over the other that look at the same epochs, with a legend and what the crosshair says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run = RunCurves()
        self.span = Span()
        self.loss, self.accuracy = LossPane(), Pane(tr("accuracy %"), ACCURACIES)
        self.rate = Pane(tr("lr"), RATES, flat=0.5)
        self.head = PlotHead()
        self.logarithmic = self.head.logarithmic
        self.read_out = ElidedLabel(tone="quiet", font=figures_font(scaled_font(0.95)))
        self.gesture = Gesture(self, self._view, self._look)
        self.pointer = Pointer(self.run, self.span, self.panes, self.read_out, self)
        self._is_due = True
        self._soon, self._at_once = one_shot(self, REDRAW_MS, self.redraw), one_shot(self, _ANSWER_MS, self.redraw)
        self._dress()
        self._lay_out()
        self._connect()
        self.redraw()

    @property
    def panes(self) -> tuple[Pane, ...]:
        return (self.loss, self.accuracy, self.rate)

    # What there is to draw

    def clear(self) -> None:
        """Forgets every curve."""
        self.run.clear()
        self.span.start()
        self.gesture.forget()
        self.pointer.clear()
        self._tell()

    def set_history(self, history: History) -> None:
        """Draws what a file has stored, in grey."""
        self.run.set_history(history)
        self.span.start()
        self._tell()

    def start(self, batches_per_epoch: int, first_epoch: int, first_batch: int, last_epoch: int = 0) -> None:
        """A run begins with `first_epoch`, of which `first_batch` batches are done; 0: its last epoch is not known."""
        self.run.start(batches_per_epoch, first_epoch, first_batch, last_epoch)
        self.span.start()
        self._tell()

    def append_batches(self, batches: Batches) -> None:
        self.run.add_batches(batches)
        self._tell()

    def add_epoch(self, end: EpochEnd) -> None:
        self.run.add_epoch(end)
        self._tell()

    def set_future_rates(self, first_epoch: int, rates: Sequence[float]) -> None:
        """Draws the learning rates of `first_epoch` and those after it, dashed."""
        self.run.set_future_rates(first_epoch, rates)
        self.span.start()
        self._tell()

    def mark_best(self, epoch: int) -> None:
        self.run.best_epoch = epoch
        self._tell()

    # How it is looked at

    def set_log(self, wanted: bool) -> None:
        """Whether losses are drawn on a logarithmic axis."""
        self.logarithmic.setChecked(wanted)

    def set_follow(self, wanted: bool) -> None:
        """Whether the plots show where training is, or stay where a person has put them."""
        self.span.is_free = not wanted
        self.head.follow.setChecked(wanted)
        self._answer()

    def show_all(self) -> None:
        """Shows everything from the first stored epoch to the last one planned."""
        self.span.take(*whole(self.run))
        self.head.follow.setChecked(False)
        self._answer()

    def set_smoothing(self, window: int) -> None:
        """Averages the training loss over so many batches."""
        self.run.smooth_over(window)
        self.head.show_window(window)
        self._tell()

    def redraw(self) -> None:
        """Draws what is seen, now."""
        for timer in (self._soon, self._at_once):
            timer.stop()
        self._is_due = not self.isVisible()
        self._show_panes()
        x0, x1 = self.span.range(self.run)
        for pane in self._shown():
            pane.draw(self.run, x0, x1)
        self.pointer.say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_due:
            self._at_once.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._answer()

    # Making it

    def _dress(self) -> None:
        self.setAccessibleName(tr("Curves of the run"))
        for pane, what in zip(self.panes, (tr("Loss"), tr("Accuracy"), tr("Learning rate"))):
            pane.setAccessibleName(tr("{what} over the epochs", what=what))
        for pane in (self.accuracy, self.rate):
            pane.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _lay_out(self) -> None:
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.head)
        page.addSpacing(6)
        for pane, share in zip(self.panes, (6, 2, 2)):
            page.addWidget(pane, share)
        page.addSpacing(6)
        page.addWidget(self.read_out)

    def _connect(self) -> None:
        self.head.legend.changed.connect(self._hide_traces)
        self.head.smoothing.activated.connect(lambda at: self.set_smoothing(self.head.smoothing.itemData(at)))
        self.logarithmic.toggled.connect(self._set_log)
        self.head.follow.clicked.connect(lambda on: self._by_hand(partial(self.set_follow, on)))
        self.head.whole.clicked.connect(lambda: self._by_hand(self.show_all))
        for pane in self.panes:
            pane.zoomed.connect(self._zoom)
            pane.moved.connect(lambda pane=pane: self._take_range(pane))
            pane.held.connect(lambda on: self.gesture.begin(is_held=True) if on else self.gesture.let_go())
            pane.resized.connect(self._answer)
            pane.released.connect(lambda: self._by_hand(partial(self.set_follow, True)))
            OwnKeys(pane, QKeySequence.StandardKey.Copy, self.pointer.copy)

    # Redrawing

    def _tell(self) -> None:
        """Something is new: it is seen within a tenth of a second."""
        self._is_due = True
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _answer(self) -> None:
        self._is_due = True
        if self.isVisible() and not self._at_once.isActive():
            self._at_once.start()

    def _shown(self) -> list[Pane]:
        return [pane for pane in self.panes if not pane.isHidden()]

    def _show_panes(self) -> None:
        run, hidden = self.run, self.head.legend.hidden
        has_accuracy = bool(len(run.own.accuracy) or len(run.stored.accuracy))
        has_rate = any(len(part.rates) for part in (run.stored, run.own, run.future))
        has_stored = not math.isnan(run.stored.first)
        room = self.height() - self.loss.y() - self.read_out.height()
        has_accuracy, has_rate = has_accuracy and room >= _ROOM_FOR_TWO, has_rate and room >= _ROOM_FOR_THREE
        self.head.offer(has_accuracy, has_rate, has_stored)
        self.accuracy.setVisible(has_accuracy and "accuracy" not in hidden)
        self.rate.setVisible(has_rate and "rate" not in hidden)
        last = self._shown()[-1]
        for pane in self._shown():
            pane.show_epochs(pane is last, named=self.height() > _TALL)

    def _hide_traces(self, hidden: frozenset[str]) -> None:
        for pane in self.panes:
            pane.hidden = hidden
        self._answer()

    def _set_log(self, wanted: bool) -> None:
        self.loss.set_logarithmic(wanted)
        self._answer()

    # Zoom

    def _take_range(self, pane: Pane) -> None:
        x0, x1 = pane.getViewBox().viewRange()[0]
        self._by_hand(partial(self._set_range, x0, x1))

    def _set_range(self, x0: float, x1: float) -> None:
        self.span.take(*clamped(x0, x1, self.run))
        self.head.follow.setChecked(False)
        self._answer()

    def _zoom(self, factor: float) -> None:
        if factor == 0:
            return self._by_hand(self.show_all)
        x0, x1 = self.span.range(self.run)
        about = self.pointer.reading.x if self.pointer.reading is not None else (x0 + x1) / 2
        x0, x1 = (about + (end - about) * factor for end in (x0, x1))
        self._by_hand(partial(self._set_range, x0, x1))

    def _by_hand(self, look: Callable[[], object]) -> None:
        """A person looks otherwise."""
        self.gesture.begin()
        look()
        self.gesture.went_on()

    def _view(self) -> tuple[float, float] | None:
        """What a person has chosen to see; None: where training is."""
        return self.span.range(self.run) if self.span.is_free else None

    def _look(self, view: tuple[float, float] | None) -> None:
        if view is None:
            return self.set_follow(True)
        self.span.take(*view)
        self.head.follow.setChecked(False)
        self._answer()
