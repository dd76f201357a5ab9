"""A table of numbers whose columns are all of one width, with no column in view that is cut: half a number misleads."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget


class WholeColumnsTable(QTableView):
    """Goes to the side by whole columns; those that have room share all of it where there are more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = 0
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)

    def fit_columns(self, least: int) -> None:
        """Makes columns so many pixels wide at least."""
        self._least = least
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        if not self._least:
            return
        room, count = self.viewport().width(), self.model().columnCount()
        in_view = max(1, room // self._least)
        wide = max(self._least, room // in_view) if count > in_view else self._least
        if wide != self.horizontalHeader().defaultSectionSize():
            self.horizontalHeader().setDefaultSectionSize(wide)
