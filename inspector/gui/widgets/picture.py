"""Cells of colour: a picture with a cursor, zoom, and rulers that count the values the cells stand for.

    +, −, wheel     closer, farther, about the pointer or the cursor         0    the whole picture
    arrow keys      move the cursor; with Ctrl ten cells                     drag  moves the picture

Why this way: a plot's image item zooms and draws well but knows no keyboard. Here each cell can be reached
with the arrow keys, and what it says is said to screen readers too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...language import tr
from ..theme import colours, scaled_font
from .cell_axis import CellAxis
from .colour_scale import hatching
from .gesture import Gesture

View = tuple[float, float, float]
"""The zoom, and what of the picture lies in the middle: shares from the left and from the top."""
Pixels = NDArray[np.uint8]
"""uint8 [height, width, 3], one pixel a cell."""

_NO_PIXELS: Pixels = np.zeros((0, 0, 3), dtype=np.uint8)
_MOST_ZOOM = 64.0
_STRETCH = 2.5
"""So many times as long as wide may cells be, where they need not be square."""
_THIN = 0.5
"""A picture that is thinner than this share of its length is made thicker, where its cells need not be square."""
_MOST_HATCHED = 20_000
"""Stretches of cells: where there are more, they are all over the picture."""
_ARROWS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """How cells are laid out."""

    square: bool = True
    """Whether cells must be as high as wide."""
    rulers: bool = False
    """Whether rulers at the left and on top count the values."""
    steps: tuple[int, int] = (1, 1)
    """How many values a cell stands for, down and across."""
    tile: tuple[int, int] | None = None
    """Height and width, in cells, of tiles that are set apart by a gap."""
    tiles: int | None = None
    """How many tiles there are, when the last row of them is not full."""
    struck: NDArray[np.bool_] | None = field(default=None, compare=False)
    """[height, width] The cells that are hatched: their colour alone may be taken for one of the scale."""


class PictureView(QWidget):
    """Shows a picture as large as there is room for."""

    pointed = Signal(int, int)
    """Row and column of the cell under the pointer or the cursor; (-1, -1) for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Picture of the values"))
        self.pixels = _NO_PIXELS
        self.cursor_cell: tuple[int, int] | None = None
        self._look = Look()
        self._paint_cells: Callable[[], Pixels] = lambda: _NO_PIXELS
        self._image = QImage()
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self._grabbed: QPointF | None = None
        self.gesture = Gesture(self, self._view, self._show_view)

    def show_picture(self, paint: Callable[[], Pixels], look: Look = Look()) -> None:
        """Shows what `paint` gives, and asks it anew when the colours change."""
        self._paint_cells, self._look = paint, look
        self._zoom, self._centre, self.cursor_cell = 1.0, QPointF(0.5, 0.5), None
        self.gesture.forget()
        self._take_pixels()
        self.pointed.emit(-1, -1)

    def show_nothing(self) -> None:
        self.show_picture(lambda: _NO_PIXELS)

    def sizeHint(self) -> QSize:
        return QSize(360, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 110)

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """The (row, column) of the cell at a place in the widget."""
        if self._image.isNull() or not self._room().contains(position):
            return None
        rows, columns = self._axes()
        row, column = rows.cell_at(position.y()), columns.cell_at(position.x())
        return None if row is None or column is None else (row, column)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_pixels()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            return self._set_cursor(self.cell_at(event.position()))
        moved, self._grabbed = event.position() - self._grabbed, event.position()
        rows, columns = self._axes()
        self._look_at(self._centre - QPointF(moved.x() / columns.length, moved.y() / rows.length))
        self.gesture.went_on()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._zoom > 1:
            self._grabbed = event.position()
            self.gesture.begin(is_held=True)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None
        self.gesture.let_go()
        self.unsetCursor()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._zoom_by_hand(1.0 if self._zoom > 1 else 4.0, event.position())

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._set_cursor(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom_by_hand(self._zoom * 1.2 ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS and not self._image.isNull():
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            self._move_cursor(_ARROWS[key][0] * far, _ARROWS[key][1] * far)
        elif event.text() in ("+", "=", "-", "−", "0"):
            factor = {"+": 1.5, "=": 1.5, "0": 0.0}.get(event.text(), 1 / 1.5)
            self._zoom_by_hand(
                self._zoom * factor, self._cursor_area().center() if self.cursor_cell else self._room().center()
            )
        else:
            super().keyPressEvent(event)

    # Where things are

    def _room(self) -> QRectF:
        """What the rulers leave of the widget."""
        if not self._look.rulers:
            return QRectF(self.rect()).adjusted(1, 1, -1, -1)
        largest = max(self.pixels.shape[:2]) * max(self._look.steps)
        metrics = self.fontMetrics()
        return QRectF(self.rect()).adjusted(
            metrics.horizontalAdvance(f"{largest:,}") + 10, metrics.height() + 6, -2, -2
        )

    def _axes(self) -> tuple[CellAxis, CellAxis]:
        """Where the rows and the columns lie; parts of the picture may lie outside of the room there is."""
        room = self._room()
        height, width = self._fitted(room)
        height, width = height * self._zoom, width * self._zoom
        top = room.center().y() - self._centre.y() * height
        left = room.center().x() - self._centre.x() * width
        if self._zoom == 1 and self._look.rulers:
            left, top = room.left(), room.top()
        tile = self._look.tile or self.pixels.shape[:2]
        rows, columns = self.pixels.shape[:2]
        return CellAxis(rows, tile[0], top, height), CellAxis(columns, tile[1], left, width)

    def _fitted(self, room: QRectF) -> tuple[float, float]:
        """Height and width of the whole picture when it just fits into `room`."""
        rows, columns = (max(1, n) for n in self.pixels.shape[:2])
        gaps = [n // tile - 1 for n, tile in zip((rows, columns), self._look.tile or (rows, columns), strict=True)]
        gap_down, gap_across = (CellAxis.GAP * n for n in gaps)
        fit = min((room.width() - gap_across) / columns, (room.height() - gap_down) / rows)
        fit = float(int(fit)) if fit > 8 else max(fit, 0.01)  # whole pixels make cells of one size
        height, width = fit * rows + gap_down, fit * columns + gap_across
        if not self._look.square:
            width, height = (
                max(width, min(room.width(), max(_STRETCH * width, _THIN * height))),
                max(height, min(room.height(), max(_STRETCH * height, _THIN * width))),
            )
        return height, width

    def _cursor_area(self) -> QRectF:
        rows, columns = self._axes()
        row, column = self.cursor_cell or (0, 0)
        return QRectF(columns.start(column), rows.start(row), columns.cell, rows.cell)

    # Cursor and zoom

    def _take_pixels(self) -> None:
        self.pixels = np.ascontiguousarray(self._paint_cells())
        height, width = self.pixels.shape[:2]
        self._image = QImage(self.pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self.update()

    def _set_cursor(self, cell: tuple[int, int] | None) -> None:
        if cell != self.cursor_cell:
            self.cursor_cell = cell
            self.update()
            self.pointed.emit(*(cell or (-1, -1)))

    def _move_cursor(self, down: int, right: int) -> None:
        rows, columns = self.pixels.shape[:2]
        row, column = (self.cursor_cell[0] + down, self.cursor_cell[1] + right) if self.cursor_cell else (0, 0)
        self._set_cursor((min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)))
        if not self._room().contains(self._cursor_area().center()):
            self._look_at(QPointF((column + 0.5) / columns, (row + 0.5) / rows))

    def _view(self) -> View:
        return self._zoom, self._centre.x(), self._centre.y()

    def _show_view(self, view: View) -> None:
        self._zoom = view[0]
        self._look_at(QPointF(*view[1:]))

    def _zoom_by_hand(self, zoom: float, about: QPointF) -> None:
        self.gesture.begin()
        self._zoom_to(zoom, about)
        self.gesture.went_on()

    def _zoom_to(self, zoom: float, about: QPointF) -> None:
        """Zooms so that what lies at `about` stays there."""
        rows, columns = self._axes()
        share = QPointF((about.x() - columns.origin) / columns.length, (about.y() - rows.origin) / rows.length)
        self._zoom = min(max(zoom, 1.0), _MOST_ZOOM)
        rows, columns = self._axes()
        aside = about - self._room().center()
        self._look_at(share - QPointF(aside.x() / columns.length, aside.y() / rows.length))

    def _look_at(self, centre: QPointF) -> None:
        self._centre = QPointF(*(0.5 if self._zoom == 1 else min(max(c, 0.0), 1.0) for c in (centre.x(), centre.y())))
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter = QPainter(self)
        rows, columns = self._axes()
        painter.save()
        painter.setClipRect(self._room().adjusted(-1, -1, 1, 1))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, columns.cell < 0.9)
        for top, down, left, across in self._tiles(rows, columns):
            area = QRectF(columns.start(left), rows.start(top), across * columns.cell, down * rows.cell)
            if area.intersects(self._room()):
                painter.drawImage(area, self._image, QRectF(QRect(left, top, across, down)))
                painter.setPen(QPen(QColor(colours().line), 1))
                painter.drawRect(area)
        self._strike_out(painter, rows, columns)
        self._paint_cursor(painter)
        painter.restore()
        if self._look.rulers:
            self._paint_rulers(painter, rows, columns)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours().accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _tiles(self, rows: CellAxis, columns: CellAxis) -> Iterator[tuple[int, int, int, int]]:
        """First row, rows, first column and columns of each tile that there is."""
        every = ((top, down, left, across) for top, down in rows.tiles() for left, across in columns.tiles())
        return islice(every, self._look.tiles)

    def _strike_out(self, painter: QPainter, rows: CellAxis, columns: CellAxis) -> None:
        """Hatches those cells in view that are to be."""
        struck, room = self._look.struck, self._room()
        if struck is None or not struck.any():
            return
        areas = []
        for row in np.flatnonzero(struck.any(axis=1)).tolist():
            top = rows.start(row)
            if top + rows.cell >= room.top() and top <= room.bottom():
                ends = np.flatnonzero(np.diff(struck[row].astype(np.int8), prepend=0, append=0)).tolist()
                for first, end in zip(ends[::2], ends[1::2]):
                    left = columns.start(first)
                    areas.append(QRectF(left, top, columns.start(end - 1) + columns.cell - left, rows.cell))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hatching())
        painter.drawRects(areas[:_MOST_HATCHED])

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.cursor_cell is None:
            return
        frame = self._cursor_area()
        if frame.width() < 5:
            frame = frame.adjusted(-2, -2, 2, 2)
        for colour, width in ((colours().surface, 3.0), (colours().text, 1.4)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(frame)

    def _paint_rulers(self, painter: QPainter, rows: CellAxis, columns: CellAxis) -> None:
        painter.setFont(scaled_font(0.85))
        painter.setPen(QColor(colours().quiet))
        room, flags = self._room(), Qt.AlignmentFlag
        for x, number in columns.ticks(self._look.steps[1], room.left(), room.right()):
            painter.drawText(
                QRectF(x - 40, 0, 80, room.top() - 4), flags.AlignHCenter | flags.AlignBottom, f"{number:,}"
            )
        for y, number in rows.ticks(self._look.steps[0], room.top(), room.bottom()):
            painter.drawText(
                QRectF(0, y - 10, room.left() - 6, 20), flags.AlignRight | flags.AlignVCenter, f"{number:,}"
            )
