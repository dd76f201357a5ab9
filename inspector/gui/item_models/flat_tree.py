"""A tree as a Qt table of the rows on show: what every such model has in common, whatever its cells say.

Why this way: flat rows (see `tree_rows`) under `QAbstractTableModel`, whose `index` and `parent` stay in C++,
so that neither a keystroke nor "expand all" asks Python for more than what is painted. What a tree view
would give for nothing - expanders, arrow keys, levels for a screen reader - is in `widgets.flat_tree_view`
and in the accessible text here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from ... import wording
from ...checkpoint.outline import Outline
from ...language import tr
from ..widgets.labels import plain_tip
from .tree_rows import TreeRows

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Heading(NamedTuple):
    """A column's title, what it says, and its first width in widths of a figure."""

    title: str
    tip: str
    width: int


class FlatTreeModel(QAbstractTableModel):
    """The rows on show of one outline. A subclass says what stands in them."""

    rows_changed = Signal()
    """Other rows are on show (opened, closed, searched, sorted, folded)."""

    headings: tuple[Heading, ...] = ()
    right_aligned: frozenset[int] = frozenset()

    def __init__(self, outline: Outline, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.outline = outline
        self.rows = TreeRows(outline)
        self._count = len(self.rows.rows)

    # What a subclass says

    def text(self, row: int, column: int) -> str:
        """What stands in a cell of an outline's row."""
        raise NotImplementedError

    def tip(self, row: int, column: int) -> str:
        """The whole of what a cell may have cut off."""
        return self.text(row, column)

    def sort_value(self, column: int) -> Callable[[int], Any]:
        """The function that gives for a row what to sort it by (None: unknown)."""
        raise NotImplementedError

    # Which rows are on show

    def show_outline(self, outline: Outline) -> None:
        """Shows another outline, all closed."""
        self.beginResetModel()
        self.outline = outline
        self.rows = TreeRows(outline)
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
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(self.headings) - 1))
        self.rows_changed.emit()

    def sort_by(self, column: int, *, descending: bool) -> None:
        """Lists the leaves (of what was searched) flat, by a column; by the first column: the tree again."""
        if column == 0:
            self.change(TreeRows.rebuild)
            return
        ends = self.outline.ends
        leaves = [row for row in self.rows.candidates() if ends[row] == row + 1]
        value = self.sort_value(column)
        self.change(lambda rows: rows.sort(value, leaves, descending=descending))

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
        return 0 if parent.isValid() else len(self.headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.tip(row, index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row, index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.headings):
            if role == Qt.ItemDataRole.DisplayRole:
                return tr(self.headings[section].title)
            if role == Qt.ItemDataRole.ToolTipRole:
                return plain_tip(tr(self.headings[section].tip))
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self._side(section)
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        is_right = column in self.right_aligned
        return (Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft) | _MIDDLE

    def _spoken(self, row: int, column: int) -> str:
        """A cell for a screen reader: the key with its level and whether it is open; others with their heading."""
        text = self.text(row, column)
        if column != 0:
            return f"{tr(self.headings[column].title)}: {text}" if text else ""
        parts = [text, tr("level {depth}", depth=self.rows.depth(row) + 1)]
        if self.rows.has_children(row):
            parts.append(tr("expanded") if self.rows.is_open(row) else tr("collapsed"))
        return wording.row_of(parts)
