"""A line of facts that can be read through and copied; where there is no room for all of them, whole ones are shown.

Why this way: a text field cuts its text at any letter, and half a number reads as another number.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QStylePainter, QToolTip, QWidget

from .labels import plain_tip

_BETWEEN = "  "
_MARGIN = 2
"""Pixels that a text field leaves before its text, within its frame."""


class SummaryLine(QLineEdit):
    """Facts with two spaces between them. With the keyboard in it, it is a text field as any other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)

    def shown(self) -> str:
        """What there is room for."""
        return self._shortened(self._room().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        text, room = self.text(), self._room()
        shown = self._shortened(room.width())
        if self.hasFocus() or shown == text:
            super().paintEvent(event)
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def event(self, event: QEvent) -> bool:
        """All of it is the tip, where it is cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            is_cut = self.shown() != self.text()
            QToolTip.showText(event.globalPos(), plain_tip(self.text()) if is_cut else "", self)
            return True
        return super().event(event)

    def _room(self) -> QRect:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        return inside.adjusted(_MARGIN, 0, -_MARGIN, 0)

    def _shortened(self, width: int) -> str:
        text, metrics = self.text(), self.fontMetrics()
        if metrics.horizontalAdvance(text) <= width:
            return text
        facts = text.split(_BETWEEN)
        while len(facts) > 1:
            facts.pop()
            shorter = _BETWEEN.join((*facts, "…"))
            if metrics.horizontalAdvance(shorter) <= width:
                return shorter
        return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)
