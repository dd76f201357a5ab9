"""Why there is no model: the sentence, the user's own line, and - when they are looked for - traceback and prints."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ...workshop.requests import WorkshopError
from ..theme import colours, mono_font, scaled_font
from ..widgets.labels import Label
from ..widgets.wrapped_text import WrappedText
from .fold import Fold

_MOST_LETTERS = 2000
_MOST_TRACE = 40_000


class FailureView(QWidget):
    """One error, whole, to be read and copied."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Label(font=scaled_font(1.5), wrap=True)
        self._message = WrappedText()
        self._where = WrappedText(tone="quiet", font=scaled_font(0.95))
        self._line = _MarkedLine()
        self._hint = WrappedText(tone="quiet")
        self._trace = _quiet_text(tr("Traceback"))
        self.trace = Fold(tr("Traceback"), self._trace)
        copy = QPushButton(tr("Cop&y Message"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.retry = QPushButton(tr("Try &Again"))
        self._lay_out(copy)
        self.hide()

    def _lay_out(self, copy: QPushButton) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for widget in (self._title, self._message, self._where, self._line, self._hint):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        for button in (self.retry, copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(self.trace)

    def show_error(self, error: InspectorError) -> None:
        """Shows `error`."""
        self._title.setText(wording.safe(error.title, 200))
        self._message.setText(_plain(error.message))
        self._hint.setText(_plain(error.hint))
        self._hint.setVisible(bool(error.hint))
        file, line, code, trace = "", 0, "", ""
        if isinstance(error, WorkshopError):
            file, line, code, trace = error.file, error.line, error.code, error.traceback
        self._where.setText(wording.safe(tr("{file}, line {line}", file=file, line=line), 500) if file else "")
        self._where.setVisible(bool(file))
        self._line.show_line(line, code)
        self._trace.setPlainText(_lines(trace))
        self.trace.setVisible(bool(trace))
        self.setAccessibleName(tr("{title}. {message}", title=error.title, message=wording.safe(str(error), 500)))
        self.show()

    def text(self) -> str:
        """Everything it says."""
        shown = (self._title, self._message, self._where, self._line.words, self._hint)
        said = [each.text() for each in shown if each.text()]
        return "\n".join([*said, self._trace.toPlainText()]).strip()


class _MarkedLine(QWidget):
    """A line of code as an editor shows it: its number, and a mark that this is the one."""

    def __init__(self) -> None:
        super().__init__()
        self._number = Label(tone="hint", font=mono_font())
        self.words = WrappedText(font=mono_font())
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 12, 8)
        row.setSpacing(14)
        row.addWidget(self._number)
        row.addWidget(self.words, 1)

    def show_line(self, number: int, code: str) -> None:
        self._number.setText(str(number))
        self.words.setText(wording.safe(code.strip(), 400))
        self.setVisible(bool(code.strip()))

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(now.line), 1))
        painter.setBrush(QColor(now.surface))
        painter.drawRoundedRect(area, 6, 6)
        painter.fillRect(QRectF(1, 6, 3, self.height() - 12), QColor(now.danger))


def _quiet_text(name: str) -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setFont(mono_font(0.92))
    text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    text.setMinimumHeight(160)
    text.setObjectName("written")
    text.setTabChangesFocus(True)
    text.setAccessibleName(name)
    return text


def _plain(text: str) -> str:
    return "\n".join(wording.safe(line, _MOST_LETTERS) for line in text.splitlines()[:40])


def _lines(text: str) -> str:
    """A traceback line by line, each inert; of a huge one its end."""
    return "\n".join(wording.safe(line, 1000) for line in text[-_MOST_TRACE:].splitlines())
