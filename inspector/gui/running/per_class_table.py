"""How each class fares, as a table that can be sorted: precision, recall, F1, support."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ... import wording
from ...language import marked, tr
from ...runs.results import ClassResult, averages, percent
from ..item_models.flat_table import FlatTableModel
from ..theme import figures_font
from ..widgets.labels import ElidedLabel
from ..widgets.own_keys import OwnKeys
from ..widgets.plain_table import make_plain
from ..widgets.size_bars import SizeBarDelegate

SHARE = Qt.ItemDataRole.UserRole
"""Role of the column F1: its value, 0 to 1."""
_F1 = 3
_TIPS = (
    marked("The class"),
    marked("Of those taken for it, the share that is of it"),
    marked("Of those of it, the share that is taken for it"),
    marked("The harmonic mean of precision and recall"),
    marked("How many samples of it there are"),
)


class PerClassModel(FlatTableModel):
    """Classes in the order of their labels, or sorted by a column."""

    titles = (marked("Class"), marked("Precision"), marked("Recall"), "F1", marked("Support"))

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[ClassResult] = ()
        self._order: list[int] = []
        self.sorted_by: tuple[int, bool] = (-1, False)
        """The column, -1 for the labels; whether downwards."""

    def show_rows(self, rows: Sequence[ClassResult]) -> None:
        self.beginResetModel()
        self._rows, self._order = rows, _sorted(rows, *self.sorted_by)
        self.endResetModel()

    def label(self, row: int) -> int:
        """The number of the class that stands in a row."""
        return self._order[row]

    def count(self) -> int:
        return len(self._order)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1: by the labels. What is not defined comes last either way."""
        descending = order == Qt.SortOrder.DescendingOrder
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        labels = [self._order[index.row()] for index in kept]
        self.sorted_by = column, descending
        self._order = _sorted(self._rows, column, descending)
        place = {label: row for row, label in enumerate(self._order)}
        moved = [self.index(place[label], index.column()) for label, index in zip(labels, kept)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.titles) - 1)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == SHARE:
            return self._rows[self._order[index.row()]].f1 or 0.0
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            return tr(_TIPS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        title = super().headerData(section, orientation, role)
        if isinstance(title, str):
            title = tr(title)
        is_sorted = title is not None and self.sorted_by[0] == section
        return f"{title} {'▾' if self.sorted_by[1] else '▴'}" if is_sorted else title

    def text(self, row: int, column: int) -> str:
        found = self._rows[self._order[row]]
        if column == 0:
            return wording.safe(found.name, 80)
        if column == 4:
            return wording.count(found.support)
        return percent((found.precision, found.recall, found.f1)[column - 1], 1)


class PerClassTable(QWidget):
    """The table, and below it the means over all classes."""

    sorted = Signal(str)
    """A person sorted it otherwise; in a few words."""
    chosen = Signal(int)
    """The label of the class that is chosen now; -1 for none."""
    picked = Signal()
    """A person chose another one, or none; after `chosen`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_picked = True
        """Whether what is chosen now is chosen by a person."""
        self.model = PerClassModel(self)
        self.table = QTableView()
        self.means = ElidedLabel(tone="quiet")
        self._dress()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.table, 1)
        column.addWidget(self.means)

    def show_rows(self, rows: Sequence[ClassResult]) -> None:
        """Shows classes in the order of their labels."""
        self.model.show_rows(rows)
        mean = averages(rows)
        said = zip((tr("precision"), tr("recall"), "F1"), (mean.precision, mean.recall, mean.f1))
        self.means.setText(
            tr(
                "Mean over the classes:  {figures}",
                figures="   ".join(f"{name} {percent(each)}" for name, each in said),
            )
        )

    def copy(self) -> None:
        """Puts the chosen rows on the clipboard, or all of them when none is."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        lines = [list(map(tr, self.model.titles))] if not rows else []
        for row in rows or range(self.model.count()):
            lines.append([self.model.text(row, column) for column in range(self.model.columnCount())])
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    @property
    def sorting(self) -> list[Any]:
        """The column that it is sorted by, -1 for the labels; whether downwards."""
        return list(self.model.sorted_by)

    def sort(self, wanted: object) -> None:
        """Sorts it so."""
        orders = Qt.SortOrder
        if isinstance(wanted, list) and len(wanted) == 2 and wanted[0] in range(-1, len(PerClassModel.titles)):
            order = orders.DescendingOrder if wanted[1] else orders.AscendingOrder
            self.table.horizontalHeader().setSortIndicator(wanted[0], order)

    def _tell_sorted(self, column: int, _order: Qt.SortOrder) -> None:
        title = tr(PerClassModel.titles[column]) if column >= 0 else tr("label")
        self.sorted.emit(tr("Sort by {column}", column=title))

    @property
    def label(self) -> int:
        """The label of the chosen class, -1 for none."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.label(rows[0].row()) if rows else -1

    def choose(self, label: int) -> None:
        """Chooses this class, if it is there; -1: none."""
        self._is_picked = False
        row = next((row for row in range(self.model.count()) if self.model.label(row) == label), -1)
        if row < 0:
            self.table.clearSelection()
        else:
            self.table.selectRow(row)
        self._is_picked = True

    def let_go(self) -> None:
        """Chooses none."""
        self.choose(-1)

    def _dress(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(tr("Figures of each class"))
        make_plain(table)
        table.setFont(figures_font(table.font()))
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setItemDelegateForColumn(_F1, SizeBarDelegate(SHARE, table))
        table.setSortingEnabled(True)
        header = table.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicatorShown(False)  # Qt's arrow lies on the title; the title has one of its own
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self._tell_sorted)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, letters in enumerate((10, 9, 15, 9), start=1):
            table.setColumnWidth(column, self.fontMetrics().averageCharWidth() * letters + 24)
        table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        table.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        OwnKeys(table, QKeySequence.StandardKey.Copy, self.copy)
        self._offer_sorting()

    def _offer_sorting(self) -> None:
        """The menu of the table: titles cannot be reached by the keyboard."""
        orders = Qt.SortOrder
        for column, title in ((-1, tr("label")), *enumerate(map(tr, PerClassModel.titles))):
            order = orders.DescendingOrder if column == len(PerClassModel.titles) - 1 else orders.AscendingOrder
            action = QAction(tr("Sort by {title}", title=title if title == "F1" else title.lower()), self.table)
            action.triggered.connect(partial(self.table.sortByColumn, column, order))
            self.table.addAction(action)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _tell(self) -> None:
        self.chosen.emit(self.label)
        if self._is_picked:
            self.picked.emit()


def _sorted(rows: Sequence[ClassResult], column: int, descending: bool) -> list[int]:
    labels = list(range(len(rows)))
    if column < 0:
        return labels
    values = [(each.name.lower(), each.precision, each.recall, each.f1, each.support)[column] for each in rows]
    known = [label for label in labels if values[label] is not None]
    known.sort(key=lambda label: values[label], reverse=descending)  # type: ignore[arg-type, return-value]
    return known + [label for label in labels if values[label] is None]
