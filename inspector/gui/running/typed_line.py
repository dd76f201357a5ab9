"""A line in which a value is written; what cannot be meant is said below it, and does not count."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ..fitting.argument_row import PAUSE_MS
from ..theme import mono_font
from ..timers import one_shot
from .setup_section import note_label, say


class TypedLine(QLineEdit):
    """Empty means what stands in it as a placeholder."""

    taken = Signal(object)
    """What was written, read; None for nothing."""
    mistyped = Signal(str)
    """Why it cannot be meant; empty once it can."""

    def __init__(self, read: Callable[[str], object]) -> None:
        super().__init__()
        self._read = read
        self._shown = ""
        self.note = note_label()
        """To be put below it."""
        self.setFont(mono_font(0.95))
        self._pause = one_shot(self, PAUSE_MS, self.take)
        self.textEdited.connect(lambda _text: self._pause.start())
        self.editingFinished.connect(self.take)

    def show_text(self, text: str, placeholder: str = "", words: str = "") -> None:
        """Shows a value, what counts without one, and a quiet line below; not while a person types."""
        self.setPlaceholderText(wording.safe(placeholder, 300))
        if self._pause.isActive():
            return
        if text != self._shown:
            self._shown = text
            self.setText(text)
        if self.text() == self._shown:
            say(self.note, words)

    def take(self) -> None:
        """Reads what is written."""
        self._pause.stop()
        if self.text() == self._shown:
            return
        try:
            value = self._read(self.text().strip()) if self.text().strip() else None
        except InspectorError as error:
            say(self.note, error.message, "danger")
            self.mistyped.emit(tr("{title}: {message}", title=self.accessibleName(), message=error.message))
            return
        self._shown = self.text()
        say(self.note, "")
        self.mistyped.emit("")
        self.taken.emit(value)


class PathLine(QWidget):
    """A path that is written, or chosen with the button beside it."""

    taken = Signal(str)

    def __init__(self, asked: str, *, is_folder: bool, kinds: str = "") -> None:
        """`asked` is the title of the dialog, `kinds` its filter."""
        super().__init__()
        self._asked, self._is_folder, self._kinds = asked, is_folder, kinds
        self.line = TypedLine(lambda text: text)
        self.line.taken.connect(lambda text: self.taken.emit(text or ""))
        self.button = QToolButton()
        self.button.setText("…")
        self.button.setToolTip(asked)
        self.button.setAccessibleName(asked)
        self.button.clicked.connect(lambda: self.browse())
        self.line.setAccessibleName(asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    def show_path(self, path: str, placeholder: str = "") -> None:
        """Shows a path; its end is what is seen where it is long."""
        self.line.show_text(path, placeholder)
        self.line.setToolTip(wording.safe(path or placeholder, 500))

    def browse(self) -> None:
        """Chooses one in a dialog."""
        text = self.line.text() or self.line.placeholderText()
        beside = text if os.path.isdir(text) else os.path.dirname(text)
        if self._is_folder:
            path = QFileDialog.getExistingDirectory(self.window(), self._asked, beside)
        else:
            path, _ = QFileDialog.getOpenFileName(self.window(), self._asked, beside, self._kinds)
        if path:
            self.taken.emit(path)


def positive(text: str) -> float:
    """A number above zero. Raises InspectorError with a sentence."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise InspectorError(tr("This must be a number, such as 0.001.")) from None
    if not 0 < value < float("inf"):
        raise InspectorError(tr("This must be a number above zero."))
    return value


def zero_or_more(text: str) -> float:
    """A number that is not negative. Raises InspectorError with a sentence."""
    return 0.0 if text.strip("0.,") == "" and any(map(str.isdigit, text)) else positive(text)
