"""The legend of the plots: a stroke of each curve with its name, to be pressed to hide the curve and to show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ...language import tr
from ..theme import colours
from ..widgets.flow_layout import FlowLayout

_STROKE, _GAP, _SIDE = 18, 6, 6


class Entry(NamedTuple):
    """One line of a legend."""

    name: str
    """Of the traces that it shows and hides."""
    text: str
    """Text and tip are said with `tr`."""
    role: str
    """The name of its colour in `theme.Colours`."""
    width: float
    symbol: bool = False
    tip: str = ""


class CurveLegend(QWidget):
    """Names of curves side by side; in further lines where one is too short."""

    changed = Signal(object)
    """A frozenset of the names that are hidden."""

    def __init__(self, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Curves"))
        self._buttons = {entry.name: _Button(entry) for entry in entries}
        flow = FlowLayout(self, across=4, down=2)
        for button in self._buttons.values():
            button.toggled.connect(lambda _: self.changed.emit(self.hidden))
            flow.addWidget(button)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(name for name, button in self._buttons.items() if not button.isChecked())

    def hide_these(self, names: frozenset[str]) -> None:
        """Hides these curves, and shows all others."""
        for name, button in self._buttons.items():
            button.setChecked(name not in names)

    def offer(self, names: frozenset[str]) -> None:
        """Shows these entries and no others."""
        for name, button in self._buttons.items():
            if button.isHidden() == (name in names):
                button.setVisible(name in names)
                self.layout().invalidate()

    def press(self, name: str) -> None:
        """As if a person had pressed the entry."""
        self._buttons[name].click()

    def texts(self) -> list[str]:
        """The names on show."""
        return [button.text() for button in self._buttons.values() if not button.isHidden()]


class _Button(QAbstractButton):
    """A stroke and a name."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the pointer comes and goes
        self._entry = entry
        text = tr(entry.text)
        self.setText(text)
        self.setAccessibleName(tr("Show {curve}", curve=text))
        self.setToolTip(tr(entry.tip) or tr("Show or hide: {curve}", curve=text))
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + _STROKE + _GAP + 2 * _SIDE
        return QSize(width, metrics.height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(now.accent if self.hasFocus() else now.line), 1))
            painter.setBrush(QColor(now.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        colour = QColor(getattr(now, self._entry.role) if self.isChecked() else now.line)
        middle = self.height() / 2
        painter.setPen(QPen(colour, self._entry.width))
        painter.drawLine(QPointF(_SIDE, middle), QPointF(_SIDE + _STROKE, middle))
        if self._entry.symbol:
            painter.fillRect(QRectF(_SIDE + _STROKE / 2 - 3, middle - 3, 6, 6), colour)
        painter.setPen(QColor(now.text if self.isChecked() else now.faint))
        area = self.rect().adjusted(_SIDE + _STROKE + _GAP, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self.text())
