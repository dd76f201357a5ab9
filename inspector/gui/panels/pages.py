"""What a tab shows while there is no tree: that the file is being read, or why it cannot be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ..theme import mono_font, px, scaled_font
from ..widgets.labels import Label


class LoadingPage(QWidget):
    """A row for the file, there at once."""

    def __init__(self, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(10)
        column.addWidget(
            Label(tr("Reading {name} …", name=wording.safe(name, 120)), tone="quiet", font=scaled_font(1.1))
        )
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._bar.setMaximumWidth(px(360))
        self._bar.setAccessibleName(tr("Reading"))
        column.addWidget(self._bar)
        column.addStretch(1)

    def show_progress(self, done: int, total: int) -> None:
        """How far it is; without this the bar only says that something goes on."""
        self._bar.setRange(0, total)
        self._bar.setValue(done)


class RefusalPage(QWidget):
    """An error as a page: what was found, where, and what to do next. All of it can be copied."""

    retry_requested = Signal()
    close_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = Label(font=scaled_font(1.5), wrap=True)
        self._message = Label(wrap=True, selectable=True)
        self._hint = Label(tone="quiet", wrap=True, selectable=True)
        self._path = Label(tone="quiet", font=mono_font(0.95), wrap=True, selectable=True)
        sign = Label("!", tone="danger", font=scaled_font(2.4, bold=True))
        words = QVBoxLayout()
        words.setSpacing(10)
        for label in (self._title, self._message, self._hint, self._path):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            words.addWidget(label)
        words.addSpacing(8)
        words.addLayout(self._buttons())
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(40, 48, 40, 24)
        row.setSpacing(20)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_error(self, error: InspectorError, path: str) -> None:
        """Shows `error`, which stopped the opening of `path`."""
        self.say(error.title, error.message, error.hint, path)
        self.setAccessibleName(tr("{title}. {message}", title=error.title, message=str(error)))

    def say(self, title: str, message: str, hint: str, path: str) -> None:
        """Shows these four."""
        self._title.setText(wording.safe(title, 200))
        self._message.setText(wording.safe(message, 2000))
        self._hint.setText(wording.safe(hint, 2000))
        self._hint.setVisible(bool(hint))
        self._path.setText(wording.safe(path, 1000))
        self.setAccessibleName(tr("{title}. {message}", title=title, message=message))

    def text(self) -> str:
        """Everything the page says."""
        return "\n".join(label.text() for label in (self._title, self._message, self._hint, self._path) if label.text())

    def offers(self) -> tuple[tuple[str, str, Callable[[], object]], ...]:
        """What can be done: the text of a button, its tip, what it does."""
        return (
            (tr("Try &Again"), "", self.retry_requested.emit),
            (tr("Cop&y Message"), "", lambda: QGuiApplication.clipboard().setText(self.text())),
            (tr("C&lose File"), "", self.close_requested.emit),
        )

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, tip, act in self.offers():
            button = QPushButton(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, act=act: act())
            row.addWidget(button)
        row.addStretch(1)
        return row
