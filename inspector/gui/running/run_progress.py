"""How far a run is: a headline, a bar, a line of figures, and the buttons that steer it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ...language import tr
from ..theme import figures_font, scaled_font
from ..widgets.labels import ElidedLabel, Label
from .headlines import headline, subline
from .open_run import OpenRun
from .run_state import READY, RunState

_STEPS = 10_000


class RunProgress(QWidget):
    """The head of the view of a run. What cannot be pressed now is not there."""

    more_asked = Signal()
    """What was saved last is to be trained on, beyond what was wanted."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self.title = Label(font=scaled_font(1.5))
        self.line = ElidedLabel(tone="quiet", font=figures_font(scaled_font(1.0)))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Training done so far"))
        self.pause = _button(tr("&Pause"), tr("Wait after this batch (Ctrl+P)"), page.pause)
        self.go_on = _button(tr("&Go On"), tr("Go on training (Ctrl+P)"), page.go_on, main=True)
        self.stop = _button(tr("&Stop and Save"), tr("Save after this batch, and end (Ctrl+.)"), page.stop_soon)
        self.stop_now = _button(
            tr("Stop &Now"), tr("End at once; what was saved last stays (Ctrl+Alt+.)"), page.stop_now
        )
        self.leave = _button(tr("&Leave the Queue"), tr("Do not wait any longer"), page.stop_now)
        self.resume = _button(tr("Res&ume"), tr("Go on from what was saved last (Ctrl+Return)"), page.resume, main=True)
        tip = tr("Set up a run that goes on from the latest, in a tab of its own")
        self.more = _button(tr("Train &On…"), tip, self.more_asked.emit)
        self.test = _button(tr("&Test"), tr("Test the best and the latest (Ctrl+Shift+T)"), page.test)
        tip = tr("Test what the run began with and all that it saved: accuracy over epochs (Ctrl+Alt+T)")
        self.test_all = _button(tr("Test &All"), tip, page.test_all)
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        for widget in (self.title, self.line):
            words.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(words, 1)
        for button in self._buttons():
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.bar)

    def refresh(self) -> None:
        """Shows how it stands."""
        page = self._page
        self.title.setText(headline(page))
        self.line.setText(subline(page))
        self.setAccessibleName(tr("{title}. {message}", title=self.title.text(), message=self.line.text()))
        self._show_bar()
        state, is_ready = page.state, page.state in READY
        has_begun = page.record is not None and page.record.began is not None
        self.pause.setVisible(state is RunState.RUNNING and has_begun)
        self.go_on.setVisible(state is RunState.PAUSED)
        self.stop.setVisible(state in (RunState.RUNNING, RunState.PAUSED) and has_begun)
        self.stop_now.setVisible(page.is_training)
        self.leave.setVisible(state is RunState.WAITING)
        self.resume.setVisible(page.can_resume)
        has_files = is_ready and bool(page.latest) and page.has_model
        self.test.setVisible(has_files)
        self.test_all.setVisible(has_files)
        self.more.setVisible(has_files and not page.can_resume)
        _set_off(self.test, not page.can_resume)

    def _show_bar(self) -> None:
        page, record = self._page, self._page.record
        is_known = record is not None and record.began is not None
        self.bar.setVisible(page.is_training)
        self.bar.setRange(0, _STEPS if is_known else 0)
        if record is not None and is_known:
            self.bar.setValue(int(record.share * _STEPS))

    def _buttons(self) -> tuple[QPushButton, ...]:
        return (
            *(self.pause, self.go_on, self.stop, self.stop_now),
            *(self.leave, self.more, self.test_all, self.resume, self.test),
        )


def _set_off(button: QPushButton, is_main: bool) -> None:
    """Of several buttons one is what most will want."""
    if button.property("main") != is_main:
        button.setProperty("main", is_main)
        button.style().unpolish(button)
        button.style().polish(button)


def _button(text: str, tip: str, act, *, main: bool = False) -> QPushButton:  # type: ignore[no-untyped-def]
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setProperty("main", main)
    button.clicked.connect(lambda: act())
    return button
