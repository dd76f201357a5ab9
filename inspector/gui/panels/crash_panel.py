"""What went wrong in the program itself: the errors of this run on one calm page, to be copied or saved."""

from __future__ import annotations

import sys
from collections.abc import Generator

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import ntr, sentences, tr
from ..crash.error_reports import ErrorReports, times_words
from ..export import started
from ..fitting.chosen_model import INTERPRETER
from ..jobs import LatestJob
from ..own_pages import OwnPage
from ..settings import Settings
from ..theme import mono_font, scaled_font
from ..widgets.labels import Label
from .page_panel import PagePanel


class CrashPanel(PagePanel):
    """The reports, the latest first; the window goes on beside it."""

    def __init__(self, page: OwnPage, settings: Settings) -> None:
        super().__init__(page)
        assert isinstance(page.shows, ErrorReports)
        self.reports = page.shows
        self._torch = ""
        self._asking = LatestJob()
        self.title = Label(tr("Something went wrong"), font=scaled_font(1.5))
        self.sentence = Label(wrap=True, selectable=True)
        self.promise = Label(
            tr(
                "No file was changed by it, and the window can be used further. The text below helps to mend it: what "
                "was done, versions, and where in the program it was - no contents of files. Nothing is sent anywhere."
            ),
            tone="quiet",
            wrap=True,
        )
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setObjectName("written")
        self.text.setFont(mono_font(0.92))
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Report of the error"))
        self.addWidget(self._laid_out())
        self.reports.changed.connect(self.refresh)
        self._ask_for_torch(settings)
        self.refresh()

    @property
    def has_content(self) -> bool:
        return True

    def summary(self) -> str:
        return ntr("{n} error of the program", "{n} errors of the program", len(self.reports.reports))

    def refresh(self) -> None:
        """Shows what is reported now."""
        if self.reports.reports:
            latest = self.reports.reports[0]
            words = tr("{sentence} ({when})", sentence=latest.sentence, when=times_words(latest))
            others = len(self.reports.reports) - 1
            if others:
                more = ntr("And {n} other before it.", "And {n} others before it.", others)
                words = sentences(words, more)
            self.sentence.setText(words)
        self.text.setPlainText(self.reports.text(torch=self._torch))
        self.setAccessibleName(tr("{title}. {message}", title=self.title.text(), message=self.sentence.text()))

    def copy(self) -> None:
        """Puts the whole report on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.said.emit(tr("Copied"))

    def save(self) -> None:
        """Asks for a name, and writes the report under it."""
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save Report"), "checkpoint-inspector-error.txt", tr("Text (*.txt)")
        )
        if path:
            self.save_to(path)

    def save_to(self, path: str) -> None:
        """Writes the report as a text file."""
        from ...checkpoint.text_files import writing

        work = writing(path, [self.text.toPlainText()], tr("The report was not saved"))
        started(work, lambda _: self.said.emit(tr("Written to {path}", path=wording.safe(path))), self.failed.emit)

    def stop(self) -> None:
        self._asking.cancel()

    def _laid_out(self) -> QWidget:
        page = QWidget()
        sign = Label("!", tone="danger", font=scaled_font(2.4, bold=True))
        words = QVBoxLayout()
        words.setSpacing(8)
        for label in (self.title, self.sentence, self.promise):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            words.addWidget(label)
        head = QHBoxLayout()
        head.setSpacing(20)
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for text, tip, act in (
            (tr("Copy &All"), tr("Copy the report"), self.copy),
            (tr("&Save as Text…"), tr("Write the report as a text file"), self.save),
            (tr("Close"), tr("Close this tab; the window goes on"), self.close_requested.emit),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, act=act: act())
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(page)
        column.setContentsMargins(40, 32, 40, 24)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        column.addLayout(buttons)
        return page

    def _ask_for_torch(self, settings: Settings) -> None:
        chosen = next(iter(settings.listed(INTERPRETER)), "" if getattr(sys, "frozen", False) else sys.executable)
        if chosen:
            self._asking.start(_torch_of(chosen), self._hear_torch, lambda _error: None)

    def _hear_torch(self, words: str) -> None:
        self._torch = words
        self.refresh()


def _torch_of(executable: str) -> Generator[str, None, str]:
    from ...workshop.interpreters import look

    yield executable
    try:
        found = look(executable)
    except InspectorError:
        return "the chosen Python cannot be used"
    return f"{found.torch or 'none'}, in Python {found.python}"
