"""A few numbers side by side, each with its name above it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ..theme import Meaning, mono_font, scaled_font
from .flow_layout import FlowLayout
from .labels import Label


class FiguresRow(QWidget):
    """(name, number, alarming) side by side; goes on in the next line where it is too long for one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, across=14, down=8)
        self._flow.least_across = 8
        self._cells: list[_Figure] = []
        self.figures: list[tuple[str, str]] = []

    def show_figures(self, figures: Sequence[tuple[str, str, bool]]) -> None:
        """Shows these and no others."""
        self.figures = [(name, number) for name, number, _ in figures]
        while len(self._cells) < len(figures):
            self._cells.append(_Figure(self))
            self._flow.addWidget(self._cells[-1])
        for cell, figure in zip(self._cells, figures, strict=False):
            cell.show_figure(*figure)
        for number, cell in enumerate(self._cells):
            cell.setVisible(number < len(figures))
        self._flow.invalidate()
        self._claim_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._claim_height()

    def _claim_height(self) -> None:
        """A splitter around it asks for the least height alone, and knows nothing of lines."""
        self.setMinimumHeight(self._flow.heightForWidth(self.width()))


class _Figure(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = Label(tone="quiet", font=scaled_font(0.88))
        self._number = Label(font=mono_font(1.05), selectable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self._name)
        column.addWidget(self._number)
        self.setMinimumWidth(46)

    def show_figure(self, name: str, number: str, is_alarming: bool) -> None:
        text = f"{Meaning.DAMAGED.symbol} {number}" if is_alarming else number
        self._name.setText(name)
        self._number.setText(text)
        self._number.set_tone("danger" if is_alarming else "text")
        self._number.setAccessibleName(f"{name}: {text}")
