"""A column of sizes, each with a bar before it that is as long as its share of the largest."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ..theme import colours, figures_font
from .plain_table import MARGIN, paint_back

_BAR_HEIGHT = 6


class SizeBarDelegate(QStyledItemDelegate):
    """Draws the text to the right, and before it a bar by the share (0 to 1) in the model's role `role`."""

    def __init__(self, role: int, parent: object = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self._role = role

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        paint_back(painter, option)
        share = index.data(self._role) or 0.0
        area = QRectF(option.rect).adjusted(MARGIN, 0, -MARGIN, 0)
        if share > 0:
            room = area.width() - option.fontMetrics.horizontalAdvance("999.9 MB ")
            bar = QRectF(area.left(), area.center().y() - _BAR_HEIGHT / 2, max(1.5, room * share), _BAR_HEIGHT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours().bars))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(bar, 2, 2)
        painter.setPen(QColor(colours().text))
        painter.setFont(figures_font(option.font))
        painter.drawText(
            area,
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            str(index.data() or ""),
        )
