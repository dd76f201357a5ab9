"""What is to be read from top to bottom, in cards: each a heading and what stands under it, shown and hidden as one."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ..theme import scaled_font
from .labels import Label


class Cards(QWidget):
    """A column of cards on the background of a text."""

    def __init__(self, *, top: int, between: int, inside: int) -> None:
        """Pixels above the first, between two, and between the parts of one."""
        super().__init__()
        self._inside = inside
        self._cards: dict[QWidget, QWidget] = {}
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, top, 20, 20)
        self._column.setSpacing(between)
        self._column.addStretch(1)

    def add(self, title: str, *widgets: QWidget) -> None:
        """Puts these into a card below the others; without a title it has no heading."""
        card = QWidget()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._inside)
        if title:
            heading = Label(title, font=scaled_font(1.1, bold=True))
            heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            column.addWidget(heading)
        for widget in widgets:
            column.addWidget(widget)
            self._cards[widget] = card
        self._column.insertWidget(self._column.count() - 1, card)  # above the room that is left over

    def of(self, widget: QWidget) -> QWidget:
        """The card that holds it."""
        return self._cards[widget]
