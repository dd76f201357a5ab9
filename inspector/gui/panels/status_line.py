"""The line at the foot of the window: what the page comes to, and how its work goes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QProgressBar, QStatusBar, QToolButton

from ... import wording
from ...language import tr
from ..open_page import Pace
from ..theme import px
from ..widgets.labels import ElidedLabel, Label


class StatusLine(QStatusBar):
    """A summary on the left; on the right, while something runs, its progress and a button that stops it."""

    def __init__(self, stop: QAction) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(10, 2, 8, 2)
        self.summary = ElidedLabel(tone="quiet")
        self.pace = Label(tone="quiet")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(px(120))
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName(tr("Done so far"))
        self._stop = QToolButton()
        self._stop.setDefaultAction(stop)
        self._stop.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._stop.setAutoRaise(True)
        self._running = (self.pace, self._bar, self._stop)
        self.addWidget(self.summary, 1)
        # Qt shows it again over a message when the window is shown, unless it was hidden by hand.
        self.messageChanged.connect(lambda words: self.summary.setVisible(not words))
        for widget in self._running:
            self.addPermanentWidget(widget)
        self.show_pace(None)

    def show_summary(self, text: str) -> None:
        self.summary.setText(text)

    def show_pace(self, pace: Pace | None) -> None:
        """How long work goes; None: nothing runs."""
        for widget in self._running:
            widget.setVisible(pace is not None)
        if pace is not None:
            self.pace.setText(pace_words(pace))
            self._bar.setValue(int(1000 * min(1.0, pace.done / pace.total)) if pace.total else 0)


def pace_words(pace: Pace) -> str:
    """How far work is, how fast it goes, and how long it will take."""
    if pace.unit != "bytes":
        return tr("{verb} {done} of {total}", verb=pace.verb, done=f"{pace.done:,}", total=f"{pace.total:,}")
    done, total, speed = (wording.size(int(nbytes)) for nbytes in (pace.done, pace.total, pace.speed))
    words = tr("{verb} {done} of {total}   ·   {speed}/s", verb=pace.verb, done=done, total=total, speed=speed)
    left = pace.seconds_left
    if left is None or left < 1:
        return words
    minutes, seconds = divmod(int(left + 0.5), 60)
    if minutes:
        return tr("{words}   ·   {minutes} min {seconds:02} s left", words=words, minutes=minutes, seconds=seconds)
    return tr("{words}   ·   {seconds} s left", words=words, seconds=seconds)
