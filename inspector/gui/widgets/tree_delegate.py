"""Paints the cells of the key tree: names with their signs, shapes, figures, histograms in the row."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from ..item_models.flat_tree import Index
from ..item_models.tree_cells import RIGHT_ALIGNED, Column
from ..item_models.tree_model import CheckpointTreeModel
from .flat_tree_delegate import LEFT, MARGIN, FlatTreeDelegate

BARS = 24
"""Bars of a histogram in a row."""


class TreeDelegate(FlatTreeDelegate):
    """The painter of the key tree's cells."""

    mono_columns = frozenset((Column.SHAPE,))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, CheckpointTreeModel)
        place, column, rect = index.row(), index.column(), option.rect
        row = model.rows.rows[place]
        self._paint_back(painter, rect, place)
        if column == Column.KEY:
            self._paint_focus(painter, rect, place)
            self._paint_key(painter, rect, model, row)
        elif column == Column.HISTOGRAM:
            self._paint_histogram(painter, rect, model, row)
        else:
            self._paint_text(painter, rect, model, row, column)

    def _paint_key(self, painter: QPainter, rect: QRect, model: CheckpointTreeModel, row: int) -> None:
        room = self._room_of_key(painter, rect, model, row)
        if model.cells.is_wrong(row):
            painter.setFont(self._font)
            painter.setPen(self._pens["danger"])
            painter.drawText(room, LEFT, "!")
            room.setLeft(room.left() + self._metrics[False].horizontalAdvance("! ") + 2)
        pen = self._pens["text" if model.outline.tensors[row] else "quiet"]
        self._draw(painter, room, model.text(row, Column.KEY), pen, Qt.TextElideMode.ElideMiddle)

    def _paint_text(self, painter: QPainter, rect: QRect, model: CheckpointTreeModel, row: int, column: int) -> None:
        text = model.cells.text(row, Column(column))
        if not text:
            return
        is_leaf = model.outline.ends[row] == row + 1
        pen = self._pens["text" if is_leaf and column != Column.DTYPE else "quiet"]
        if column == Column.FLAGS and text[0] == "!":
            pen = self._pens["danger"]
        room, is_mono = rect.adjusted(MARGIN, 0, -MARGIN, 0), column in self.mono_columns
        self._draw(painter, room, text, pen, Qt.TextElideMode.ElideRight, column in RIGHT_ALIGNED, is_mono)

    def _paint_histogram(self, painter: QPainter, rect: QRect, model: CheckpointTreeModel, row: int) -> None:
        heights = model.cells.bars(row, BARS)
        if not heights:
            return
        room = QRectF(rect.adjusted(MARGIN, 5, -MARGIN, -4))
        width = room.width() / len(heights)
        bars = [
            QRectF(room.left() + number * width, room.bottom() - tall, max(1.0, width - 0.75), tall)
            for number, height in enumerate(heights)
            if (tall := height * room.height())
        ]
        painter.fillRect(QRectF(room.left(), room.bottom(), room.width(), 1), self._pens["faint"])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._pens["bars"])
        painter.drawRects(bars)
