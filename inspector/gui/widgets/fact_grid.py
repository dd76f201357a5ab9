"""Two columns, what and how much: facts that can be read, selected and copied."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ..theme import Meaning, mono_font
from .labels import Label


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

    def as_text(self) -> str:
        """All rows as lines `label: text`."""
        return "\n".join(f"{label}: {text}" for label, text in self.rows)

    def _add(self, row: int, label: str, text: str, mono: bool, alarming: bool) -> None:
        name = Label(label, tone="quiet")
        value = Label(
            text, tone="danger" if alarming else "text", font=mono_font() if mono else None, wrap=True, selectable=True
        )
        value.setAccessibleName(f"{label}: {text}")
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(name, row, 0, top | Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(value, row, 1, top)
