"""The key tree as a Qt table of the rows on show: one row per visible entry, the branches among them.

The model adapts an `Outline` and what was measured; it changes nothing but which rows are on show. Rows are
known by two numbers: the *row* of the outline shown (folded or not), and its *origin*, the row of the
unfolded outline, under which statistics are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from .flat_tree import FlatTreeModel
from .tree_cells import HEADINGS, RIGHT_ALIGNED, Cells, Column


class CheckpointTreeModel(FlatTreeModel):
    """The rows on show of one checkpoint."""

    headings = HEADINGS
    right_aligned = RIGHT_ALIGNED

    def __init__(self, cells: Cells, parent: QObject | None = None) -> None:
        super().__init__(cells.outline, parent)
        self.cells = cells

    def show(self, cells: Cells) -> None:
        """Shows another outline (folded, unfolded, read anew), all closed."""
        self.cells = cells
        self.show_outline(cells.outline)

    def text(self, row: int, column: int) -> str:
        """What stands in a cell; the whole key in a flat list."""
        if column == Column.KEY and self.rows.flat:
            return self.cells.key(row)
        return self.cells.text(row, Column(column))

    def tip(self, row: int, column: int) -> str:
        return self.cells.tip(row, Column(column))

    def sort_value(self, column: int) -> Callable[[int], Any]:
        return self.cells.sort_value(Column(column))

    def measured(self, first: int, last: int) -> None:
        """The rows at these places have other statistics now."""
        self.dataChanged.emit(self.index(first, Column.MEAN), self.index(last, len(Column) - 1))
