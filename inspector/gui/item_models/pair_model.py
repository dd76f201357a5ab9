"""The pairs of a comparison as a Qt table of the rows on show: the keys of both sides in one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from ...language import tr
from .flat_tree import FlatTreeModel
from .pair_cells import RIGHT_ALIGNED, PairCells, PairColumn, headings
from .pair_rows import PairTree

_KEYS = (PairColumn.KEY_A, PairColumn.KEY_B)


class PairModel(FlatTreeModel):
    """The rows on show of one comparison."""

    right_aligned = RIGHT_ALIGNED

    def __init__(self, tree: PairTree, parent: QObject | None = None) -> None:
        self.headings = headings(tree)
        super().__init__(tree.outline, parent)
        self.cells = PairCells(tree)

    @property
    def tree(self) -> PairTree:
        return self.cells.tree

    def show(self, tree: PairTree) -> None:
        """Shows another comparison, all closed."""
        self.cells = PairCells(tree)
        self.headings = headings(tree)
        self.show_outline(tree.outline)

    def text(self, row: int, column: int) -> str:
        if self.rows.flat and column in _KEYS:
            return self.cells.whole_key(row, column)
        return self.cells.text(row, column)

    def tip(self, row: int, column: int) -> str:
        return self.cells.tip(row, column)

    def sort_value(self, column: int) -> Callable[[int], Any]:
        return self.cells.sort_value(column)

    def _spoken(self, row: int, column: int) -> str:
        if column == PairColumn.DIFFERENCE:
            return f"{tr(self.headings[column].title)}: {self.cells.words(row)}"
        if column == PairColumn.KEY_A and not self.cells.has(row, column):
            key = self.cells.whole_key(row, PairColumn.KEY_B)
            return tr(
                "{key}, level {depth}, {words}", key=key, depth=self.rows.depth(row) + 1, words=self.cells.words(row)
            )
        return super()._spoken(row, column)
