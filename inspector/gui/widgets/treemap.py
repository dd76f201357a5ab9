"""Sizes as areas: a rectangle for each part, parts within parts. Arrow keys go from one to the next.

Why this way: the widget asks a `Parts` for the children of a node, and only for those it has room to show,
so a tree of 100,000 nodes costs what its larger ones do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...language import tr
from ..theme import colours, scaled_font
from .treemap_layout import squarify

_MOST_PARTS = 120
"""Parts of one node that are shown."""
_DEEPEST = 4
_ROOM_FOR_PARTS = (64, 46)
"""Width and height from which on the parts of a node are drawn inside of it."""


class Parts(Protocol):
    """A tree of things with sizes. Nodes are numbers, -1 the whole."""

    def children(self, node: int) -> Sequence[int]:
        """The parts of `node`, the largest first, as many as are worth showing."""

    def size(self, node: int) -> float: ...

    def label(self, node: int) -> str: ...

    def words(self, node: int) -> str:
        """What is said of `node` when it is pointed at."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One rectangle."""

    node: int
    area: QRectF
    depth: int
    has_parts: bool


class Treemap(QWidget):
    """A treemap of a `Parts`."""

    chosen = Signal(int)
    """A node that was clicked, or chosen with Enter."""
    pointed = Signal(str)
    """What is to be said of the node under the pointer or the cursor; empty for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Sizes of the parts"))
        self.setMinimumHeight(160)
        self.cells: list[Cell] = []
        self._parts: Parts | None = None
        self._at: Cell | None = None
        self._pressed: Cell | None = None

    def show_parts(self, parts: Parts | None) -> None:
        self._parts, self._at = parts, None
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The innermost rectangle at a place in the widget."""
        return next((cell for cell in reversed(self.cells) if cell.area.contains(position)), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self.cell_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell, self._pressed = self._pressed, None
        event.accept()
        if cell is not None and cell is self.cell_at(event.position()):
            self.chosen.emit(cell.node)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        directions = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in directions and self.cells:
            self._point(self._neighbour(*directions[key]) if self._at else self.cells[0])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at is not None:
            self.chosen.emit(self._at.node)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(scaled_font(0.85))
        for cell in self.cells:
            self._paint_cell(painter, cell)
        if self._at is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours().accent), 2))
            painter.drawRect(self._at.area.adjusted(1, 1, -1, -1))

    def _place(self) -> None:
        self.cells = []
        if self._parts is not None and self.width() > 4:
            self._place_parts(-1, QRectF(self.rect()).adjusted(0, 0, -1, -1), 0)
        self._at = next((cell for cell in self.cells if self._at is not None and cell.node == self._at.node), None)
        self.update()

    def _place_parts(self, node: int, room: QRectF, depth: int) -> None:
        assert self._parts is not None
        parts = self._parts.children(node)[:_MOST_PARTS]
        boxes = squarify([self._parts.size(part) for part in parts], (room.x(), room.y(), room.width(), room.height()))
        for part, box in zip(parts, boxes, strict=True):
            area = QRectF(*box)
            if area.width() < 1.5 or area.height() < 1.5:
                continue
            is_roomy = area.width() > _ROOM_FOR_PARTS[0] and area.height() > _ROOM_FOR_PARTS[1] and depth < _DEEPEST
            has_parts = is_roomy and bool(self._parts.children(part))
            self.cells.append(Cell(part, area, depth, has_parts))
            if has_parts:
                head = self.fontMetrics().height() + 2
                self._place_parts(part, area.adjusted(3, head, -3, -3), depth + 1)

    def _paint_cell(self, painter: QPainter, cell: Cell) -> None:
        assert self._parts is not None
        now = colours()
        fill = QColor(now.raised)
        if not cell.has_parts:
            fill = QColor(now.bars)
            fill.setAlpha(150 if now.dark else 115)
        painter.setPen(QPen(QColor(now.surface if not cell.has_parts else now.line), 1))
        painter.setBrush(fill)
        painter.drawRect(cell.area)
        inside = cell.area.adjusted(5, 1, -4, -1)
        if inside.width() < 24 or inside.height() < self.fontMetrics().height() - 3:
            return
        text = painter.fontMetrics().elidedText(
            self._parts.label(cell.node), Qt.TextElideMode.ElideMiddle, int(inside.width())
        )
        painter.setPen(QColor(now.quiet if cell.has_parts else now.text))
        vertical = Qt.AlignmentFlag.AlignTop if cell.has_parts else Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inside, vertical | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, text)

    def _neighbour(self, right: int, down: int) -> Cell | None:
        """The nearest innermost rectangle in a direction; where there is none the present one."""
        assert self._at is not None
        here = self._at.area.center()
        best, nearest = self._at, float("inf")
        for cell in self.cells:
            there = cell.area.center()
            ahead = (there.x() - here.x()) * right + (there.y() - here.y()) * down
            aside = abs((there.x() - here.x()) * down) + abs((there.y() - here.y()) * right)
            if not cell.has_parts and ahead > 0.5 and ahead + 2 * aside < nearest:
                best, nearest = cell, ahead + 2 * aside
        return best

    def _point(self, cell: Cell | None) -> None:
        if cell is self._at:
            return
        self._at = cell
        words = self._parts.words(cell.node) if cell is not None and self._parts is not None else ""
        self.setAccessibleDescription(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor if cell is not None else Qt.CursorShape.ArrowCursor)
        self.pointed.emit(words)
        self.update()
