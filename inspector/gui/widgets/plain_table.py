"""A table that is read like a list: whole rows, no grid, no numbers at their side."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ..theme import colours

MARGIN = 8
"""Pixels before and behind a text, as the titles of columns have them."""
_STYLE = 3
"""What the style counts with instead."""


def make_plain(table: QTableView) -> None:
    """Takes away what a list does not need; Tab leaves the table instead of going from cell to cell."""
    table.setItemDelegate(CellDelegate(table))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setFrameShape(table.Shape.NoFrame)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.horizontalHeader().setHighlightSections(False)


class CellDelegate(QStyledItemDelegate):
    """A text as far from the sides as the titles are; the chosen row behind it as in every list of the window."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index) + QSize(2 * (MARGIN - _STYLE), 0)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        paint_back(painter, cell)
        room = cell.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        is_enabled = bool(cell.state & QStyle.StateFlag.State_Enabled)
        group = QPalette.ColorGroup.Active if is_enabled else QPalette.ColorGroup.Disabled
        painter.setFont(cell.font)
        painter.setPen(cell.palette.color(group, QPalette.ColorRole.Text))
        text = QFontMetrics(cell.font).elidedText(cell.text, cell.textElideMode, room.width())
        painter.drawText(room, cell.displayAlignment | Qt.TextFlag.TextSingleLine, text)


def paint_back(painter: QPainter, cell: QStyleOptionViewItem) -> None:
    """What lies behind a cell: every second row a little raised where the table wants it so, the chosen one set off."""
    if cell.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(cell.rect, QColor(colours().selection))
    elif cell.features & QStyleOptionViewItem.ViewItemFeature.Alternate:
        painter.fillRect(cell.rect, cell.palette.color(QPalette.ColorRole.AlternateBase))
    if cell.state & QStyle.StateFlag.State_HasFocus:
        painter.fillRect(cell.rect.left(), cell.rect.top(), 3, cell.rect.height(), QColor(colours().accent))
