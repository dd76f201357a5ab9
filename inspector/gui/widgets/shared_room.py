"""Parts beside or above one another, whose room a person shares out by dragging what lies between them.

Why this way: Qt tells of every pixel of a drag, and not where it began and where it ended; but one drag is one deed.
And it keeps pixels, which make no sense in a window of another size: what a person shared out is kept as shares.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

_DIGITS = 5
"""Digits of a share: as fine as the pixels of the widest screen."""


class SharedRoom(QSplitter):
    """A splitter that tells of whole drags. None of its parts can be dragged out of sight."""

    dragged = Signal(object, object)
    """A person dragged: the shares before it and after it, as lists."""

    def __init__(self, direction: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(direction, parent)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self._sizes: list[int] = []
        """How large each part was when it was last seen."""
        self._kept: list[float] | None = None
        self._wanted: list[float] | None = None
        """Shares that are given again until all is laid out."""
        self._before: list[float] = []

    @property
    def shares(self) -> list[float]:
        """The share that each part has of the room; one that is hidden: what it would take of it."""
        sizes = self.sizes()
        if len(self._sizes) != len(sizes):
            self._sizes = sizes
        self._sizes = [size or former for size, former in zip(sizes, self._sizes)]
        return [round(size / max(1, sum(sizes)), _DIGITS) for size in self._sizes]

    @property
    def kept(self) -> list[float] | None:
        """The shares as a person left them, today or another day; None where nobody did."""
        if self._kept is not None and self._wanted is None and self.isVisible() and all(self.sizes()):
            self._kept = self.shares
        return self._kept

    def share_out(self, shares: Sequence[float]) -> None:
        """Gives each part its share, at once, and again once it is laid out."""
        self._kept = self._wanted = list(shares)
        self._give()
        if self.isVisible():
            self._wanted = None

    def setSizes(self, sizes: Sequence[int]) -> None:
        super().setSizes(sizes)
        self._sizes = list(sizes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._wanted is not None:  # the layouts around it may still make it larger
            QTimer.singleShot(0, self, self._be_laid_out)

    def begin_drag(self) -> None:
        """The mouse takes hold."""
        self._wanted, self._before = None, self.shares

    def end_drag(self) -> None:
        """It lets go."""
        before, after = self._before, self.shares
        if after != before:
            self._kept = after if all(self.sizes()) else self._kept
            self.dragged.emit(before, after)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)

    def _be_laid_out(self) -> None:
        self._give()
        self._wanted = None

    def _give(self) -> None:
        if self._wanted is not None:
            is_beside = self.orientation() == Qt.Orientation.Horizontal
            lines = max(0, sum(not self.widget(place).isHidden() for place in range(self.count())) - 1)
            room = (self.width() if is_beside else self.height()) - lines * self.handleWidth()
            self.setSizes([max(1, round(share * room)) for share in self._wanted])


class _Handle(QSplitterHandle):
    """What lies between two parts."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._room.begin_drag()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._room.end_drag()

    @property
    def _room(self) -> SharedRoom:
        room = self.splitter()
        assert isinstance(room, SharedRoom)
        return room
