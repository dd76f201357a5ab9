"""The headings of a tree, with their line below that goes on to the edge where the last column ends before it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from ..theme import colours


class TreeHeader(QHeaderView):
    """A row of headings."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        end = self.length() - self.offset()
        if end < self.width():
            line = QColor(colours().line)
            QPainter(self.viewport()).fillRect(end, self.height() - 1, self.width() - end, 1, line)
