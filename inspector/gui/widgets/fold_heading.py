"""A heading that folds what stands below it: an arrow and a title, in line with whatever is below."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ...language import tr
from ..theme import colours, scaled_font

_ARROW, _GAP = 12, 6
"""Pixels of the arrow, and between it and the title."""


class FoldHeading(QAbstractButton):
    """Checked while what is below is open."""

    def __init__(self, title: str, font: QFont | None = None) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setFont(font or scaled_font(1.05, bold=True))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(title)
        self.toggled.connect(self._say)
        self._say(False)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(_ARROW + _GAP + metrics.horizontalAdvance(self.text()) + 6, metrics.height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(now.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        near = self.underMouse() and self.isEnabled()
        painter.setPen(QPen(QColor(now.text if near else now.quiet), 1.6))
        painter.drawPolyline(self._arrow())
        painter.setPen(QColor(now.text if self.isEnabled() else now.faint))
        painter.setFont(self.font())
        area = self.rect().adjusted(_ARROW + _GAP, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self.text())

    def _arrow(self) -> list[QPointF]:
        middle = QPointF(_ARROW / 2 + 2, self.height() / 2)
        if self.isChecked():
            return [middle + QPointF(-4, -2), middle + QPointF(0, 2), middle + QPointF(4, -2)]
        return [middle + QPointF(-2, -4), middle + QPointF(2, 0), middle + QPointF(-2, 4)]

    def _say(self, is_open: bool) -> None:
        title = self.text()
        self.setToolTip(tr("Fold {title}", title=title) if is_open else tr("Unfold {title}", title=title))
