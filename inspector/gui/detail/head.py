"""The head of the detail side: the key, a line that says it all, and ways to take it along."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ... import wording
from ...checkpoint.entries import Checkpoint, Entry
from ...checkpoint.python_snippets import load_snippet
from ...language import tr
from ..icons import icon
from ..theme import mono_font, px, scaled_font
from ..widgets.labels import ElidedLabel
from ..widgets.summary_line import SummaryLine
from .tensor_words import KEY_LIMIT


class Head(QWidget):
    """The name of an entry large, the way to it small above, and its summary in a line to be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = ElidedLabel(tone="quiet", font=mono_font(0.92))
        self.name = ElidedLabel(font=scaled_font(1.35, bold=True))
        self.line = SummaryLine()
        self.line.setFont(mono_font(0.95))
        self.line.setAccessibleName(tr("Summary"))
        self.copy = _button("copy", tr("Copy"), tr("Copy the summary line"))
        self.copy.clicked.connect(self.copy_summary)
        self.python = _button("python", tr("Copy as Python"), tr("Copy the Python lines that load this from the file"))
        self.python.clicked.connect(self.copy_as_python)
        self._entry: tuple[Checkpoint, str, Entry] | None = None
        self._lay_out()

    def show_entry(self, checkpoint: Checkpoint, key: str, entry: Entry, summary: str) -> None:
        """Names `entry`, and offers its summary and its Python lines."""
        self._entry = checkpoint, key, entry
        self.show_name(key, entry.name)
        self.show_summary(summary)
        self.python.show()

    def show_group(self, key: str, label: str, summary: str) -> None:
        """Names what is no entry of the file: a group of keys that begin alike."""
        self._entry = None
        self.show_name(key, label)
        self.show_summary(summary)
        self.python.hide()

    def show_name(self, key: str, name: str) -> None:
        short = name.rpartition(".")[2] or name
        above = key[: len(key) - len(short)] if key.endswith(short) else key
        self.path.setText(wording.safe(above.rstrip("."), KEY_LIMIT))
        self.path.setVisible(bool(above))
        self.name.setText(wording.safe(short, KEY_LIMIT) or tr("(empty name)"))
        self.name.setAccessibleName(wording.safe(key, KEY_LIMIT))

    def show_summary(self, summary: str) -> None:
        self.line.setText(summary)
        self.line.setCursorPosition(0)

    def copy_summary(self) -> None:
        QGuiApplication.clipboard().setText(self.line.text())

    def copy_as_python(self) -> None:
        if self._entry is not None:
            QGuiApplication.clipboard().setText(load_snippet(*self._entry))

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.path)
        names.addWidget(self.name)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addLayout(names, 1)
        for button in (self.copy, self.python):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        head = QVBoxLayout(self)
        head.setContentsMargins(16, 14, 16, 0)
        head.setSpacing(10)
        head.addLayout(top)
        head.addWidget(self.line)


def _button(drawing: str, text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(drawing))
    button.setIconSize(QSize(px(16), px(16)))
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
