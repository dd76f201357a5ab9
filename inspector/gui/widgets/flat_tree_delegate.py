"""What the painters of flat trees have in common: indentation, expanders, elided words, the chosen row's background.

Why this way: a delegate in Python is called for each of some 500 cells at each paint. So it asks the model
directly instead of by roles, takes fonts and colours once per paint, and draws plain text with the
painter: the whole tree is repainted in a few milliseconds.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ..item_models.flat_tree import FlatTreeModel, Index
from ..theme import colours, figures_font, mono_font, px

INDENT = 16
"""Pixels of each level, where letters are of the usual size."""
MARGIN = 8
_FAR = 1 << 24
EXPANDER = 18
"""Width of the place of the triangle."""
LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine


class FlatTreeDelegate(QStyledItemDelegate):
    """The painter of a tree's cells."""

    key_columns: frozenset[int] = frozenset((0,))
    """Those that are indented and have expanders."""
    mono_columns: frozenset[int] = frozenset()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.seen = _FAR
        """Pixels of the tree's width that are in view: a figure that goes on beyond them is not shown in part."""
        self.current = -1
        self.is_focused = False
        self.refresh()

    def refresh(self) -> None:
        """Takes up the colours and fonts in force; called when they change."""
        self._colours = colours()
        chosen = self._colours
        pens = ("text", "quiet", "faint", "danger", "accent", "bars", "line")
        self._pens = {name: QColor(getattr(chosen, name)) for name in pens}
        self._backs = {name: QColor(getattr(chosen, name)) for name in ("selection", "hover")}
        widget = self.parent()
        assert isinstance(widget, QWidget)
        self._font = figures_font(widget.font())
        self._mono = mono_font(0.95)
        self._metrics = {False: QFontMetrics(self._font), True: QFontMetrics(self._mono)}
        self.row_height = self._metrics[False].height() + 10
        self._indent, self._expander = px(INDENT), px(EXPANDER)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """For "resize to contents" of a column."""
        model = index.model()
        assert isinstance(model, FlatTreeModel)
        return QSize(self.width(model, model.row_at(index), index.column()), self.row_height)

    def width(self, model: FlatTreeModel, row: int, column: int) -> int:
        """How wide a cell must be to show all of its text."""
        text = model.text(row, column)
        width = self._metrics[column in self.mono_columns].horizontalAdvance(text) + 2 * MARGIN + 2
        return width + model.rows.depth(row) * self._indent + self._expander if column in self.key_columns else width

    def expander(self, rect: QRect, depth: int) -> QRect:
        """Where in the cell `rect` the triangle of a row of this depth is."""
        return QRect(rect.left() + MARGIN // 2 + depth * self._indent, rect.top(), self._expander, rect.height())

    def paint_beyond(self, painter: QPainter, rect: QRect, place: int, row: int) -> None:
        """Paints what lies behind a row where it goes on behind the last column; `row` is its outline's."""
        self._paint_back(painter, rect, place)

    def _paint_back(self, painter: QPainter, rect: QRect, place: int) -> None:
        if place == self.current:
            painter.fillRect(rect, self._backs["selection"])
        elif place == self.hovered:
            painter.fillRect(rect, self._backs["hover"])

    def _paint_focus(self, painter: QPainter, rect: QRect, place: int) -> None:
        if place == self.current and self.is_focused:
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), self._pens["accent"])

    def _room_of_key(self, painter: QPainter, rect: QRect, model: FlatTreeModel, row: int) -> QRect:
        """Paints the expander of a row that has one, and gives the room that is left for its name."""
        place = self.expander(rect, model.rows.depth(row))
        if model.rows.has_children(row):
            self._paint_expander(painter, place, model.rows.is_open(row))
        left = place.right() + 3
        return QRect(left, rect.top(), rect.right() - MARGIN - left, rect.height())

    def _paint_expander(self, painter: QPainter, place: QRect, is_open: bool) -> None:
        centre = QPointF(place.center()) + QPointF(0.5, 0.5)
        shape = ((-3.5, -1.75), (0, 1.75), (3.5, -1.75)) if is_open else ((-1.75, -3.5), (1.75, 0), (-1.75, 3.5))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._pens["quiet"], 1.5))
        scale = self._expander / EXPANDER
        painter.drawPolyline(QPolygonF([centre + QPointF(x, y) * scale for x, y in shape]))
        painter.restore()

    def _draw(
        self,
        painter: QPainter,
        room: QRect,
        text: str,
        pen: QColor,
        elide: Qt.TextElideMode,
        right: bool = False,
        mono: bool = False,
    ) -> None:
        metrics = self._metrics[mono]
        if right and room.right() > self.seen:
            text, right = "…" if self.seen - room.left() >= metrics.horizontalAdvance("…") else "", False
        if metrics.horizontalAdvance(text) > room.width():
            text = metrics.elidedText(text, elide, room.width())
        painter.setFont(self._mono if mono else self._font)
        painter.setPen(pen)
        painter.drawText(room, RIGHT if right else LEFT, text)
