"""A check box whose box can be seen in the dark too: Fusion draws its outline from the window's colour, darker."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from ..theme import colours, px

_BOX, _GAP = 14, 7
"""Pixels, where letters are of the usual size."""


class CheckBox(QCheckBox):
    """A quiet rounded box; accent with a tick when it is checked."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = px(_BOX) + px(_GAP) + metrics.horizontalAdvance(self.text()) + 4
        return QSize(width, max(metrics.height(), px(_BOX)) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size, scale = px(_BOX), px(_BOX) / _BOX
        box = QRectF(2, (self.height() - size) / 2, size, size)
        is_near = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(QColor(now.accent if is_near or self.isChecked() else now.faint), 1))
        painter.setBrush(QColor(now.accent if self.isChecked() else now.surface))
        painter.drawRoundedRect(box, 3.5 * scale, 3.5 * scale)
        if self.isChecked():
            painter.setPen(QPen(QColor(now.on_accent), 1.8 * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            corner = box.topLeft()
            tick = (QPointF(3.4, 7.2), QPointF(6, 9.8), QPointF(10.6, 4.4))
            painter.drawPolyline([corner + point * scale for point in tick])
        if self.hasFocus():
            painter.setPen(QPen(QColor(now.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(now.text if self.isEnabled() else now.faint))
        beside = size + px(_GAP)
        area = QRectF(beside, 0, self.width() - beside, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text())
