"""A row of widgets that goes on in the next line where it is too long for one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lays widgets out from left to right, then from top to bottom, as words on a page."""

    def __init__(
        self, parent: QWidget | None = None, across: int = 10, down: int = 6, *, is_last: bool = False
    ) -> None:
        """`is_last`: each line ends at the right, as buttons below a page do."""
        super().__init__(parent)
        self._is_last = is_last
        self.setContentsMargins(0, 0, 0, 0)
        self._across, self._down = across, down
        self._items: list[QLayoutItem] = []
        self.least_across = across
        """They stand so close at least, where all of them come into one line by that."""
        self.beside: QWidget | None = None
        """What stands at its side and is as high as a line of it at least: they stand on one line."""

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        sides = self.contentsMargins()
        inside = QRect(0, 0, width - sides.left() - sides.right(), 0)
        return self._arrange(inside, move=False) + sides.top() + sides.bottom()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect.marginsRemoved(self.contentsMargins()), move=True)

    def sizeHint(self) -> QSize:
        """All in one line."""
        sizes = [item.sizeHint() for item in self._visible()]
        width = sum(size.width() for size in sizes) + self._across * max(0, len(sizes) - 1)
        height = max((self._least(), *(size.height() for size in sizes))) if sizes else 0
        return QSize(width, height).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._visible():
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _visible(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Places the widgets, if `move`, and gives the height they take."""
        x, top, height = rect.x(), rect.y(), 0
        lines, across = self._lines(rect.width()), self._gap(rect.width())
        for line in lines:
            x, top = rect.x(), top + height + (self._down if height else 0)
            sizes = [_fitted(item, rect.width()) for item in line]
            if self._is_last:
                x += rect.width() - sum(size.width() for size in sizes) - across * (len(sizes) - 1)
            height = max(size.height() for size in sizes)
            if line is lines[0]:
                height = max(height, self._least())
            for item, size in zip(line, sizes, strict=True):
                if move:
                    item.setGeometry(QRect(QPoint(x, top + (height - size.height()) // 2), size))
                x += size.width() + across
        return top + height - rect.y()

    def _least(self) -> int:
        """How high the first line is at least."""
        return self.beside.sizeHint().height() if self.beside is not None and not self.beside.isHidden() else 0

    def _gap(self, width: int) -> int:
        """How far apart widgets of one line stand."""
        needed = [item.sizeHint().width() for item in self._visible()]
        between = max(0, len(needed) - 1)
        spare = (width - sum(needed)) // between if between else self._across
        return spare if self.least_across <= spare < self._across else self._across

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used, across = width + 1, self._gap(width)
        for item in self._visible():
            needed = item.sizeHint().width()
            if used + across + needed > width or not lines:
                lines.append([])
                used = -across
            lines[-1].append(item)
            used += across + needed
        return lines


def _fitted(item: QLayoutItem, width: int) -> QSize:
    """The size of an item that has at most `width` to itself, and may itself go on in further lines."""
    hint = item.sizeHint()
    if hint.width() <= width:
        return hint
    return QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else hint.height())
