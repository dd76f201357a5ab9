"""The numbers themselves: a page of any two dimensions, exact, to be gone through and copied."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QVBoxLayout, QWidget

from ... import wording
from ...checkpoint.arrays import read
from ...checkpoint.entries import Tensor
from ...language import tr
from ...progress import Progress
from ..item_models.values_model import ValuesPage, ValuesTableModel
from ..theme import px
from ..widgets import pager
from ..widgets.axis_picker import AxisPicker
from ..widgets.check_box import CheckBox
from ..widgets.clear_sign import offer_clearing
from ..widgets.flow_layout import FlowLayout
from ..widgets.labels import ElidedLabel
from ..widgets.own_keys import OwnKeys
from ..widgets.plain_table import MARGIN, CellDelegate
from ..widgets.whole_columns_table import WholeColumnsTable
from . import controls
from .latest import Latest

ROWS, COLUMNS = 500, 100
"""Of a page."""
LINE = 8
"""Values in a line where there is one dimension only."""
_MOST_DIMENSIONS = 32
_QUIET_HEADERS = (
    "QTableCornerButton::section { background: palette(base); border: 0; }"
    "QHeaderView::section:vertical { background: palette(base); border: 0; padding: 0 8px; }"
)


class ValuesView(QWidget):
    """A table over one tensor. Nothing but the page that is shown is read, on a thread."""

    shown = Signal()
    """A page has just been shown, or it was said why there is none."""
    turned = Signal(str)
    """A person turned to another page, or other dimensions; in a few words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tensor: Tensor | None = None
        self.model = ValuesTableModel(self)
        self.table = WholeColumnsTable()
        self.axes, self.rows, self.columns = AxisPicker(), pager.Pager(pager.ROWS), pager.Pager(pager.COLUMNS)
        self.go_to = QLineEdit()
        self.raw = CheckBox(tr("Integers as stored"))
        self.said = ElidedLabel(tone="quiet")
        self._wanted_cell: tuple[int, int] | None = None
        self._latest = Latest(self)
        self._dress_table()
        self._lay_out()
        self._connect()

    def show_tensor(self, tensor: Tensor) -> None:
        """Shows the first page of `tensor`."""
        self.show_nothing()
        self.tensor = tensor
        if len(tensor.shape) > _MOST_DIMENSIONS:
            return self._say(
                tr("A tensor of {count} dimensions is more than can be laid out.", count=len(tensor.shape))
            )
        is_flat = len(tensor.shape) < 2
        self.axes.setVisible(not is_flat)
        if not is_flat:
            self.axes.show_shape(tensor.shape, len(tensor.shape) - 2, len(tensor.shape) - 1)
        example = ", ".join(str(n - 1) for n in tensor.shape[:6])
        self.go_to.setPlaceholderText(tr("Go to index, e.g. {example}", example=example) if example else "")
        self.go_to.setEnabled(bool(tensor.shape))
        self.raw.setVisible(tensor.extra.quantization is not None)
        self._show_pages()
        self._read()

    def show_nothing(self, words: str = "") -> None:
        self._latest.cancel()
        self.tensor, self._wanted_cell = None, None
        self.model.show_page(None)
        for widget in (self.axes, self.raw, self.rows, self.columns):
            widget.hide()
        self.go_to.clear()
        self._say(words)

    def looked_at(self) -> dict[str, Any]:
        """Which page of it is shown; empty without a tensor."""
        return controls.stands(self._controls) if self.tensor is not None else {}

    def look(self, wanted: Mapping[str, Any]) -> None:
        """Shows that page, where there is one."""
        if self.tensor is None or wanted == self.looked_at():
            return
        if len(self.tensor.shape) > 1:
            controls.put({"axes": self.axes}, wanted)
            self._show_pages()
        controls.put({name: each for name, each in self._controls.items() if name != "axes"}, wanted)
        self._read()

    @property
    def _controls(self) -> dict[str, QWidget]:
        return {"axes": self.axes, "rows": self.rows, "columns": self.columns, "raw": self.raw}

    def stop(self) -> None:
        self._latest.stop()

    def go_to_index(self, index: tuple[int, ...]) -> None:
        """Shows and chooses the value at `index`, one number for each dimension."""
        tensor = self.tensor
        if tensor is None or len(index) != len(tensor.shape):
            return
        row, column = self._cell_of(index)
        if len(tensor.shape) > 1:
            self.axes.hold(index)
        self.rows.show_pages(self.rows.total, ROWS, row)
        self.columns.show_pages(self.columns.total, COLUMNS, column)
        self._wanted_cell = row, column
        self._read()
        self.turned.emit(tr("Turn Page"))

    def copy(self) -> None:
        """Puts the chosen cells on the clipboard."""
        QGuiApplication.clipboard().setText(self.copied_text())

    def copied_text(self) -> str:
        """The chosen cells as lines of tab-separated numbers; of everything on the page if none is chosen."""
        chosen = self.table.selectionModel().selectedIndexes()
        rows = sorted({index.row() for index in chosen}) or range(self.model.rowCount())
        columns = sorted({index.column() for index in chosen}) or range(self.model.columnCount())
        picked = {(index.row(), index.column()) for index in chosen}
        lines = ([self._plain(r, c) if not picked or (r, c) in picked else "" for c in columns] for r in rows)
        return "\n".join("\t".join(line) for line in lines)

    # Making it

    def _dress_table(self) -> None:
        self.table.setModel(self.model)
        self.table.setAccessibleName(tr("Values of the tensor"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        self.table.setFrameShape(self.table.Shape.NoFrame)
        self.table.setCornerButtonEnabled(False)
        self.table.setTabKeyNavigation(False)
        self.table.setStyleSheet(_QUIET_HEADERS)
        self.table.setItemDelegate(CellDelegate(self.table))
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        OwnKeys(self.table, QKeySequence.StandardKey.Copy, self.copy)
        copy = QAction(tr("Copy values"), self.table)
        copy.triggered.connect(self.copy)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _lay_out(self) -> None:
        controls = QWidget()
        flow = FlowLayout(controls, across=16)
        offer_clearing(self.go_to)
        self.go_to.setMinimumWidth(px(210))
        self.go_to.setAccessibleName(tr("Go to index"))
        self.go_to.setToolTip(tr("An index of the tensor, a number for each dimension; Enter goes there"))
        for widget in (self.axes, self.go_to, self.raw, self.rows, self.columns):
            flow.addWidget(widget)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addWidget(controls)
        page.addWidget(self.table, 1)
        page.addWidget(self.said)

    def _connect(self) -> None:
        self.axes.changed.connect(self._turn)
        self.raw.setToolTip(tr("Show the integers of a quantised tensor, not the numbers they stand for"))
        self.raw.toggled.connect(self._read)
        self.rows.moved.connect(self._read)
        self.columns.moved.connect(self._read)
        for told in (self.axes.changed, self.raw.toggled, self.rows.moved, self.columns.moved):
            told.connect(lambda *_: self.turned.emit(tr("Turn Page")))
        self.go_to.returnPressed.connect(self._go)
        self._latest.succeeded.connect(self._show)
        self._latest.failed.connect(lambda error: self._fail(str(error)))
        self.table.selectionModel().currentChanged.connect(lambda now, _: self._say_where(now.row(), now.column()))

    # Reading

    def _read(self) -> None:
        if self.tensor is None:
            return
        if len(self.tensor.shape) < 2:
            work = _read_lines(self.tensor, self.rows.first, max(self.rows.last, 1), self.raw.isChecked())
        else:
            here = slice(self.rows.first, self.rows.last), slice(self.columns.first, self.columns.last)
            work = _read_page(self.tensor, *self.axes.axes, self.axes.others, *here, self.raw.isChecked())
        self._latest.start(work)

    def _show(self, page: ValuesPage) -> None:
        self.model.show_page(page)
        self._fit_columns()
        self._choose_wanted()
        if self._wanted_cell is None:
            self._say_where(-1, -1)
        self._wanted_cell = None
        self.shown.emit()

    def _fit_columns(self) -> None:
        """One width for all columns, that of the longest of some numbers of the page."""
        rows, columns = self.model.rowCount(), self.model.columnCount()
        sample = {self.model.text(r, c) for r in range(0, rows, max(1, rows // 40)) for c in range(min(columns, 12))}
        longest = max((*sample, "0" * 6), key=len)
        font = self.model.data(self.model.index(0, 0), Qt.ItemDataRole.FontRole) or self.table.font()
        self.table.fit_columns(QFontMetrics(font).horizontalAdvance("0") * len(longest) + 2 * MARGIN + 2)

    def _show_pages(self) -> None:
        assert self.tensor is not None
        shape = self.tensor.shape
        if len(shape) < 2:
            self.rows.things = pager.LINES
            self.rows.show_pages(-(-self.tensor.numel // LINE), ROWS)
            self.columns.show_pages(LINE, LINE)
            return
        rows, columns = self.axes.axes
        self.rows.things = pager.ROWS
        self.rows.show_pages(shape[rows], ROWS)
        self.columns.show_pages(shape[columns], COLUMNS)

    def _turn(self) -> None:
        self._show_pages()
        self._read()

    def _go(self) -> None:
        assert self.tensor is not None
        numbers = [int(digits) for digits in re.findall(r"-?\d{1,18}", self.go_to.text())]
        shape = self.tensor.shape
        if len(numbers) != len(shape):
            return self._say(
                tr(
                    "An index of this tensor has {numbers}, not {count}.",
                    numbers=wording.plural(len(shape), "number"),
                    count=len(numbers),
                )
            )
        outside = next((axis for axis, n in enumerate(numbers) if not -shape[axis] <= n < shape[axis]), None)
        if outside is not None:
            length = wording.count(shape[outside])
            return self._say(
                tr(
                    "There is no index {numbers} in dimension {outside}, which has {length}.",
                    numbers=numbers[outside],
                    outside=outside,
                    length=length,
                )
            )
        self.go_to_index(tuple(number % length for number, length in zip(numbers, shape, strict=True)))

    def _cell_of(self, index: tuple[int, ...]) -> tuple[int, int]:
        if len(index) == 1:
            return divmod(index[0], LINE)
        rows, columns = self.axes.axes
        return index[rows], index[columns]

    def _choose_wanted(self) -> None:
        if self._wanted_cell is None:
            return
        row, column = self._wanted_cell
        cell = self.model.index(row - self.rows.first, column - self.columns.first)
        self.table.selectionModel().setCurrentIndex(cell, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.table.scrollTo(cell, QAbstractItemView.ScrollHint.PositionAtCenter)

    # Words

    def _say_where(self, row: int, column: int) -> None:
        if self.tensor is None:
            return
        if row < 0:
            return self._say(
                "" if len(self.tensor.shape) < 2 else tr("Shown: {index_words}", index_words=self.axes.index_words())
            )
        self._say(f"{self._index_words(row, column)}  {self.model.text(row, column)}")

    def _index_words(self, row: int, column: int) -> str:
        assert self.tensor is not None
        row, column = row + self.rows.first, column + self.columns.first
        if len(self.tensor.shape) < 2:
            return f"[{row * LINE + column:,}]" if self.tensor.shape else "[]"
        index = list(self.axes.others)
        index[self.axes.axes[0]], index[self.axes.axes[1]] = row, column
        return wording.shape(index)

    def _plain(self, row: int, column: int) -> str:
        return self.model.text(row, column).removeprefix("! ")

    def _fail(self, words: str) -> None:
        self.model.show_page(None)
        self._say(words)
        self.shown.emit()

    def _say(self, words: str) -> None:
        self.said.setText(wording.safe(words, 400))


def _read_page(
    tensor: Tensor, rows: int, columns: int, others: list[int], down: slice, across: slice, raw: bool
) -> Generator[Progress, None, ValuesPage]:
    yield Progress(0, 1, "values")
    index: list[int | slice] = list(others)
    index[rows], index[columns] = down, across
    values = read(tensor, tuple(index), raw=raw)
    return ValuesPage(values if rows < columns else values.T, down.start, across.start)


def _read_lines(tensor: Tensor, first: int, last: int, raw: bool) -> Generator[Progress, None, ValuesPage]:
    """The values of a tensor of at most one dimension, `LINE` of them side by side."""
    yield Progress(0, 1, "values")
    if not tensor.shape:
        return ValuesPage(np.asarray(read(tensor, raw=raw)).reshape(1, 1), 0, 0)
    values = read(tensor, (slice(first * LINE, min(last * LINE, tensor.numel)),), raw=raw)
    lines = np.zeros(-(-values.size // LINE) * LINE, values.dtype)
    lines[: values.size] = values
    return ValuesPage(lines.reshape(-1, LINE), first, 0, wrapped=LINE, length=tensor.numel)
