"""A run as one sees it while it goes, and afterwards: how far it is, its curves, what it says, what it has saved.

Why this way: the words of a run come ten times a second, whoever looks. The curves take all of them; labels and lists
are only brought up to date while this is seen, and when it is shown again.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ...workshop.requests import Stopped
from ...workshop.run_words import Batches, Began, EpochEnd, Handshake
from ..fitting.failure_view import FailureView
from ..fitting.output_fold import OutputFold
from ..settings import Settings
from ..widgets.banner import Banner
from ..widgets.labels import Label
from ..widgets.roomy import SideArea
from ..widgets.shared_room import SharedRoom
from .live_plot import LivePlot
from .messages_view import MessagesView
from .open_run import OpenRun
from .record import RunRecord
from .run_progress import RunProgress
from .run_state import RunState
from .saved_files import SavedFiles

_STATE = "run_splitter"


class RunView(QWidget):
    """The view of the present, or the last, training of a page."""

    open_asked = Signal(str)
    compare_asked = Signal(str, str)
    """Two files that are to be held against each other."""

    def __init__(self, page: OpenRun, settings: Settings) -> None:
        super().__init__()
        self._page = page
        self._settings = settings
        self._begun: RunRecord | None = None
        """The run whose curves are drawn."""
        self.progress = RunProgress(page)
        self.jump = Banner("!")
        self.jump.offer_closing()
        self.failure = FailureView()
        self.failure.retry.hide()
        self.plot = LivePlot()
        self.messages = MessagesView()
        self.files = SavedFiles()
        self.output = OutputFold(lambda: page.record.output if page.record is not None else "")
        self._lay_out()
        page.heard.connect(self._hear)
        page.state_changed.connect(self._show_state)
        page.ended.connect(self._show_ending)
        page.setup_changed.connect(self._refresh_if_seen)
        self.files.open_asked.connect(self.open_asked)
        self.files.compare_asked.connect(lambda path: self.compare_asked.emit(page.path, path))

    def _lay_out(self) -> None:
        below = SharedRoom(Qt.Orientation.Horizontal)
        below.addWidget(_titled(tr("Messages"), QMargins(0, 10, 12, 0), self.messages, self.output))
        below.addWidget(_titled(tr("Saved"), QMargins(12, 10, 0, 0), SideArea(self.files)))
        below.setSizes([620, 420])
        self.splitter = SharedRoom(Qt.Orientation.Vertical)
        self.rooms = {"training": self.splitter, "below": below}
        """The parts whose room a person shares out."""
        self._above = _titled("", QMargins(0, 0, 0, 8), self.plot)
        self.splitter.addWidget(self._above)
        self.splitter.addWidget(below)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([520, 200])
        state = self._settings.state(_STATE)
        if state is not None:
            self.splitter.restoreState(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(10)
        for widget in (self.progress, self.jump, self.failure):
            column.addWidget(widget)
        column.addWidget(self.splitter, 1)

    def keep_state(self) -> None:
        """Remembers how the room is shared."""
        self._settings.keep_state(_STATE, self.splitter.saveState())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Brings labels and lists up to date."""
        self.progress.refresh()
        record = self._page.record
        if record is not None:
            self.messages.show_lines(record.lines)
            self.files.show_files(record.saved.values())
            self.output.refresh()

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self.refresh()

    def _hear(self, words: list[Any]) -> None:
        if self._page.state is RunState.TESTING:
            return
        for word in words:
            if isinstance(word, Batches):
                self.plot.append_batches(word)
            elif isinstance(word, EpochEnd):
                self._take_end(word)
            elif isinstance(word, Began):
                self._take_beginning(word)
            elif isinstance(word, Handshake) and word.is_jump:
                self.jump.say(wording.safe(word.text, 600))
        self._refresh_if_seen()

    def _take_beginning(self, word: Began) -> None:
        if self._begun is self._page.record:  # it lost a process, and goes on where it was: so do its curves
            return
        self._begun = self._page.record
        self.plot.clear()
        if self._page.history is not None:
            self.plot.set_history(self._page.history)
        self.plot.start(word.batches, word.epoch, word.batch, word.epochs)
        rehearsal = self._page.rehearsal
        if rehearsal is not None:
            gone = max(word.epoch - self._page.setup.first_epoch, 0)
            self.plot.set_future_rates(word.epoch, rehearsal.rates[gone:])

    def _take_end(self, word: EpochEnd) -> None:
        self.plot.add_epoch(word)
        if word.is_best:
            self.plot.mark_best(word.epoch)

    def _show_state(self) -> None:
        page = self._page
        if page.state is RunState.RUNNING and page.record is not None and page.record.began is None:
            self.failure.hide()
            self._above.show()
            self.jump.say("")
            self.files.clear()
        self._refresh_if_seen()

    def _show_ending(self, _how: object) -> None:
        page = self._page
        if page.error is not None and page.failed_in_training and not isinstance(page.error, Stopped):
            self.failure.show_error(page.error)
            self._above.setVisible(page.record is not None and page.record.loss == page.record.loss)
        self.refresh()


def _titled(title: str, margins: QMargins, *widgets: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(margins)
    column.setSpacing(6)
    if title:
        column.addWidget(Label(title, tone="quiet"))
    for widget in widgets:
        column.addWidget(widget)
    return page
