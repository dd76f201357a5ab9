"""Paints the cells of the tree of pairs: gaps where a side has nothing, signs in colour, what differs in bold."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from ...comparing.diffing import DTYPE, MISSING, RENAMED, SAME, SIZE, UNEXPECTED, VALUES
from ..item_models.flat_tree import FlatTreeModel, Index
from ..item_models.pair_cells import MEANINGS, RIGHT_ALIGNED, VALUE_COLUMNS, PairColumn
from ..item_models.pair_model import PairModel
from ..theme import Meaning
from .flat_tree_delegate import LEFT, MARGIN, FlatTreeDelegate

_TINT, _MARK = 30, 34
"""How much of 255 a colour covers: behind a key that one side alone has, and behind rows that are set off."""
_STRONGEST = 96
"""The same behind the relative change, where it is 1 or more."""
_GAP = 14
"""Pixels between two counts of a group."""


class PairDelegate(FlatTreeDelegate):
    """The painter of a `PairModel`'s cells."""

    key_columns = frozenset((PairColumn.KEY_A, PairColumn.KEY_B))
    mono_columns = frozenset((PairColumn.SHAPE,))

    def __init__(self, parent: QWidget) -> None:
        self.marked: frozenset[int] = frozenset()
        """The rows that are set off."""
        super().__init__(parent)

    def refresh(self) -> None:
        super().refresh()
        self._meanings = {kind: self._colours.of(meaning) for kind, meaning in MEANINGS.items()}
        self._bold = QFont(self._mono)
        self._bold.setBold(True)
        self._bold_metrics = QFontMetrics(self._bold)
        gap = QColor(self._pens["faint"])
        gap.setAlpha(70)
        self._gap = QBrush(gap, Qt.BrushStyle.BDiagPattern)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, PairModel)
        place, column, rect = index.row(), index.column(), option.rect
        row = model.rows.rows[place]
        self.paint_beyond(painter, rect, place, row)
        if column in self.key_columns:
            self._paint_key(painter, rect, model, row, column)
            if column == PairColumn.KEY_A:
                self._paint_focus(painter, rect, place)
        elif column == PairColumn.DIFFERENCE:
            self._paint_difference(painter, rect, model, row)
        elif column == PairColumn.SHAPE:
            self._paint_shape(painter, rect, model, row)
        else:
            self._paint_text(painter, rect, model, row, column)

    def paint_beyond(self, painter: QPainter, rect: QRect, place: int, row: int) -> None:
        if row in self.marked:
            painter.fillRect(rect, _washed(self._pens["accent"], _MARK))
        super().paint_beyond(painter, rect, place, row)

    def width(self, model: FlatTreeModel, row: int, column: int) -> int:
        return super().width(model, row, column) + (3 * MARGIN if column == PairColumn.DIFFERENCE else 0)

    def _paint_key(self, painter: QPainter, rect: QRect, model: PairModel, row: int, column: int) -> None:
        """The key of one side; hatching where it has none, so that a gap is seen as a gap."""
        if not model.cells.has(row, column):
            painter.fillRect(rect.adjusted(0, 0, 0, -1), self._gap)
            return
        kind = model.tree.kind(row)
        if kind in (MISSING, UNEXPECTED) and self._is_alone(model, row):
            painter.fillRect(rect.adjusted(0, 0, 0, -1), _washed(self._meanings[kind], _TINT))
        room = self._room_of_key(painter, rect, model, row)
        is_renamed = column == PairColumn.KEY_A and bool(model.tree.former(row))
        pen = self._meanings[RENAMED] if is_renamed else self._pens["text" if model.tree.ranks[row] else "quiet"]
        self._draw(painter, room, model.text(row, column), pen, Qt.TextElideMode.ElideMiddle)

    def _is_alone(self, model: PairModel, row: int) -> bool:
        """Whether one side has nothing of a row."""
        return not (model.tree.has_a[row] and model.tree.has_b[row])

    def _paint_difference(self, painter: QPainter, rect: QRect, model: PairModel, row: int) -> None:
        """The sign of a pair; of a group what differs in it, as signs with counts."""
        if row in model.tree.refusals:
            texts = [(Meaning.DAMAGED.symbol, self._pens["danger"])]
        elif model.tree.ranks[row]:
            kind = model.tree.kind(row)
            texts = [(MEANINGS[kind].symbol, self._meanings[kind])]
        else:
            counted = ((kind, f" {count:,}" if count else "") for kind, count in model.cells.counted(row))
            texts = [(MEANINGS[kind].symbol + count, self._meanings[kind]) for kind, count in counted]
        self._draw_pieces(painter, rect.adjusted(MARGIN, 0, -MARGIN // 2, 0), texts)

    def _draw_pieces(self, painter: QPainter, room: QRect, texts: Iterable[tuple[str, QColor]]) -> None:
        """Texts side by side, each in its colour, as far as there is room; `…` for those that have none."""
        painter.setFont(self._font)
        left, metrics = room.left(), self._metrics[False]
        for text, pen in texts:
            width = metrics.horizontalAdvance(text)
            if left + width > room.right():
                painter.setPen(self._pens["quiet"])
                painter.drawText(QRect(left, room.top(), room.right() - left + 1, room.height()), LEFT, "…")
                return
            painter.setPen(pen)
            painter.drawText(QRect(left, room.top(), width + 1, room.height()), LEFT, text)
            left += width + _GAP

    def _paint_shape(self, painter: QPainter, rect: QRect, model: PairModel, row: int) -> None:
        """The shape, its differing dimensions in bold and in their colour."""
        room = rect.adjusted(MARGIN, 0, -MARGIN, 0)
        left, parts = room.left(), model.cells.shape_parts(row)
        if not any(differs for _, differs in parts):
            text, pen = model.text(row, PairColumn.SHAPE), self._pens["text"]
            self._draw(painter, room, text, pen, Qt.TextElideMode.ElideRight, mono=True)
            return
        for text, differs in parts:
            metrics = self._bold_metrics if differs else self._metrics[True]
            space = QRect(left, room.top(), room.right() - left + 1, room.height())
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, space.width())
            painter.setFont(self._bold if differs else self._mono)
            painter.setPen(self._meanings[SIZE] if differs else self._pens["text"])
            painter.drawText(space, LEFT, shown)
            left += metrics.horizontalAdvance(text)
            if shown != text or left > room.right():
                return

    def _paint_text(self, painter: QPainter, rect: QRect, model: PairModel, row: int, column: int) -> None:
        text = model.text(row, column)
        if not text:
            return
        pen = self._pen(model, row, column, text)
        if column == PairColumn.REL_L2 and (strength := model.cells.strength(row)):
            wash = _washed(self._meanings[VALUES], int(_STRONGEST * strength))
            painter.fillRect(rect.adjusted(2, 1, -2, -2), wash)
            pen = self._pens["text"]  # what is quiet elsewhere is hard to read on a colour
        room = rect.adjusted(MARGIN, 0, -MARGIN, 0)
        self._draw(painter, room, text, pen, Qt.TextElideMode.ElideRight, column in RIGHT_ALIGNED)

    def _pen(self, model: PairModel, row: int, column: int, text: str) -> QColor:
        if column == PairColumn.DTYPE:
            return self._meanings[DTYPE] if "→" in text else self._pens["quiet"]
        is_quiet = not model.tree.ranks[row] or (column in VALUE_COLUMNS and model.tree.kind(row) == SAME)
        return self._pens["quiet" if is_quiet else "text"]


def _washed(colour: QColor, alpha: int) -> QColor:
    made = QColor(colour)
    made.setAlpha(alpha)
    return made
