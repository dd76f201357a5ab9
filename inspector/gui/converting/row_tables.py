"""Two tables of tensors: what a cast loses, and each before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from ... import wording
from ...converting.wishes import Losses, Row
from ...language import marked, tr
from ..item_models.flat_table import FlatTableModel
from ..theme import Meaning, colours, figures_font, mono_font, px, scaled_font
from ..widgets.labels import plain_tip
from ..widgets.plain_table import make_plain

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SEEN = 12
"""Rows that are seen without scrolling."""


class RowTableModel(FlatTableModel):
    """One row for each tensor; the first column is a key."""

    mono = frozenset((0,))
    """Columns of keys and shapes; all others are figures."""

    tips: tuple[str, ...] = ()
    """What the columns are, where their titles do not say it."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Row] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def count(self) -> int:
        return len(self.rows)

    def text(self, row: Row, column: int) -> str:
        raise NotImplementedError

    def tip(self, row: Row) -> str:
        raise NotImplementedError

    def is_alarming(self, row: Row, column: int) -> bool:
        return False

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.tip(row))
        if role == Qt.ItemDataRole.FontRole:
            return mono_font(0.92) if column in self.mono else figures_font(scaled_font(0.95))
        if role == Qt.ItemDataRole.TextAlignmentRole and column not in self.mono:
            return _RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and self.is_alarming(row, column):
            return colours().of(Meaning.DAMAGED)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            return left if section in self.mono else _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal and self.tips:
            return plain_tip(tr(self.tips[section]))
        return super().headerData(section, orientation, role)


class LossTableModel(RowTableModel):
    """What casting does to tensors that lose something, in the order given."""

    titles = (marked("Tensor"), "→ Inf", "→ 0", marked("Rounded"), marked("Largest error"))
    tips = (
        "",
        marked("Numbers too large for the new dtype: they become infinite"),
        marked("Numbers too small for the new dtype: they become zero"),
        marked("Numbers that come back as others"),
        marked("How far a number is off at most, as a share of itself"),
    )

    def text(self, row: Row, column: int) -> str:
        losses = row.losses or Losses()
        sign = f"{Meaning.DAMAGED.symbol} " if losses.overflowing else ""
        counts = (losses.overflowing, losses.vanishing, losses.rounded)
        error = f"{losses.largest_error:.2g}" if losses.rounded else "–"
        return (sign + wording.safe(row.key, 200), *(f"{each:,}" if each else "–" for each in counts), error)[column]

    def tip(self, row: Row) -> str:
        losses = row.losses or Losses()
        lines = [
            wording.safe(row.key, 400),
            f"{row.old_dtype} → {row.dtype}   ·   {wording.plural(losses.numbers, 'number')}",
            tr("{count:,} become subnormal: they keep fewer digits", count=losses.subnormal)
            if losses.subnormal
            else "",
        ]
        return "\n".join(filter(None, lines))

    def is_alarming(self, row: Row, column: int) -> bool:
        return column < 2 and row.losses is not None and row.losses.overflowing > 0


class TensorTableModel(RowTableModel):
    """Each tensor before and after."""

    titles = (marked("Before"), marked("After"), marked("Shape"), marked("dtype"), marked("Size"))
    mono = frozenset((0, 1, 2))
    AFTER = 1
    """The column of new keys; to be hidden where there are none."""

    def text(self, row: Row, column: int) -> str:
        if column == 0:
            return wording.safe(row.old_key, 200)
        if column == 1:
            return _after(row)
        if column == 2:
            return wording.shape(row.shape)
        if column == 3:
            return row.dtype if row.dtype == row.old_dtype else f"{row.old_dtype} → {row.dtype}"
        return wording.size(row.nbytes)

    def tip(self, row: Row) -> str:
        return "\n".join((wording.safe(row.old_key, 400), f"→ {wording.safe(row.key, 400)}"))


def _after(row: Row) -> str:
    if row.same_as:
        return tr("as {name}", name=wording.safe(row.same_as, 160))
    if row.zeros:
        return tr("{name} (zeros)", name=wording.safe(row.key, 160))
    return "=" if row.key == row.old_key else wording.safe(row.key, 200)


def table_of(model: RowTableModel, name: str) -> QTableView:
    """A plain table whose keys take the room that the figures leave."""
    table = QTableView()
    table.setModel(model)
    make_plain(table)
    table.setAccessibleName(name)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    header = table.horizontalHeader()
    header.setMinimumSectionSize(px(58))
    header.setResizeContentsPrecision(40)  # of 100,000 rows those in view
    for column in range(model.columnCount()):
        wide = column == 0 or (column == 1 and 1 in model.mono)
        mode = QHeaderView.ResizeMode.Stretch if wide else QHeaderView.ResizeMode.ResizeToContents
        header.setSectionResizeMode(column, mode)
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 9)
    return table


def fit_height(table: QTableView) -> None:
    """Makes a table as high as its rows are, and no higher than a few."""
    rows = min(table.model().rowCount(), _SEEN)
    row = table.verticalHeader().defaultSectionSize()
    table.setFixedHeight(row * rows + table.horizontalHeader().sizeHint().height() + 4)
