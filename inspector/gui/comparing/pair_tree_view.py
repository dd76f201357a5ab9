"""The tree of pairs: one row for both sides, so that there is one scroll, one selection, and gaps where a side ends."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..item_models.pair_cells import VALUE_COLUMNS, PairColumn
from ..item_models.pair_model import PairModel
from ..item_models.pair_rows import PairTree
from ..widgets.flat_tree_delegate import MARGIN
from ..widgets.flat_tree_view import FlatTreeView
from ..widgets.pair_delegate import PairDelegate
from ..widgets.tree_columns import TreeColumns

_FITTED = (PairColumn.SHAPE, PairColumn.DTYPE, PairColumn.PARAMETERS)
_NARROWEST, _WIDEST = 14, 52
"""Figures that a column of keys is wide, at least and at most."""
_SAMPLED = 300
"""Rows that are looked at to find how wide they should be."""


class PairTreeView(FlatTreeView):
    """Shows a `PairModel`."""

    _model: PairModel

    def __init__(self, model: PairModel, parent: QWidget | None = None) -> None:
        super().__init__(model, PairDelegate, parent)
        self.setAccessibleName(tr("Keys of both sides"))
        self._shows_values = True
        self.columns = TreeColumns(self.horizontalHeader(), model, self._delegate, _FITTED)

    def show_tree(self, tree: PairTree, opened: Iterable[int] = ()) -> None:
        """Shows another comparison, with these rows open and none chosen: its rows have other numbers."""
        with QSignalBlocker(self):
            self.setCurrentIndex(QModelIndex())
        self._model.show(tree)
        self._model.change(lambda rows: rows.open_rows(list(opened)))
        if tree.has_values is not self._shows_values:
            self._shows_values, arranged = tree.has_values, self.columns.is_arranged
            for column in VALUE_COLUMNS:
                self.setColumnHidden(column, not tree.has_values)
            self.columns.is_arranged = arranged  # it was not a person who hid them
        self.share_room()

    def share_room(self) -> None:
        """Gives the room that the columns leave to the keys of both sides, unless a person arranged the columns."""
        header = self.horizontalHeader()
        if self.columns.is_arranged or self._model.rows.flat:
            return
        keys = (PairColumn.KEY_A, PairColumn.KEY_B)
        between = header.sectionSize(PairColumn.DIFFERENCE)
        behind = [header.sectionSize(column) for column in range(PairColumn.KEY_B + 1, header.count())]
        room = self.viewport().width() - between - sum(behind)
        while behind and room < 2 * _NARROWEST * self.fontMetrics().horizontalAdvance("0"):
            room += behind.pop()  # the last columns are out of view as a whole: no number is cut
        for column, width in zip(keys, self._shares(room), strict=True):
            header.resizeSection(column, width)
        self.columns.is_arranged = False

    def _shares(self, room: int) -> tuple[int, int]:
        """How wide the keys of either side are: as those in view need it, and alike where there is room for that."""
        figure, rows = self.fontMetrics().horizontalAdvance("0"), self._model.visible(0, _SAMPLED)
        needed_a, needed_b = (
            max((self._delegate.width(self._model, row, column) for row in rows), default=0)
            for column in (PairColumn.KEY_A, PairColumn.KEY_B)
        )
        half = room // 2
        if needed_a > half:
            half = max(half, min(needed_a, room - needed_b))
        elif needed_b > half:
            half = min(half, max(needed_a, room - needed_b))
        elif half < (titled := self._title_width(PairColumn.KEY_A)) < room - needed_b:
            half = titled
        half = max(min(half, room - _NARROWEST * figure), _NARROWEST * figure)
        a, b = (min(max(share, _NARROWEST * figure), _WIDEST * figure) for share in (half, room - half))
        return a, b

    def _title_width(self, column: int) -> int:
        """How wide a column must be to show all of its heading."""
        title = str(self._model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole))
        return self.horizontalHeader().fontMetrics().horizontalAdvance(title) + 2 * MARGIN + 2

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_room()

    def mark(self, rows: Iterable[int]) -> None:
        """Sets rows off from the others."""
        assert isinstance(self._delegate, PairDelegate)
        self._delegate.marked = frozenset(rows)
        self.viewport().update()
