"""Two columns, what and how much: facts that can be read, selected and copied."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ... import wording
from ..theme import Meaning, mono_font
from .labels import Label
from .wrapped_text import WrappedText

_MOST_LABEL = 28
_LONG_WORD = 32
"""Letters of a word from which on it may have to be broken."""


class FactGrid(QWidget):
    """Rows of (label, text, mono, alarming)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.rows: list[tuple[str, str]] = []

    def show_facts(self, facts: Iterable[tuple[str, str, bool, bool]]) -> None:
        """Shows these rows and no others."""
        while self._grid.count():
            gone = self._grid.takeAt(0).widget()
            gone.hide()
            gone.deleteLater()
        self.rows = []
        for row, (label, text, mono, alarming) in enumerate(facts):
            self.rows.append((label, text))
            self._add(row, label, f"{Meaning.DAMAGED.symbol} {text}" if alarming else text, mono, alarming)

    def _add(self, row: int, label: str, text: str, mono: bool, alarming: bool) -> None:
        tone, font = "danger" if alarming else "text", mono_font() if mono else None
        is_breakable = max(map(len, text.split()), default=0) <= _LONG_WORD
        value = Label(text, tone=tone, font=font, wrap=True, selectable=True) if is_breakable else (
            WrappedText(text, tone=tone, font=font)
        )  # fmt: skip
        value.setAccessibleName(f"{label}: {text}")
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(
            Label(wording.safe(label, _MOST_LABEL), tone="quiet"), row, 0, top | Qt.AlignmentFlag.AlignLeft
        )
        self._grid.addWidget(value, row, 1, top)
