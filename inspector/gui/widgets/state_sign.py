"""The sign before a line that was checked: a tick, a ring, a mark of exclamation, a cross. Never colour alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ...language import marked, tr
from ..theme import Meaning, colours, px

OK, ASSUMED, WARNING, BAD = "ok", "assumed", "warning", "bad"
WORDS = {OK: marked("There"), ASSUMED: marked("Assumed"), WARNING: marked("Look at this"), BAD: marked("Wrong")}
"""What a screen reader says, and the tip."""
_SIDE = 18


class StateSign(QWidget):
    """One sign, as high and wide as a line of text."""

    def __init__(self, state: str = OK) -> None:
        super().__init__()
        self._state = state
        self.setFixedSize(px(_SIDE), px(_SIDE))
        self.show_state(state)

    def show_state(self, state: str, words: str = "") -> None:
        """Shows `OK`, `ASSUMED`, `WARNING` or `BAD`, with other `words` where those of the state will not do."""
        self._state = state
        self.setToolTip(words or tr(WORDS[state]))
        self.setAccessibleName(words or tr(WORDS[state]))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_SIDE), px(_SIDE))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / _SIDE, self.height() / _SIDE)
        {OK: _tick, ASSUMED: _ring, WARNING: _exclamation, BAD: _cross}[self._state](painter)


def _pen(painter: QPainter, colour: QColor, width: float) -> None:
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))


def _tick(painter: QPainter) -> None:
    _pen(painter, QColor(colours().accent), 2)
    painter.drawPolyline([QPointF(4, 9.5), QPointF(7.5, 13), QPointF(14, 5)])


def _ring(painter: QPainter) -> None:
    _pen(painter, QColor(colours().faint), 1.6)
    painter.drawEllipse(QRectF(5, 5, 8, 8))


def _exclamation(painter: QPainter) -> None:
    _pen(painter, colours().of(Meaning.SIZE_MISMATCH), 2.2)
    painter.drawLine(QPointF(9, 3.5), QPointF(9, 10))
    painter.drawPoint(QPointF(9, 14))


def _cross(painter: QPainter) -> None:
    _pen(painter, QColor(colours().danger), 2)
    painter.drawLine(QPointF(5, 5), QPointF(13, 13))
    painter.drawLine(QPointF(13, 5), QPointF(5, 13))
