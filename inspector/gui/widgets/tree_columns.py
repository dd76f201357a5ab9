"""The columns of a flat tree: how wide they are, which are shown, and what the rows are sorted by."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QObject, QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu

from ..item_models.flat_tree import FlatTreeModel
from .flat_tree_delegate import FlatTreeDelegate

KEY = 0
"""The column that has the names; sorting by it gives the tree back."""
_WIDEST_KEY = 56
"""Figures that the key column is made wide enough for by itself, at most."""
_SAMPLED = 300
"""Rows that are looked at to find how wide a column should be."""


class TreeColumns(QObject):
    """Looks after the header of the tree. One click on a heading sorts, the third gives the tree back."""

    def __init__(
        self,
        header: QHeaderView,
        model: FlatTreeModel,
        delegate: FlatTreeDelegate,
        fitted: tuple[int, ...],
        unsorted: frozenset[int] = frozenset(),
    ) -> None:
        """`fitted` are the columns that `fit` makes as wide as they need, `unsorted` those without an order."""
        super().__init__(header)
        self._fitted = fitted
        self._unsorted = unsorted
        self._header = header
        self._model = model
        self._delegate = delegate
        self._sorting = (KEY, False)
        self._tree_widths: dict[int, int] = {}
        """How wide the columns of keys are in the tree, while the rows are a flat list."""
        self.is_arranged = False
        """Whether a person changed widths, order or choice of the columns."""
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._offer)
        header.sectionClicked.connect(self._sort)
        figure = header.fontMetrics().horizontalAdvance("0")
        for column, heading in enumerate(self._model.headings):
            header.resizeSection(column, heading.width * figure)
        header.sectionResized.connect(self._note_arranged)
        header.sectionMoved.connect(self._note_arranged)

    def _note_arranged(self) -> None:
        self.is_arranged = True

    def fit(self) -> None:
        """Makes each column as wide as what stands in the first rows needs, within reason."""
        figure = self._header.fontMetrics().horizontalAdvance("0")
        sample, headings = range(min(_SAMPLED, len(self._model.outline))), self._model.headings
        for column in self._fitted:
            needed = max((self._delegate.width(self._model, row, column) for row in sample), default=0)
            narrowest = self._header.fontMetrics().horizontalAdvance(headings[column].title) + 3 * figure
            self._header.resizeSection(column, max(narrowest, min(needed, headings[column].width * figure)))
        self.is_arranged = False

    def restore(self, state: QByteArray) -> bool:
        """Arranges the columns as they were when `state` was saved; False when it does not fit them."""
        return self._header.restoreState(state)

    def _sort(self, section: int) -> None:
        """One click: largest first; a second: smallest first; a third, or the key's heading: the tree again."""
        column = section
        former, descending = self._sorting
        if column in self._unsorted:
            self.show_order(former, descending=descending)  # the header has moved its arrow by itself
        elif column in self._delegate.key_columns or (column == former and not descending):
            self.sort(KEY)
        else:
            self.sort(column, descending=column != former)

    def sort(self, column: int, *, descending: bool = True) -> None:
        """Sorts by a column; by `KEY` the rows are a tree in the file's order."""
        self._model.sort_by(column, descending=descending)
        self.show_order(column, descending=descending)

    def _fit_keys(self) -> None:
        """In a flat list the keys are written out, and need more room than labels in a tree."""
        arranged, is_flat = self.is_arranged, self._model.rows.flat
        if is_flat and not self._tree_widths:
            rows = self._model.visible(0, _SAMPLED)
            for column in self._delegate.key_columns:
                self._widen(column, rows)
        elif not is_flat:
            for column, width in self._tree_widths.items():
                self._header.resizeSection(column, width)
            self._tree_widths = {}
        self.is_arranged = arranged

    def _widen(self, column: int, rows: Sequence[int]) -> None:
        """Makes a column as wide as its cells need it, within reason, and remembers how wide it was."""
        former = self._tree_widths[column] = self._header.sectionSize(column)
        needed = max((self._delegate.width(self._model, row, column) for row in rows), default=0)
        widest = _WIDEST_KEY * self._header.fontMetrics().horizontalAdvance("0")
        self._header.resizeSection(column, max(former, min(needed, widest)))

    def show_order(self, column: int, *, descending: bool) -> None:
        """Remembers the order, and shows it by the arrow in the heading."""
        self._sorting = (column, descending)
        header = self._header
        header.setSortIndicatorShown(column != KEY)
        header.setSortIndicator(column, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        self._fit_keys()

    def sort_again(self) -> None:
        """Puts the rows, which are a tree again since something else was changed, back into the chosen order."""
        column, descending = self._sorting
        if column != KEY:
            self._model.sort_by(column, descending=descending)
        self._fit_keys()

    def fill_menu(self, menu: QMenu) -> None:
        """Fills `menu` with a check mark for each column that can be hidden."""
        for column, heading in enumerate(self._model.headings):
            if column in self._delegate.key_columns:
                continue
            action = menu.addAction(heading.title)
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(column))
            action.toggled.connect(lambda shown, column=column: self._header.setSectionHidden(column, not shown))

    def _offer(self, point: QPoint) -> None:
        menu = QMenu(self._header)
        self.fill_menu(menu)
        menu.exec(self._header.mapToGlobal(point))
        menu.deleteLater()
