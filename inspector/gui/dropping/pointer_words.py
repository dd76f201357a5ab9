"""The words that go along with the pointer while something is held over the window: what a drop would do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ..theme import colours, px, scaled_font

_BESIDE = QPoint(18, 22)
"""Where its corner is, seen from the pointer: below the cursor and the picture that is dragged."""
_RADIUS = 6


class PointerWords(QWidget):
    """A small card beside the pointer. Nothing can be dropped on it: what is below it gets all events."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._words = ""
        self._is_accepted = True
        self.hide()

    @property
    def words(self) -> str:
        return self._words

    def say(self, words: str, point: QPoint, *, is_accepted: bool) -> None:
        """Says this beside a point of the window."""
        if (words, is_accepted) != (self._words, self._is_accepted):
            self._words, self._is_accepted = words, is_accepted
            self.setFont(scaled_font(1.0))
            self.setAccessibleName(words)
            self.resize(self.sizeHint())
            self.update()
        self.move(self._place(point))
        self.show()
        self.raise_()

    def sizeHint(self) -> QSize:
        metrics, most = self.fontMetrics(), self.parentWidget().width() - px(24)
        width = self._sign_width() + metrics.horizontalAdvance(self._words) + 2 * px(10)
        return QSize(min(width, most), metrics.height() + 2 * px(6))

    def _place(self, point: QPoint) -> QPoint:
        """Beside the pointer, and inside the window: above the pointer where there is no room below it."""
        room, place = self.parentWidget().rect(), point + _BESIDE
        place.setX(max(px(6), min(place.x(), room.right() - self.width() - px(6))))
        if place.y() + self.height() > room.bottom() - px(6):
            place.setY(point.y() - self.height() - px(12))
        return place

    def _sign(self) -> str:
        return "→" if self._is_accepted else "⊘"

    def _sign_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._sign()) + px(8)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = QColor(now.accent if self._is_accepted else now.quiet)
        painter.setPen(QPen(tone, 1))
        painter.setBrush(QColor(now.raised))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        room = self.rect().adjusted(px(10), 0, -px(10), 0)
        painter.setFont(self.font())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._sign())
        room = QRect(room.left() + self._sign_width(), room.top(), room.width() - self._sign_width(), room.height())
        painter.setPen(QColor(now.text if self._is_accepted else now.quiet))
        cut = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, cut)
