"""A narrow strip beside a scroll bar: where in the whole of something long the marks lie. A click goes there.

It knows nothing of what the marks stand for: each line of the whole has a rank, 0 for none, and where several
lines share a pixel the highest rank is painted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...language import tr
from ..theme import colours

WIDTH = 16
_LEAST = 2
"""Pixels that a mark is high at least."""
_MANY = 5000
"""Lines that numpy counts."""


class OverviewStrip(QWidget):
    """The ranks of all lines, from top to bottom, and a frame around those that are in view."""

    asked = Signal(int)
    """The line that a person wants to go to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Where the differences lie"))
        self.setToolTip(tr("Where in the whole tree the differences lie; click to go there"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._ranks: bytes | bytearray = b""
        self._colours: Mapping[int, QColor] = {}
        self._set_off: bytes | bytearray = b""
        self._view = (0, 0)
        self._top, self._line = 0, 0
        self._painted: tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]] | None = None
        """The stretches of the ranks and of what is set off, worked out once for many paints; None when outdated."""

    def show_ranks(self, ranks: bytes | bytearray, palette: Mapping[int, QColor]) -> None:
        """Shows a mark for each line whose rank has a colour in `palette`."""
        self._ranks, self._colours = ranks, palette
        self._change()

    def set_off(self, lines: bytes | bytearray) -> None:
        """Sets off the lines that are 1 here; empty for none."""
        self._set_off = lines
        self._change()

    def show_view(self, first: int, last: int) -> None:
        """These lines are in view."""
        if (first, last) != self._view:
            self._view = (first, last)
            self.update()

    def stand_beside(self, top: int, line: int) -> None:
        """Lines begin so many pixels below its top, and are so high at most: marks of few stand beside their lines."""
        if (top, line) != (self._top, self._line):
            self._top, self._line = top, line
            self._change()

    def stretches(self) -> list[tuple[int, int, int]]:
        """What is painted: (first pixel, pixels, rank), from top to bottom."""
        return self._stretches()[0]

    def line_at(self, y: float) -> int:
        """The line that stands at a height; the nearest one with a mark, where one is within a few pixels."""
        total, height = len(self._ranks), max(1, self._room())
        line = min(max(0, int((y - self._top) * total / height)), total - 1)
        reach = max(1, 4 * total // height)
        near = sorted(range(max(0, line - reach), min(total, line + reach + 1)), key=lambda other: abs(other - line))
        return next((other for other in near if self._ranks[other] in self._colours), line)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 100)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._ranks:
            self.asked.emit(self.line_at(event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._ranks:
            self.asked.emit(self.line_at(event.position().y()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, now = QPainter(self), colours()
        painter.fillRect(self.rect(), QColor(now.window))
        painter.setPen(QColor(now.line))
        painter.drawLine(QPointF(0.5, 0), QPointF(0.5, self.height()))
        marks, set_off = self._stretches()
        for top, pixels, rank in marks:
            painter.fillRect(QRectF(4, top, WIDTH - 7, max(_LEAST, pixels)), self._colours[rank])
        for top, pixels, _ in set_off:
            painter.fillRect(QRectF(1, top, 2, max(_LEAST, pixels)), QColor(now.accent))
        self._paint_view(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._change()

    def _change(self) -> None:
        self._painted = None
        self.update()

    def _stretches(self) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        if self._painted is None:
            shown = bytes(rank if rank in self._colours else 0 for rank in range(256))
            marks = _joined(self._buckets(self._ranks.translate(shown)), self._top)
            self._painted = marks, _joined(self._buckets(self._set_off), self._top)
        return self._painted

    def _paint_view(self, painter: QPainter) -> None:
        first, last = self._view
        if not self._ranks or last < first or last - first + 1 >= len(self._ranks):
            return
        share = self._room() / len(self._ranks)
        frame = QRectF(1.5, self._top + first * share + 0.5, WIDTH - 3, max(6.0, (last - first + 1) * share - 1))
        wash = QColor(colours().text)
        wash.setAlpha(22)
        painter.fillRect(frame, wash)
        painter.setPen(QPen(QColor(colours().quiet), 1))
        painter.drawRect(frame)

    def _room(self) -> int:
        """Pixels that all lines take."""
        below = max(0, self.height() - self._top)
        return min(below, len(self._ranks) * self._line) if self._line else below

    def _buckets(self, lines: bytes | bytearray) -> Sequence[int]:
        """The highest rank of the lines at each pixel; where lines are fewer than pixels each has several."""
        height, total = self._room(), len(lines)
        if not total or height <= 0:
            return []
        edges = [pixel * total // height for pixel in range(height + 1)]
        if total < _MANY:
            return [max(lines[start : max(end, start + 1)]) for start, end in pairwise(edges)]
        import numpy  # loaded by now wherever there are values, and thirty times as fast

        found: list[int] = numpy.maximum.reduceat(numpy.frombuffer(lines, dtype=numpy.uint8), edges[:-1]).tolist()
        return found


def _joined(ranks: Sequence[int], top: int) -> list[tuple[int, int, int]]:
    """Pixels of one rank that lie side by side as one stretch: (first pixel, pixels, rank), without those of none."""
    found: list[tuple[int, int, int]] = []
    for pixel, rank in enumerate(ranks, start=top):
        if rank and found and found[-1][2] == rank and found[-1][0] + found[-1][1] == pixel:
            found[-1] = (found[-1][0], found[-1][1] + 1, rank)
        elif rank:
            found.append((pixel, 1, rank))
    return found
