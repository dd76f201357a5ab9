"""Where the cells and the names of a confusion matrix lie in the room there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ..theme import figures_font, scaled_font

MOST_WITH_NUMBERS = 30
"""Classes."""
_NAMES_SHARE = 0.26
"""Of the width, and of the height, that names may take."""
_STRETCH = 1.7
"""So many times as wide as high may cells be."""
_PAD = 6.0
_TIGHT = 0.85
"""Lines of names may be so close, in heights of a line."""
NAMES_SCALE = 0.88
MOST_NAMES = 200
"""More are never shown: there is no room for so many lines."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`classes` x `classes` cells in `cells`; names lie at the left of it and over it."""

    area: QRectF
    cells: QRectF
    classes: int
    scale: float
    """Of the font of the counts; 0 where there is no room for them."""
    title: float
    """Height of the lines "true" and "predicted"."""
    has_names: bool
    """Whether the names of the classes fit beside their rows."""
    are_turned: bool
    """Whether those over the columns are turned by a quarter."""

    @classmethod
    def of(cls, area: QRectF, names: Sequence[str], largest: int) -> Layout:
        """The layout that suits classes with these names, and counts up to `largest`."""
        classes, metrics = len(names), QFontMetricsF(scaled_font(NAMES_SCALE))
        title, line = metrics.height() + 4, metrics.height()
        widest = max(map(metrics.horizontalAdvance, names[:MOST_NAMES]), default=0.0) + _PAD
        side = min(widest + _PAD, area.width() * _NAMES_SHARE)
        for has_names, are_turned, left, top in (
            (True, False, side, line + _PAD),
            (True, True, side, min(widest + _PAD, area.height() * _NAMES_SHARE)),
            (False, False, 0.0, 0.0),
        ):
            cells = _cells(area.adjusted(title + left, title + top, -_PAD, -_PAD), classes)
            width, height = cells.width() / max(classes, 1), cells.height() / max(classes, 1)
            if not has_names or (min(width, height) >= line * _TIGHT and (are_turned or widest <= width)):
                break
        scale = _font_scale(width, height, largest) if classes <= MOST_WITH_NUMBERS else 0.0
        return cls(area, cells, classes, scale, title, has_names, are_turned)

    @property
    def width(self) -> float:
        """Of a cell."""
        return self.cells.width() / max(self.classes, 1)

    @property
    def height(self) -> float:
        return self.cells.height() / max(self.classes, 1)

    def cell(self, row: int, column: int) -> QRectF:
        left, top = self.cells.left() + column * self.width, self.cells.top() + row * self.height
        return QRectF(left, top, self.width, self.height)

    def cell_at(self, position: QPointF) -> tuple[int, int]:
        """True and predicted class at a place; (-1, -1) outside."""
        if not self.classes or not self.cells.contains(position):
            return -1, -1
        row = int((position.y() - self.cells.top()) / self.height)
        column = int((position.x() - self.cells.left()) / self.width)
        return min(row, self.classes - 1), min(column, self.classes - 1)

    def frame(self, painter: QPainter, cell: tuple[int, int], colour: str, width: float) -> None:
        """Draws a frame around a cell, however small it is."""
        area = self.cell(*cell)
        if area.width() < 6:
            area.adjust(-3, -3, 3, 3)
        painter.setBrush(QColor(0, 0, 0, 0))
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


def _cells(room: QRectF, classes: int) -> QRectF:
    """Where the cells lie, as large as there is room for, and not too long for their height."""
    down, across = room.height() / max(classes, 1), room.width() / max(classes, 1)
    width, height = min(across, _STRETCH * down), min(down, across * 1.2)
    if min(width, height) > 8:
        width, height = float(int(width)), float(int(height))  # whole pixels make cells of one size
    return QRectF(room.left(), room.top(), max(width * classes, 1.0), max(height * classes, 1.0))


def _font_scale(width: float, height: float, largest: int) -> float:
    """The largest font in which counts fit into a cell; 0 where even a small one does not."""
    text = f"{largest:,}"
    for scale in (1.0, 0.92, 0.84, 0.76):
        metrics = QFontMetricsF(figures_font(scaled_font(scale)))
        if metrics.horizontalAdvance(text) + 4 <= width and metrics.height() <= height + 2:
            return scale
    return 0.0
