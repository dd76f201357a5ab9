"""The key tree as a Qt table of the rows on show: one row per visible entry, the branches among them.

The model adapts an `Outline` and what was measured; it changes nothing but which rows are on show. Rows are
known by two numbers: the *row* of the outline shown (folded or not), and its *origin*, the row of the
unfolded outline, under which statistics are kept.

Why this way: flat rows (see `tree_rows`) under `QAbstractTableModel`, whose `index` and `parent` stay in C++,
so that neither a keystroke nor "expand all" asks Python for more than what is painted. What a tree view
would give for nothing - expanders, arrow keys, levels for a screen reader - is in `widgets.tree_view`
and in the accessible text here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from ...checkpoint.outline import Outline
from ..widgets.labels import plain_tip
from .tree_cells import HEADINGS, RIGHT_ALIGNED, Cells, Column
from .tree_rows import TreeRows

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class CheckpointTreeModel(QAbstractTableModel):
    """The rows on show of one checkpoint."""

    rows_changed = Signal()
    """Other rows are on show (opened, closed, searched, sorted, folded)."""

    def __init__(self, cells: Cells, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cells = cells
        self.outline: Outline = cells.outline
        self.rows = TreeRows(cells.outline)
        self._count = len(self.rows.rows)

    def show(self, cells: Cells) -> None:
        """Shows another outline (folded, unfolded, read anew), all closed."""
        self.beginResetModel()
        self.cells = cells
        self.outline = cells.outline
        self.rows = TreeRows(cells.outline)
        self._end_reset()

    def change(self, change: Callable[[TreeRows], None]) -> None:
        """Changes which rows are on show, many at once."""
        self.beginResetModel()
        change(self.rows)
        self._end_reset()

    def _end_reset(self) -> None:
        self._count = len(self.rows.rows)
        self.endResetModel()
        self.rows_changed.emit()

    def open(self, place: int) -> None:
        """Opens the branch at `place`."""
        row = self.rows.rows[place]
        if self.rows.is_open(row) or not self.rows.has_children(row):
            return
        fresh = self.rows.to_open(place)
        self.beginInsertRows(_ROOT, place + 1, place + len(fresh))
        self.rows.open(place, fresh)
        self._count = len(self.rows.rows)
        self.endInsertRows()
        self._repaint(place)

    def close(self, place: int) -> None:
        """Closes the branch at `place`."""
        below = self.rows.below(place)
        if not below or not self.rows.is_open(self.rows.rows[place]):
            return
        self.beginRemoveRows(_ROOT, place + 1, place + below)
        self.rows.close(place)
        self._count = len(self.rows.rows)
        self.endRemoveRows()
        self._repaint(place)

    def _repaint(self, place: int) -> None:
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(Column) - 1))
        self.rows_changed.emit()

    def sort_by(self, column: Column, *, descending: bool) -> None:
        """Lists the leaves (of what was searched) flat, by a column; by the key column: the tree again."""
        if column is Column.KEY:
            self.change(TreeRows.rebuild)
            return
        ends = self.outline.ends
        leaves = [row for row in self.rows.candidates() if ends[row] == row + 1]
        value = self.cells.sort_value(column)
        self.change(lambda rows: rows.sort(value, leaves, descending=descending))

    def measured(self, first: int, last: int) -> None:
        """The rows at these places have other statistics now."""
        self.dataChanged.emit(self.index(first, Column.MEAN), self.index(last, len(Column) - 1))

    def row_at(self, index: Index) -> int:
        """The outline's row at an index of this model; -1 for an invalid one."""
        return self.rows.rows[index.row()] if index.isValid() else -1

    def visible(self, first: int, last: int) -> Sequence[int]:
        """The outline's rows at the places `first` to `last`."""
        return self.rows.rows[max(0, first) : last + 1]

    # What Qt asks for

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, Column(index.column()))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() in RIGHT_ALIGNED else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.cells.tip(row, Column(index.column())))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row, Column(index.column()))
        return None

    def text(self, row: int, column: Column) -> str:
        """What stands in a cell; the whole key in a flat list."""
        if column is Column.KEY and self.rows.flat:
            return self.cells.key(row)
        return self.cells.text(row, column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(Column):
            if role == Qt.ItemDataRole.DisplayRole:
                return HEADINGS[section].title
            if role == Qt.ItemDataRole.ToolTipRole:
                return HEADINGS[section].tip
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if section in RIGHT_ALIGNED else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _spoken(self, row: int, column: Column) -> str:
        """A cell for a screen reader: the key with its level and whether it is open; others with their heading."""
        text = self.text(row, column)
        if column is not Column.KEY:
            return f"{HEADINGS[column].title}: {text}" if text else ""
        parts = [text, f"level {self.rows.depth(row) + 1}"]
        if self.rows.has_children(row):
            parts.append("expanded" if self.rows.is_open(row) else "collapsed")
        return ", ".join(parts)
