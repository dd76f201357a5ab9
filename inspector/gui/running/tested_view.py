"""Tests as one sees them: how far they are, why one failed, and what came of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ...progress import Progress
from ...runs import results
from ...workshop.requests import Stopped
from ...workshop.run_words import Tests
from ..fitting.failure_view import FailureView
from ..theme import scaled_font
from ..widgets.banner import Banner
from ..widgets.labels import ElidedLabel, Label
from .open_run import OpenRun
from .results_view import ResultsView
from .run_state import RunState


class TestedView(QWidget):
    """The results of a page; while tests go, those that are done already."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self._running = QWidget()
        self._title = Label(tr("Testing …"), font=scaled_font(1.5))
        self._doing = ElidedLabel(tone="quiet")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Tested so far"))
        self.stop = QPushButton(tr("&Stop"))
        self.stop.setToolTip(tr("Test no more (Ctrl+.)"))
        self.stop.clicked.connect(lambda: page.stop_now())
        self.missed = Banner("!")
        self.missed.offer_closing()
        self.failure = FailureView()
        self.failure.retry.hide()
        self.results = ResultsView()
        self._lay_out()
        page.heard.connect(self._hear)
        page.tested.connect(lambda _tested: self._show())
        page.state_changed.connect(self._show_state)
        page.ended.connect(self._show_ending)
        self._show_state()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._title)
        row.addWidget(self._doing, 1)
        row.addWidget(self.stop)
        running = QVBoxLayout(self._running)
        running.setContentsMargins(20, 14, 20, 0)
        running.addLayout(row)
        running.addWidget(self._bar)
        self.failure.setContentsMargins(20, 14, 20, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.missed)
        column.addWidget(self._running)
        column.addWidget(self.failure)
        column.addWidget(self.results, 1)

    def _hear(self, words: list[Any]) -> None:
        told = [word for word in words if isinstance(word, Progress)]
        if told and self._page.state is RunState.TESTING and self.isVisible():
            last = told[-1]
            self._doing.setText(wording.safe(last.text, 200))
            self._bar.setRange(0, 1000 if last.total > 0 else 0)
            self._bar.setValue(int(1000 * last.share) if last.total > 0 else 0)

    def _show(self) -> None:
        self.results.setVisible(bool(self._page.results))
        if self._page.results:
            self.results.show_tested(self._page.results, self._page.failures)

    def _show_state(self) -> None:
        is_testing = self._page.state is RunState.TESTING
        if is_testing and not self._running.isVisibleTo(self):
            self.missed.say("")
            self.failure.hide()
            self._bar.setRange(0, 0)
            self._doing.setText("")
            self._show()
        self._running.setVisible(is_testing)

    def _show_ending(self, how: object) -> None:
        page = self._page
        if isinstance(how, Tests):
            self._show()
            self._show_best()
            self._tell_missed()
        elif page.error is not None and not page.failed_in_training and not isinstance(page.error, Stopped):
            self.failure.show_error(page.error)

    def _show_best(self) -> None:
        """What was shown so far is only what was ready first."""
        best = results.best(self.results.tests)
        if best is not None:
            self.results.show_one(self.results.tests.index(best))

    def _tell_missed(self) -> None:
        """Checkpoints that could not be tested."""
        said = [
            tr("{title}: {message}", title=wording.safe(path, 200), message=wording.safe(why, 300))
            for path, why in self._page.failures
        ]
        self.missed.say(tr("Not tested: {said}", said=wording.names(said, 1)) if said else "", "\n".join(said))
