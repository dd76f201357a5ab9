"""The key tree of one checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..item_models.tree_cells import Cells, Column
from ..item_models.tree_model import CheckpointTreeModel
from .flat_tree_view import FlatTreeView
from .tree_columns import TreeColumns
from .tree_delegate import TreeDelegate

_FITTED = (Column.KEY, Column.LAYER, Column.SHAPE, Column.DTYPE, Column.PARAMETERS, Column.FLAGS)


class TreeView(FlatTreeView):
    """Shows a `CheckpointTreeModel`."""

    _model: CheckpointTreeModel

    def __init__(self, model: CheckpointTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(model, TreeDelegate, parent)
        self.setAccessibleName(tr("Keys of the checkpoint"))
        header, unsorted = self.horizontalHeader(), frozenset((Column.HISTOGRAM,))
        self.columns = TreeColumns(header, model, self._delegate, _FITTED, unsorted)

    def fit_columns(self) -> None:
        """Makes the columns as wide as what they show, and the last one in view a whole one."""
        self.columns.fit()
        self.columns.fill(self._delegate.seen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fill(event.size().width())

    def show_cells(self, cells: Cells, opened: Sequence[int] = (), chosen: int = -1) -> None:
        """Shows another outline, with these rows open and this one chosen."""
        self._model.show(cells)
        if opened:
            self._model.change(lambda rows: rows.open_rows(opened))
        if chosen >= 0:
            self.choose_again(chosen)
