"""A page of a tensor's values as a table, every number written so that it can be read back exactly."""

from __future__ import annotations

import cmath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QColor

from ... import wording
from ..theme import Meaning, colours, mono_font

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class ValuesPage:
    """A stretch of a table: `values` [rows, columns], the first of which is (`first_row`, `first_column`)."""

    values: NDArray[np.generic]
    first_row: int
    first_column: int
    wrapped: int = 0
    """For one dimension laid out in lines: how many values make a line."""
    length: int = 0
    """For one dimension laid out in lines: how many values there are; the last line may be shorter."""


class ValuesTableModel(QAbstractTableModel):
    """Shows one page. The headers count from where the page begins, not from 0."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page: ValuesPage | None = None

    @property
    def page(self) -> ValuesPage | None:
        return self._page

    def show_page(self, page: ValuesPage | None) -> None:
        """Shows `page`; None empties the table."""
        self.beginResetModel()
        self._page = page
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # type: ignore[override]
        return 0 if parent.isValid() or self._page is None else self._page.values.shape[0]

    def columnCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # type: ignore[override]
        return 0 if parent.isValid() or self._page is None else self._page.values.shape[1]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if self._page is None or not index.isValid() or not self._is_there(index.row(), index.column()):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return mono_font(0.95)
        if role == Qt.ItemDataRole.ForegroundRole and not self._is_finite(index.row(), index.column()):
            return colours().of(Meaning.DAMAGED)
        if role == Qt.ItemDataRole.ForegroundRole and self._is_zero(index.row(), index.column()):
            return QColor(colours().hint)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._page is None or role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return f"{(self._page.first_row + section) * (self._page.wrapped or 1):,}"
        return f"+{section}" if self._page.wrapped else f"{self._page.first_column + section:,}"

    def text(self, row: int, column: int) -> str:
        """One value, exactly; empty past the end of the last line."""
        if self._page is None or not self._is_there(row, column):
            return ""
        written = exact(self._page.values[row, column])
        return written if self._is_finite(row, column) else f"{Meaning.DAMAGED.symbol} {written}"

    def _is_there(self, row: int, column: int) -> bool:
        page = self._page
        return page is not None and (not page.wrapped or (page.first_row + row) * page.wrapped + column < page.length)

    def _is_zero(self, row: int, column: int) -> bool:
        values = self._page.values if self._page is not None else None
        return values is not None and values.dtype.kind in "iufc" and values[row, column] == 0

    def _is_finite(self, row: int, column: int) -> bool:
        values = self._page.values if self._page is not None else None
        return values is None or values.dtype.kind not in "fc" or cmath.isfinite(complex(values[row, column]))


def exact(value: np.generic) -> str:
    """The shortest text that reads back as this very number in its own dtype: `0.1`, `-3.2e-08`, `nan`, `True`."""
    if value.dtype.kind == "V":
        return value.tobytes().hex()
    return wording.safe(str(value))
