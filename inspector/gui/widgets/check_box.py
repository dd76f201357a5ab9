"""A check box whose box can be seen in the dark too: Fusion draws its outline from the window's colour, darker."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from ..theme import colours

_BOX, _GAP = 14, 7


class CheckBox(QCheckBox):
    """A quiet rounded box; accent with a tick when it is checked."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(_BOX + _GAP + metrics.horizontalAdvance(self.text()) + 4, max(metrics.height(), _BOX) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(2, (self.height() - _BOX) / 2, _BOX, _BOX)
        is_near = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(QColor(now.accent if is_near or self.isChecked() else now.faint), 1))
        painter.setBrush(QColor(now.accent if self.isChecked() else now.surface))
        painter.drawRoundedRect(box, 3.5, 3.5)
        if self.isChecked():
            painter.setPen(QPen(QColor(now.on_accent), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            corner = box.topLeft()
            painter.drawPolyline([corner + QPointF(3.4, 7.2), corner + QPointF(6, 9.8), corner + QPointF(10.6, 4.4)])
        if self.hasFocus():
            painter.setPen(QPen(QColor(now.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QColor(now.text if self.isEnabled() else now.faint))
        area = QRectF(_BOX + _GAP, 0, self.width() - _BOX - _GAP, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text())
