"""A text to be read, searched and copied, never edited."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ...language import tr
from ..theme import mono_font
from .clear_sign import offer_clearing
from .labels import Label
from .own_keys import OwnKeys


class TextViewer(QWidget):
    """Plain text in a fixed-width face, and a field that finds words in it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(mono_font(0.95))
        self.text.setAccessibleName(name)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setFrameShape(self.text.Shape.NoFrame)
        self.field = QLineEdit(placeholderText=tr("Find in this text"))
        self.field.setAccessibleName(tr("Find in {name}", name=name))
        offer_clearing(self.field)
        self.field.textChanged.connect(lambda words: self._find(words, from_start=True))
        self.field.returnPressed.connect(lambda: self._find(self.field.text(), from_start=False))
        self.said = Label(tone="quiet")
        self._bar = QWidget()
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self.field, 1)
        bar.addWidget(self.said)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self._bar)
        page.addWidget(self.text, 1)
        OwnKeys(self.text, QKeySequence.StandardKey.Find, self.field.setFocus)

    def show_text(self, text: str, *, wrap: bool = False) -> None:
        """Shows `text` from its start; long lines go on in the next one if `wrap`."""
        mode = QPlainTextEdit.LineWrapMode
        self.text.setLineWrapMode(mode.WidgetWidth if wrap else mode.NoWrap)
        self.text.setPlainText(text)
        self.field.clear()
        self._bar.setVisible(text.count("\n") > 30 or len(text) > 3_000)

    def _find(self, words: str, *, from_start: bool) -> None:
        cursor = self.text.textCursor()
        if from_start or not words:
            cursor.setPosition(cursor.selectionStart())
            self.text.setTextCursor(cursor)
        found = bool(words) and self.text.find(words)
        if words and not found:
            cursor.setPosition(0)
            self.text.setTextCursor(cursor)
            found = self.text.find(words)
        self.said.setText("" if found or not words else tr("not there"))
