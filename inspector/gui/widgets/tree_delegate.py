"""Paints the cells of the key tree: indentation and expanders, elided words, histograms in the row.

Why this way: a delegate in Python is called for each of some 500 cells at each paint. So it asks the model
directly instead of by roles, takes fonts and colours once per paint, and draws plain text with the
painter: the whole tree is repainted in a few milliseconds.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ..item_models.tree_cells import RIGHT_ALIGNED, Column
from ..item_models.tree_model import CheckpointTreeModel, Index
from ..theme import colours, figures_font, mono_font

INDENT = 16
"""Pixels of each level."""
MARGIN = 8
EXPANDER = 18
"""Width of the place of the triangle."""
BARS = 24
"""Bars of a histogram in a row."""
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine
_MONO = frozenset((Column.SHAPE,))


class TreeDelegate(QStyledItemDelegate):
    """The painter of the key tree's cells."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.current = -1
        self.is_focused = False
        self.refresh()

    def refresh(self) -> None:
        """Takes up the colours and fonts in force; called when they change."""
        self._colours = colours()
        chosen = self._colours
        pens = ("text", "quiet", "faint", "danger", "accent", "bars")
        self._pens = {name: QColor(getattr(chosen, name)) for name in pens}
        self._backs = {name: QColor(getattr(chosen, name)) for name in ("selection", "hover")}
        widget = self.parent()
        assert isinstance(widget, QWidget)
        self._font = figures_font(widget.font())
        self._mono = mono_font(0.95)
        self._metrics = {False: QFontMetrics(self._font), True: QFontMetrics(self._mono)}
        self.row_height = self._metrics[False].height() + 10

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, CheckpointTreeModel)
        place, column, rect = index.row(), index.column(), option.rect
        row = model.rows.rows[place]
        if place == self.current:
            painter.fillRect(rect, self._backs["selection"])
        elif place == self.hovered:
            painter.fillRect(rect, self._backs["hover"])
        if column == Column.KEY:
            if place == self.current and self.is_focused:
                painter.fillRect(rect.left(), rect.top(), 3, rect.height(), self._pens["accent"])
            self._paint_key(painter, rect, model, row)
        elif column == Column.HISTOGRAM:
            self._paint_histogram(painter, rect, model, row)
        else:
            self._paint_text(painter, rect, model, row, column)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """For "resize to contents" of a column."""
        model = index.model()
        assert isinstance(model, CheckpointTreeModel)
        return QSize(self.width(model, model.row_at(index), Column(index.column())), self.row_height)

    def width(self, model: CheckpointTreeModel, row: int, column: Column) -> int:
        """How wide a cell must be to show all of its text."""
        width = self._metrics[column in _MONO].horizontalAdvance(model.text(row, column)) + 2 * MARGIN + 2
        return width + model.rows.depth(row) * INDENT + EXPANDER if column is Column.KEY else width

    def expander(self, rect: QRect, depth: int) -> QRect:
        """Where in the cell `rect` the triangle of a row of this depth is."""
        return QRect(rect.left() + MARGIN // 2 + depth * INDENT, rect.top(), EXPANDER, rect.height())

    def _paint_key(self, painter: QPainter, rect: QRect, model: CheckpointTreeModel, row: int) -> None:
        place = self.expander(rect, model.rows.depth(row))
        is_branch = model.rows.has_children(row)
        if is_branch:
            self._paint_expander(painter, place, model.rows.is_open(row))
        left = place.right() + 3
        room = QRect(left, rect.top(), rect.right() - MARGIN - left, rect.height())
        if model.cells.is_wrong(row):
            painter.setFont(self._font)
            painter.setPen(self._pens["danger"])
            painter.drawText(room, _LEFT, "!")
            room.setLeft(room.left() + self._metrics[False].horizontalAdvance("! ") + 2)
        pen = "text" if model.outline.tensors[row] else "quiet"
        self._draw(painter, room, model.text(row, Column.KEY), pen, Qt.TextElideMode.ElideMiddle)

    def _paint_expander(self, painter: QPainter, place: QRect, is_open: bool) -> None:
        centre = QPointF(place.center()) + QPointF(0.5, 0.5)
        shape = ((-3.5, -1.75), (0, 1.75), (3.5, -1.75)) if is_open else ((-1.75, -3.5), (1.75, 0), (-1.75, 3.5))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._pens["quiet"], 1.5))
        painter.drawPolyline(QPolygonF([centre + QPointF(x, y) for x, y in shape]))
        painter.restore()

    def _paint_text(self, painter: QPainter, rect: QRect, model: CheckpointTreeModel, row: int, column: int) -> None:
        text = model.cells.text(row, Column(column))
        if not text:
            return
        is_leaf = model.outline.ends[row] == row + 1
        pen = "text" if is_leaf and column != Column.DTYPE else "quiet"
        if column == Column.FLAGS and text[0] == "!":
            pen = "danger"
        room = rect.adjusted(MARGIN, 0, -MARGIN, 0)
        self._draw(painter, room, text, pen, Qt.TextElideMode.ElideRight, column in RIGHT_ALIGNED, column in _MONO)

    def _draw(
        self,
        painter: QPainter,
        room: QRect,
        text: str,
        pen: str,
        elide: Qt.TextElideMode,
        right: bool = False,
        mono: bool = False,
    ) -> None:
        metrics = self._metrics[mono]
        if metrics.horizontalAdvance(text) > room.width():
            text = metrics.elidedText(text, elide, room.width())
        painter.setFont(self._mono if mono else self._font)
        painter.setPen(self._pens[pen])
        painter.drawText(room, _RIGHT if right else _LEFT, text)

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
