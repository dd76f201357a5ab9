"""The same as a table, a column for each checkpoint: what files say, then the chosen measure of each layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView

from ... import wording
from ...language import tr
from ..item_models.flat_table import FlatTableModel
from ..theme import figures_font
from ..widgets.plain_table import make_plain
from .choice import Choice
from .frame_words import cell_figure, marks_of, name_of, place_of, row_name, stored_words, time_of
from .open_series import OpenSeries

_HEAD = 4
"""Rows of the file itself: name, time, marks, what is stored."""
_NO_PARENT = QModelIndex()
_ALIGN_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class SeriesTableModel(FlatTableModel):
    """Column 0 has the names of the rows."""

    def __init__(self, page: OpenSeries, choice: Choice) -> None:
        super().__init__()
        self._page, self._choice = page, choice
        self._members = page.training.drawn if page.training is not None else ()
        for told in (page.found, page.measured, page.told, choice.opened):
            told.connect(self.renew)
        choice.changed.connect(self._renew_measure)
        self._measure = choice.measure

    def renew(self) -> None:
        self.beginResetModel()
        self._members = self._page.training.drawn if self._page.training is not None else ()
        self._measure = self._choice.measure
        self.endResetModel()

    def count(self) -> int:
        return _HEAD + len(self._choice.shown) if self._members else 0

    def columnCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # type: ignore[override]
        return 0 if parent.isValid() else 1 + len(self._members)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.head(section)

    def head(self, column: int) -> str:
        """The title of a column."""
        if column == 0 or self._page.training is None:
            return tr("Layer")
        return place_of(self._members[column - 1], self._page.training.axis)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() and index.row() >= _HEAD:
            return _ALIGN_RIGHT
        return None

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        if row < _HEAD:
            return self._of_file(row, column)
        tree = self._choice.shown[row - _HEAD]
        if self._page.rows is None:
            return ""
        if column == 0:
            return row_name(self._page.rows, tree)
        return cell_figure(self._page, tree, column - 1, self._choice.measure)

    def _of_file(self, row: int, column: int) -> str:
        if column == 0:
            return (tr("File"), tr("Saved"), tr("Marks"), tr("Stored"))[row]
        member = self._members[column - 1]
        if row == 0:
            return name_of(member)
        if row == 1:
            return time_of(member)
        if row == 2:
            return ", ".join(marks_of(self._page, member))
        return ", ".join(f"{name} {value}" for name, value in stored_words(member))

    def lines(self) -> Iterator[list[str]]:
        """The whole table, its titles first."""
        yield [self.head(column) for column in range(self.columnCount())]
        for row in range(self.count()):
            yield [self.text(row, column) for column in range(self.columnCount())]

    def place_at(self, index: QModelIndex) -> tuple[int | None, int | None]:
        """(place, row of the tree) of a cell, None for what is neither."""
        place = index.column() - 1 if index.column() > 0 else None
        return place, self._choice.shown[index.row() - _HEAD] if index.row() >= _HEAD else None

    def index_of(self, place: int, row: int) -> QModelIndex:
        """The cell of a frame and a row of the tree."""
        shown = self._choice.shown
        return self.index(_HEAD + shown.index(row) if row in shown else 0, place + 1)

    def _renew_measure(self) -> None:
        if self._measure != self._choice.measure:
            self.renew()


class SeriesTable(QTableView):
    """Cells are chosen one by one; Ctrl+C copies what is chosen, or all of it."""

    copied = Signal()

    def __init__(self, page: OpenSeries, choice: Choice) -> None:
        super().__init__()
        self._choice = choice
        self.cells = SeriesTableModel(page, choice)
        self.setModel(self.cells)
        make_plain(self)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setAlternatingRowColors(True)
        self.setFont(figures_font(self.font()))
        self.setAccessibleName(tr("Layers by checkpoints"))
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.cells.modelReset.connect(self._fit)
        self.selectionModel().currentChanged.connect(self._choose)
        self._fit()

    def show_choice(self) -> None:
        """Goes to the cell that is chosen."""
        self.setCurrentIndex(self.cells.index_of(self._choice.place, self._choice.row))

    def copy(self) -> None:
        """Copies what is chosen where that is more than a cell; else the whole table, as a spreadsheet takes it."""
        chosen = self.selectionModel().selectedIndexes()
        rows = sorted({index.row() for index in chosen})
        columns = sorted({index.column() for index in chosen})
        lines = list(self.cells.lines())
        if len(chosen) > 1:
            lines = [[self.cells.text(row, column) for column in columns] for row in rows]
        QGuiApplication.clipboard().setText("\n".join("\t".join(map(_cell, line)) for line in lines))
        self.copied.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choice.asked.emit("open")
        elif event.key() == Qt.Key.Key_C and not event.modifiers():
            self._choice.asked.emit("compare")
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        for column in range(self.cells.columnCount()):
            widest = self.cells.head(column) if column else max(
                (self.cells.text(row, 0) for row in range(min(self.cells.count(), 400))), key=len, default=""
            )  # fmt: skip
            room = metrics.horizontalAdvance(widest) + 28
            self.setColumnWidth(column, max(room, metrics.horizontalAdvance("0") * 14))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self.isVisible():
            self._choice.go_to(*self.cells.place_at(index))


def _cell(text: str) -> str:
    return wording.cell(text, 1000).replace("\t", " ").replace("\n", " ")
