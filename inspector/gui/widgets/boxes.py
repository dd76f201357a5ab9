"""A choice and a number to be set, drawn as quietly as the window's text fields.

Why this way: a style sheet that gives these two a border takes their arrows away, unless it brings pictures of
arrows in the colours of each theme. Two short paint methods draw both in the colours in force.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QSpinBox, QStyle, QStyleOptionSpinBox, QToolTip, QWidget

from ..theme import colours, factor
from .labels import plain_tip

_ARROW = 3.2
"""Half the width of an arrow, in pixels, where letters are of the usual size."""


class ChoiceBox(QComboBox):
    """One of several texts."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width() + 16, _height(self))

    def closed_text(self, width: int) -> str:
        """What stands in the box while it is closed, in so many pixels; a text that is too long is elided."""
        return self.currentText()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = _framed(self)
        painter.setPen(QColor(colours().text if self.isEnabled() else colours().faint))
        painter.drawText(self._area(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self._shown())
        _arrow(painter, QPointF(self.width() - 13, self.height() / 2), down=True, usable=self.count() > 1)

    def event(self, event: QEvent) -> bool:
        """A text that is cut is its own tip, where there is no other."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and not self.toolTip():
            is_cut = self._shown() != self.currentText()
            QToolTip.showText(event.globalPos(), plain_tip(self.currentText()) if is_cut else "", self)
            return True
        return super().event(event)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(9, 0, -22, 0)

    def _shown(self) -> str:
        width = int(self._area().width())
        return self.fontMetrics().elidedText(self.closed_text(width), Qt.TextElideMode.ElideRight, width)


class NumberBox(QSpinBox):
    """A whole number. Takes what is typed when it is done, not at each digit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width() + 6, _height(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = _framed(self)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        can = self.stepEnabled()
        for part, flag in (
            (QStyle.SubControl.SC_SpinBoxUp, QSpinBox.StepEnabledFlag.StepUpEnabled),
            (QStyle.SubControl.SC_SpinBoxDown, QSpinBox.StepEnabledFlag.StepDownEnabled),
        ):
            area = self.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, self)
            is_down = part == QStyle.SubControl.SC_SpinBoxDown
            _arrow(painter, QRectF(area).center(), down=is_down, usable=bool(can & flag))


def _height(box: QWidget) -> int:
    return box.fontMetrics().height() + 14  # as text fields and buttons are


def _framed(box: QWidget) -> QPainter:
    """A painter for `box`, whose frame it has drawn."""
    now, painter = colours(), QPainter(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(now.accent if box.hasFocus() else now.line), 1))
    painter.setBrush(QColor(now.hover if box.underMouse() else now.surface))
    painter.drawRoundedRect(QRectF(box.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    return painter


def _arrow(painter: QPainter, at: QPointF, *, down: bool, usable: bool) -> None:
    painter.setPen(QPen(QColor(colours().quiet if usable else colours().line), 1.4))
    aside = _ARROW * max(1.0, factor())
    height = aside / 2 if down else -aside / 2
    points = [at + QPointF(-aside, -height), at + QPointF(0, height), at + QPointF(aside, -height)]
    painter.drawPolyline(points)
