"""The story of a case: how it stands, what runs, what failed, the causes with their steps, what loading would do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ..theme import scaled_font
from ..widgets.banner import Banner
from ..widgets.labels import Label
from .case import Case
from .cause_list import CauseList
from .failure_view import FailureView
from .leave_question import LeaveQuestion
from .receipt_view import ReceiptView
from .sentences import headline, subline


class Story(QWidget):
    """The middle of the panel, for a case of any kind. What is said before there is a case comes from outside."""

    stop_requested = Signal()

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.setMinimumWidth(288)
        self._case = case
        self._title = Label(font=scaled_font(1.5), wrap=True)
        self._line = Label(tone="quiet", wrap=True)
        self.verdict = Label(tone="quiet", wrap=True, selectable=True)
        self.leave = LeaveQuestion()
        self.notice = Banner("i", tone="accent")
        self.notice.offer_closing()
        self.failure = FailureView()
        self.causes = CauseList(case)
        self.receipt = ReceiptView(case)
        self._foot: QWidget | None = None
        self._running = QWidget()
        self._bar = QProgressBar()
        self._doing = Label(tone="quiet")
        self.stop = QPushButton(tr("&Stop"))
        self.stop.clicked.connect(self.stop_requested)
        self._lay_out()
        case.changed.connect(self._tell)
        self.show_text("", "")

    def _lay_out(self) -> None:
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Done so far"))
        row = QHBoxLayout(self._running)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for widget, stretch in ((self._bar, 1), (self._doing, 2), (self.stop, 0)):
            row.addWidget(widget, stretch)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(8)
        for widget in (self._title, self._line, self.verdict, self.leave, self._running, self.failure):
            column.addWidget(widget)
        column.addSpacing(6)
        column.addWidget(self.causes)
        column.addSpacing(10)
        column.addWidget(self.receipt)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        area.setAccessibleName(tr("Causes"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self._whole.addWidget(self.notice)
        self._whole.addWidget(area, 1)

    def add_head(self, head: QWidget) -> None:
        """Puts something on top of the story."""
        self._whole.insertWidget(0, head)

    def add_foot(self, foot: QWidget) -> None:
        """Puts something below the story that stays in view, as long as there is a case."""
        self._foot = foot
        self._whole.addWidget(foot)
        foot.hide()

    @property
    def title(self) -> str:
        """The headline."""
        return self._title.text()

    def show_text(self, title: str, line: str) -> None:
        """Says this, in place of a case that is not there."""
        for widget in (self.failure, self.leave, self.receipt, self.verdict):
            widget.hide()
        self.causes.clear()
        self._show_foot(False)
        self._say(title, line)
        self.show_running("")

    def show_failure(self, error: InspectorError) -> None:
        """Says why there is no case."""
        self.show_text("", "")
        self.failure.show_error(error)

    def show_running(self, words: str, progress: Progress | None = None) -> None:
        """What runs, and how far it is; nothing for empty words."""
        self._running.setVisible(bool(words))
        self._doing.setText(wording.safe(words, 200))
        is_counted = progress is not None and progress.total > 0
        self._bar.setRange(0, 1000 if is_counted else 0)
        if progress is not None and is_counted:
            self._bar.setValue(int(1000 * progress.share))

    def show_verdict(self, words: str, agrees: bool) -> None:
        """What torch says; nothing for empty words."""
        self.verdict.set_tone("quiet" if agrees else "danger")
        self.verdict.setText(f"{'✓' if agrees else '!'}  {words}" if words else "")
        self.verdict.setVisible(bool(words))

    def _tell(self) -> None:
        self.failure.hide()
        self.leave.hide()
        self._show_foot(True)
        self._say(headline(self._case), subline(self._case))
        self.receipt.refresh()

    def _show_foot(self, shown: bool) -> None:
        if self._foot is not None:
            self._foot.setVisible(shown)

    def _say(self, title: str, line: str) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._line.setText(line)
        self._line.setVisible(bool(line))
        self.setAccessibleName(title)
