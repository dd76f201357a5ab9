"""What might be meant, each with a button that takes it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ..theme import mono_font, scaled_font
from ..widgets.labels import Label, plain_tip
from ..widgets.wrapped_text import WrappedText
from .suggesting import Suggestion


class SuggestionList(QWidget):
    """Rows of (name, why). Hidden while there are none."""

    taken = Signal(object)
    """The `Suggestion` that a person took."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._shown: tuple[Suggestion, ...] = ()
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Shows these and no others."""
        if tuple(suggestions) == self._shown:
            return
        self._shown = tuple(suggestions)
        while item := self._column.takeAt(0):
            item.widget().hide()
            item.widget().deleteLater()
        self.buttons = []
        for suggestion in suggestions:
            self._column.addWidget(self._row(suggestion))
        self.setVisible(bool(suggestions))

    def _row(self, suggestion: Suggestion) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(2)
        name = wording.safe(os.path.basename(suggestion.text), 100)
        shown = WrappedText(name, font=mono_font(0.95))
        shown.setToolTip(plain_tip(wording.safe(suggestion.text, 500)))
        words.addWidget(shown)
        words.addWidget(WrappedText(wording.safe(suggestion.why, 300), tone="quiet", font=scaled_font(0.92)))
        button = QPushButton(tr("Fit"))
        button.setToolTip(tr("Hold the checkpoint against {name}", name=name))
        button.setAccessibleName(tr("Fit to {name}. {why}", name=name, why=suggestion.why))
        button.clicked.connect(lambda: self.taken.emit(suggestion))
        self.buttons.append(button)
        layout.addLayout(words, 1)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row


def heading(text: str) -> Label:
    """The small heading above a part of the side."""
    return Label(text, font=scaled_font(1.05, bold=True))
