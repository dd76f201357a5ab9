"""The same as a table, a column for each checkpoint: what files say, then the chosen measure of each layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from ... import wording
from ...language import tr
from ...series.members import Member
from ..item_models.flat_table import FlatTableModel
from ..theme import Meaning, figures_font, px
from ..widgets.labels import plain_tip
from ..widgets.plain_table import make_plain
from .choice import Choice
from .frame_words import cell_figure, marks_of, name_of, place_of, row_name, stored_words, time_of
from .open_series import OpenSeries

_NO_PARENT = QModelIndex()
_ALIGN_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LONGEST_NAME = 26
_LONGEST = 12
"""So many texts, those of most letters, say how wide columns are."""


class SeriesTableModel(FlatTableModel):
    """A column for each checkpoint; the names of the rows stand in the header at the side, which stays in view."""

    def __init__(self, page: OpenSeries, choice: Choice) -> None:
        super().__init__()
        self._page, self._choice = page, choice
        self._members: tuple[Member, ...] = ()
        self._shown: list[int] = []
        self._of_files: list[tuple[str, list[str]]] = []
        """What the files say: the name of each such row, and its cells."""
        for told in (page.found, choice.opened):
            told.connect(self.renew)
        for told in (page.measured, page.told):
            told.connect(self._take)
        choice.changed.connect(self._renew_measure)
        self._measure = choice.measure

    def look(self, seen: bool) -> None:
        """While nobody sees it, it is not made anew."""
        self._is_seen = seen
        if seen and self._is_old:
            self.renew()

    _is_seen = False
    _is_old = True

    def renew(self) -> None:
        self._is_old = not self._is_seen
        if self._is_old:
            return
        self.beginResetModel()
        self._shown = list(self._choice.shown)
        self._members = self._page.drawn
        self._measure = self._choice.measure
        self._of_files = self._said() if self._members else []
        self.endResetModel()

    def _take(self) -> None:
        """The same rows and columns say something else."""
        if not self._is_seen or self._members != self._page.drawn or self._shown != self._choice.shown:
            self.renew()
            return
        of_files = self._said()
        if [name for name, _ in of_files] != [name for name, _ in self._of_files]:
            self.renew()
            return
        self._of_files = of_files
        if self.count():
            self.dataChanged.emit(self.index(0, 0), self.index(self.count() - 1, self.columnCount() - 1))

    def count(self) -> int:
        return len(self._of_files) + len(self._shown) if self._members else 0

    def columnCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # type: ignore[override]
        return 0 if parent.isValid() else len(self._members)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.head(section) if orientation == Qt.Orientation.Horizontal else self.name(section)

    def head(self, column: int) -> str:
        """The title of a column."""
        assert self._page.training is not None
        return place_of(self._members[column], self._page.training.axis)

    def name(self, row: int) -> str:
        """The title of a row."""
        if row < len(self._of_files):
            return self._of_files[row][0]
        return row_name(self._page.rows, self._tree_row(row)) if self._page.rows is not None else ""

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = self.text(index.row(), index.column())
            return text if role == Qt.ItemDataRole.DisplayRole else plain_tip(text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGN_RIGHT
        return None

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        if row < len(self._of_files):
            return self._of_files[row][1][column]
        if self._page.rows is None:
            return ""
        return cell_figure(self._page, self._tree_row(row), column, self._choice.measure)

    def _spoken(self, row: int, column: int) -> str:
        """A cell for who hears it: of what, and of which checkpoint."""
        text = self.text(row, column) or tr("nothing")
        return tr("{row}, {column}: {text}", row=self.name(row), column=self.head(column), text=text)

    def texts_above(self) -> list[str]:
        """What stands in the titles of the columns and in the rows of what files say."""
        return [*map(self.head, range(self.columnCount())), *(text for _, cells in self._of_files for text in cells)]

    def lines(self) -> Iterator[list[str]]:
        """The whole table, with its titles."""
        yield [tr("Layer"), *map(self.head, range(self.columnCount()))]
        for row in range(self.count()):
            yield [self.name(row), *(self.text(row, column) for column in range(self.columnCount()))]

    def place_at(self, index: QModelIndex) -> tuple[int, int | None]:
        """(place, row of the tree) of a cell; None where that is no layer's."""
        is_file = index.row() < len(self._of_files)
        return index.column(), None if is_file else self._tree_row(index.row())

    def index_of(self, place: int, row: int) -> QModelIndex:
        """The cell of a frame and a row of the tree."""
        shown = self._shown
        return self.index(len(self._of_files) + shown.index(row) if row in shown else 0, max(0, place))

    def _tree_row(self, row: int) -> int:
        return self._shown[row - len(self._of_files)]

    def _said(self) -> list[tuple[str, list[str]]]:
        rows = [
            (tr("File"), [name_of(member) for member in self._members]),
            (tr("Saved"), [time_of(member) for member in self._members]),
            (tr("Marks"), [wording.row_of(marks_of(self._page, member)) for member in self._members]),
        ]
        stored = [dict(stored_words(member)) for member in self._members]
        names = dict.fromkeys(name for each in stored for name in each)
        return rows + [(name[:1].upper() + name[1:], [each.get(name, "") for each in stored]) for name in names]

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
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().show()
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().setMaximumWidth(px(280))
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)
        self.cells.modelReset.connect(self._fit)
        self.selectionModel().currentChanged.connect(self._choose)
        self._is_choosing = False
        choice.changed.connect(self._follow)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        self.cells.look(True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.cells.look(False)

    def show_choice(self) -> None:
        """Goes to the cell that is chosen."""
        chosen = self.cells.index_of(self._choice.place, self._choice.row)
        self.setCurrentIndex(chosen)
        self.executeDelayedItemsLayout()  # a scroll bar may take room that the last column had
        self.scrollTo(chosen)

    def copy(self) -> None:
        """Copies what is chosen where that is more than a cell; else the whole table, as a spreadsheet takes it."""
        self.cells.look(True)
        chosen = self.selectionModel().selectedIndexes()
        rows = sorted({index.row() for index in chosen})
        columns = sorted({index.column() for index in chosen})
        lines = self.cells.lines()
        if len(chosen) > 1:
            lines = ([self.cells.text(row, column) for column in columns] for row in rows)
        QGuiApplication.clipboard().setText("\n".join("\t".join(map(_cell, line)) for line in lines))
        self.cells.look(self.isVisible())
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
        texts = sorted((text[:_LONGEST_NAME] for text in self.cells.texts_above()), key=len)
        texts = texts[-_LONGEST:]  # one by one, those of 500 columns would take too long
        room = max(map(metrics.horizontalAdvance, texts), default=0) + 24
        self.horizontalHeader().setDefaultSectionSize(max(room, metrics.horizontalAdvance("0") * 12))
        if self.isVisible():
            self.show_choice()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self.isVisible():
            self._is_choosing = True
            self._choice.go_to(*self.cells.place_at(index))
            self._is_choosing = False

    def _follow(self) -> None:
        """Another cell was chosen elsewhere: by a sentence above, by a key."""
        if self.isVisible() and not self._is_choosing:
            self.show_choice()


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return text if text == Meaning.SAME.symbol else wording.cell(text, 1000).replace("\t", " ").replace("\n", " ")
