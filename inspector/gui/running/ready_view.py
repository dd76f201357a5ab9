"""Before the start: may the code be run, what a resume needs and what is there, a look at a batch - and Start."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ...language import tr
from ..fitting.failure_view import FailureView
from ..fitting.leave_question import LeaveQuestion
from ..fitting.stages import Stage
from ..theme import scaled_font
from ..widgets.labels import Label
from ..widgets.roomy import SideArea
from ..widgets.wrapped_text import WrappedText
from .batch_look import BatchLook
from .open_run import OpenRun
from .preflight_list import PreflightList
from .run_state import READY
from .start_words import start_words


class ReadyView(QWidget):
    """What is known before the start, and the button that starts."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self.title = Label(font=scaled_font(1.5), wrap=True)
        self.leave = LeaveQuestion()
        self.failure = FailureView()
        self.preflight = PreflightList(page)
        self.look = BatchLook(page)
        self.words = WrappedText(tone="quiet")
        self.start = QPushButton(tr("S&tart"))
        self.start.setProperty("main", True)
        self.start.setToolTip(tr("Train as it is set up (Ctrl+Return)"))
        self.start.setMinimumWidth(120)
        self.test = QPushButton(tr("Test &Only"))
        self.test.setToolTip(tr("Test the checkpoint as it is, without training (Ctrl+Shift+T)"))
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        for widget in (self.title, self.leave, self.failure, self.preflight):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self.look)
        column.addStretch(1)
        content.setAccessibleName(tr("Before the start"))
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 10, 20, 14)
        foot.setSpacing(8)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.test)
        foot.addWidget(self.start)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(SideArea(content), 1)
        whole.addLayout(foot)

    def _connect(self) -> None:
        page = self._page
        page.setup_changed.connect(self.refresh)
        page.state_changed.connect(self.refresh)
        page.looked.connect(self.refresh)
        page.fit.chosen.said.connect(self.refresh)
        self.start.clicked.connect(lambda: page.start())
        self.test.clicked.connect(lambda: page.test((page.path,)))
        self.leave.allowed.connect(page.fit.chosen.allow)
        self.failure.retry.clicked.connect(lambda: page.fit.chosen.begin())

    def refresh(self) -> None:
        """Shows how the choice stands."""
        page, chosen = self._page, self._page.fit.chosen
        self.title.setText(self._headline())
        asks = chosen.stage is Stage.ASKING_LEAVE and chosen.choice is not None
        if asks and chosen.choice is not None:
            self.leave.ask(chosen.choice)
        self.leave.setVisible(asks)
        failed = chosen.stage is Stage.FAILED and chosen.error is not None
        if failed and chosen.error is not None:
            self.failure.show_error(chosen.error)
        self.failure.setVisible(failed)
        self.start.setEnabled(page.can_start)
        self.test.setEnabled(page.can_test)
        self.words.setText(start_words(self._page))

    def _headline(self) -> str:
        page, stage = self._page, self._page.fit.chosen.stage
        if page.state not in READY:
            return tr("It runs")
        if page.has_model and page.looking.error is not None:
            return tr("Something does not fit")
        if page.has_model:
            return tr("Ready to train on") if page.can_start else tr("Something is missing")
        return {
            Stage.EMPTY: tr("Which model?"),
            Stage.ASKING_LEAVE: tr("May its code be run?"),
            Stage.CLASS: tr("Which of its models?"),
            Stage.ARGUMENTS: tr("Which arguments?"),
            Stage.FAILED: "",
        }.get(stage, tr("Getting the model …"))
