"""The tabs of the pages: put into another order along the bar, and dragged away from it as the files that they show."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QTabBar

from ..open_page import OpenPage


class PageTabs(QTabBar):
    """A bar whose tabs have their panels as data."""

    _pressed = -1
    """The tab that the mouse was pressed on, and is held."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self.tabAt(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = -1
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        page = getattr(self.tabData(self.currentIndex()), "page", None)
        is_away = self._distance(event.position().toPoint()) > 2 * QApplication.startDragDistance()
        if self._pressed < 0 or not is_away or not isinstance(page, OpenPage):
            super().mouseMoveEvent(event)
            return
        self._put_back(event)
        self._drag(page)

    def _drag(self, page: OpenPage) -> None:
        from .dragging_out import drag_files

        drag_files(self, page)

    def _distance(self, point: QPoint) -> int:
        """How far the pointer is above the bar or below it."""
        return max(-point.y(), point.y() - self.height(), 0)

    def _put_back(self, event: QMouseEvent) -> None:
        """Ends the moving along the bar, as if it had been let go there."""
        place = event.position()
        place.setY(self.height() / 2)
        let_go, left = QEvent.Type.MouseButtonRelease, Qt.MouseButton.LeftButton
        there = self.mapToGlobal(place)
        self.mouseReleaseEvent(QMouseEvent(let_go, place, there, left, Qt.MouseButton.NoButton, event.modifiers()))
