"""What is shown whole where there is room for it, and scrolled where there is less: a window grows by no page in it.

Why this way: a window is never smaller than the least that its parts ask for. With large letters that is more than
many a screen has, and what lies beyond the screen cannot be reached at all.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

_LEAST = QSize(240, 160)


class RoomyArea(QScrollArea):
    """`content` as large as the room, but not smaller than it can be; asks for little room itself."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(content.accessibleName())
        self.setWidget(content)

    def let_through(self) -> None:
        """What lies behind it is seen where the content paints nothing."""
        self.widget().setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        return self.widget().minimumSizeHint().boundedTo(_LEAST)

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()


class SideArea(RoomyArea):
    """The same for a side of a panel: as wide as what is in it needs at least, and scrolled from top to bottom."""

    def __init__(self, content: QWidget, least_width: int = 280) -> None:
        """`least_width` in pixels."""
        super().__init__(content)
        self._least_width = least_width
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        beside = self.verticalScrollBar().sizeHint().width()
        needed = self.widget().minimumSizeHint().width() + beside
        return QSize(max(self._least_width, needed), _LEAST.height() // 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)


class PageStack(QStackedWidget):
    """Pages of which one is seen, and only that one asks for room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(lambda _place: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.minimumSizeHint().expandedTo(page.minimumSize()) if page is not None else super().minimumSizeHint()
