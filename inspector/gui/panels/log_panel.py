"""What did the program do? The log, as it grows; by level, to be copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QHideEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import marked, tr
from ..log import log_file
from ..log.reading import LogTail, Record
from ..open_page import OpenPage
from ..theme import mono_font, scaled_font
from ..widgets.boxes import ChoiceBox
from ..widgets.check_box import CheckBox
from ..widgets.labels import ElidedLabel, Label
from .page_panel import PagePanel

_LEVELS = (marked("Everything"), marked("Warnings and errors"), marked("Errors only"))
_WEIGHTS = (0, 2, 3)
_LOOK_MS = 500
_MOST_RECORDS = 5000


class LogPanel(PagePanel):
    """The end of the log; it follows what is added, as long as `follow` is checked."""

    def __init__(self, page: OpenPage) -> None:
        super().__init__(page)
        self.records: list[Record] = []
        self._tail = LogTail(log_file.path())
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.level = ChoiceBox()
        self.level.addItems([tr(name) for name in _LEVELS])
        self.level.setAccessibleName(tr("Which lines of the log"))
        self.level.currentIndexChanged.connect(lambda _place: self._show_all())
        self.level.activated.connect(lambda place: self.arranged.emit(self.level.itemText(place)))
        self.follow = CheckBox(tr("Fo&llow"))
        self.follow.setChecked(True)
        self.follow.setToolTip(tr("Keep the last line in view"))
        self.follow.toggled.connect(lambda on: self._go_to_end() if on else None)
        self.follow.clicked.connect(lambda: self.arranged.emit(tr("Follow")))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setObjectName("written")
        self.text.setFont(mono_font(0.92))
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setMaximumBlockCount(4 * _MOST_RECORDS)
        self.text.setAccessibleName(tr("Log File"))
        self.text.setPlaceholderText(tr("Nothing was written down yet."))
        self.addWidget(self._laid_out())
        self.look()

    @property
    def has_content(self) -> bool:
        return True

    def summary(self) -> str:
        return tr("What the program did. It says which files, never what is in them.")

    def arrangement(self) -> dict[str, Any]:
        return {"level": self.level.currentIndex(), "follow": self.follow.isChecked()}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        level = wanted.get("level")
        if isinstance(level, int) and level in range(self.level.count()):
            self.level.setCurrentIndex(level)
        if isinstance(wanted.get("follow"), bool):
            self.follow.setChecked(wanted["follow"])

    def look(self) -> None:
        """Reads what was added."""
        fresh = self._tail.more()
        if fresh:
            self.records = [*self.records, *fresh][-_MOST_RECORDS:]
            self._write(fresh)

    def copy(self) -> None:
        """Puts what is shown on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.said.emit(tr("Copied"))

    def open_folder(self) -> None:
        """Shows the folder of the log in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file.path().parent)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def stop(self) -> None:
        self._timer.stop()

    def _laid_out(self) -> QWidget:
        page = QWidget()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Label(tr("Log File"), font=scaled_font(1.5)))
        head.addSpacing(8)
        head.addWidget(self.level)
        head.addWidget(self.follow)
        head.addStretch(1)
        for text, tip, act in (
            (tr("Co&py"), tr("Copy the lines that are shown"), self.copy),
            (tr("&Open Folder"), tr("Show the file in the file manager"), self.open_folder),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, act=act: act())
            head.addWidget(button)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        column.addWidget(ElidedLabel(wording.safe(str(log_file.path()), 500), tone="quiet", font=mono_font(0.92)))
        return page

    def _show_all(self) -> None:
        self.text.clear()
        self._write(self.records)

    def _write(self, records: list[Record]) -> None:
        least = _WEIGHTS[self.level.currentIndex()]
        lines = [str(record) for record in records if record.weight >= least]
        if lines:
            bar = self.text.verticalScrollBar()
            was_at = bar.value()
            self.text.appendPlainText("\n".join(lines))
            if self.follow.isChecked():
                self._go_to_end()
            else:
                bar.setValue(was_at)

    def _go_to_end(self) -> None:
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.text.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        self.text.verticalScrollBar().setValue(self.text.verticalScrollBar().maximum())
