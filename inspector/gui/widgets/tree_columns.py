"""The columns of a flat tree: how wide they are, which are shown, and what the rows are sorted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHeaderView, QMenu

from ...language import tr
from ..item_models.flat_tree import FlatTreeModel
from .flat_tree_delegate import FlatTreeDelegate

KEY = 0
"""The column that has the names; sorting by it gives the tree back."""
_WIDEST_KEY = 56
"""Figures that the key column is made wide enough for by itself, at most."""
_WIDEST = 10_000
"""Pixels, of what is no width any more."""
_SAMPLED = 300
"""Rows that are looked at to find how wide a column should be."""


class TreeColumns(QObject):
    """Looks after the header of the tree. One click on a heading sorts, the third gives the tree back."""

    arranged = Signal(str)
    """A person sorted, showed, hid or moved columns; in a few words."""
    arranging = Signal(str)
    """A person drags the width of a column."""

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
        self._least: dict[int, tuple[int, int]] = {}
        """Column -> how wide `fit` made it, and how wide it would have to be to show all of its texts."""
        self._figure = 1
        """Pixels of a figure when they were found."""
        self._as_fitted: dict[str, Any] = {}
        """How the columns were arranged then."""
        self._room = 0
        """Pixels that were to be filled last."""
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
        header.sectionResized.connect(self._note_width)
        header.sectionMoved.connect(self._note_move)

    def _note_width(self, column: int, _before: int, width: int) -> None:
        self.is_arranged = True
        if width and _is_pressed():
            self.arranging.emit(tr("Width of {column}", column=self._name(column)))

    def _note_move(self, column: int, _before: int, _after: int) -> None:
        self.is_arranged = True
        if _is_pressed():
            self.arranging.emit(tr("Move {column}", column=self._name(column)))

    def _name(self, column: int) -> str:
        return tr(self._model.headings[column].title)

    # How a person arranged them, by their headings as they stand in the code

    def arrangement(self) -> dict[str, Any]:
        """What the rows are sorted by, and which columns are shown, in which order and how wide."""
        header, (column, descending) = self._header, self._sorting
        order = sorted(range(header.count()), key=header.visualIndex)
        titles = [heading.title for heading in self._model.headings]
        hidden = [titles[each] for each in order if header.isSectionHidden(each)]
        widths = {titles[each]: self._own_width(each) for each in order if not header.isSectionHidden(each)}
        return {
            "sorting": [titles[column], descending],
            "columns": {"order": [titles[each] for each in order], "hidden": hidden, "widths": widths},
        }

    def _own_width(self, column: int) -> int:
        """How wide a column is by itself, whatever room it was given beyond that."""
        return self._header.sectionSize(column) if self.is_arranged else self._fitting(column)[0]

    def _fitting(self, column: int) -> tuple[int, int]:
        """How wide `fit` made a column, and how wide all of its texts would have it: as large as letters are now."""
        if column not in self._least:
            return self._header.sectionSize(column), 0
        width, needed = self._least[column]
        figure = self._header.fontMetrics().horizontalAdvance("0")
        return round(width * figure / self._figure), round(needed * figure / self._figure)

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """Arranges them so; what is no column of this tree is passed over."""
        if isinstance(wanted.get("columns"), dict) and wanted["columns"] != self.arrangement()["columns"]:
            self._arrange_columns(wanted["columns"])
        sorting = wanted.get("sorting")
        titles = [heading.title for heading in self._model.headings]
        if isinstance(sorting, list) and len(sorting) == 2 and sorting[0] in titles:
            column, descending = titles.index(sorting[0]), bool(sorting[1])
            if column not in self._unsorted and (column, descending) != self._sorting:
                self.sort(column, descending=descending)

    def _arrange_columns(self, wanted: Mapping[str, Any]) -> None:
        header, columns = self._header, {heading.title: at for at, heading in enumerate(self._model.headings)}
        order, hidden, widths = wanted.get("order"), wanted.get("hidden"), wanted.get("widths")
        if isinstance(order, list) and len(order) == len(columns) and all(title in order for title in columns):
            for place, title in enumerate(order):
                header.moveSection(header.visualIndex(columns[title]), place)
        if isinstance(hidden, list):
            for title, column in columns.items():
                header.setSectionHidden(column, title in hidden and column not in self._delegate.key_columns)
        for title, width in widths.items() if isinstance(widths, dict) else ():
            if title in columns and isinstance(width, int) and 0 < width < _WIDEST:
                header.resizeSection(columns[title], width)
        self.is_arranged = wanted != self._as_fitted
        self.fill(self._room)

    def fit(self) -> None:
        """Makes each column as wide as what stands in the first rows needs, within reason."""
        figure = self._header.fontMetrics().horizontalAdvance("0")
        sample, headings = range(min(_SAMPLED, len(self._model.outline))), self._model.headings
        for column in self._fitted:
            needed = max((self._delegate.width(self._model, row, column) for row in sample), default=0)
            narrowest = self._header.fontMetrics().horizontalAdvance(tr(headings[column].title)) + 3 * figure
            width = max(narrowest, min(needed, headings[column].width * figure))
            self._least[column] = width, needed
            self._header.resizeSection(column, width)
        self._figure = figure
        self.is_arranged = False
        self._as_fitted = self.arrangement()["columns"]

    def fill(self, room: int) -> None:
        """Ends what is in view with a whole column: texts that are cut, and then the keys, get the rest of `room`.

        Without `fit` before, in a flat list, and where a person arranged the columns they stay as they are.
        """
        self._room = room
        if not room or self.is_arranged or not self._least or self._model.rows.flat:
            return
        taken, is_cut = self._in_whole(room)
        spare = room - taken
        for column in self._least:
            width, needed = self._fitting(column)
            more = 0 if column == KEY else min(max(0, needed - width), spare)
            self._header.resizeSection(column, width + more)
            spare -= more
        self._header.resizeSection(KEY, self._fitting(KEY)[0] + (spare if is_cut else 0))
        self.is_arranged = False

    def _in_whole(self, room: int) -> tuple[int, bool]:
        """Pixels of the columns that have room side by side, at their least; and whether there are more columns."""
        header, taken = self._header, 0
        order = sorted(range(header.count()), key=header.visualIndex)
        for column in (each for each in order if not header.isSectionHidden(each)):
            width, _ = self._fitting(column)
            if taken + width > room:
                return taken or room, True
            taken += width
        return taken, False

    def restore(self, state: QByteArray) -> bool:
        """Arranges the columns as they were when `state` was saved; False when it does not fit them."""
        return self._header.restoreState(state)

    def _sort(self, section: int) -> None:
        """One click: largest first; a second: smallest first; a third, or the key's heading: the tree again."""
        column = section
        former, descending = self._sorting
        if column in self._unsorted:
            self.show_order(former, descending=descending)  # the header has moved its arrow by itself
            return
        if column in self._delegate.key_columns or (column == former and not descending):
            self.sort(KEY)
        else:
            self.sort(column, descending=column != former)
        self.tell_sorting()

    def tell_sorting(self) -> None:
        """A person chose the order that there is now."""
        column, _ = self._sorting
        self.arranged.emit(tr("Sort by {column}", column=self._name(column)) if column != KEY else tr("File Order"))

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
        self.fill(self._room)

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
            action = menu.addAction(tr(heading.title))
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(column))
            action.toggled.connect(lambda shown, column=column: self._show(column, shown))

    def _show(self, column: int, shown: bool) -> None:
        self._header.setSectionHidden(column, not shown)
        words = tr("Show column {column}") if shown else tr("Hide column {column}")
        self.arranged.emit(words.format(column=self._name(column)))

    def _offer(self, point: QPoint) -> None:
        menu = QMenu(self._header)
        self.fill_menu(menu)
        menu.exec(self._header.mapToGlobal(point))
        menu.deleteLater()


def _is_pressed() -> bool:
    """Whether a person holds the mouse: columns are made wider by the program too."""
    return bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)
