"""The words that go along with the pointer while something is held over the window: what a drop would do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ..theme import px
from .words_card import card_size, paint_card

_BESIDE = QPoint(20, 38)
"""Where its corner is, seen from the pointer: below the cursor and the picture that is dragged."""


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
            self.setAccessibleName(words)
            self.resize(self.sizeHint())
            self.update()
        self.move(self._place(point))
        self.show()
        self.raise_()

    def sizeHint(self) -> QSize:
        return card_size(self._sign(), self._words, self.parentWidget().width() - px(24))

    def _place(self, point: QPoint) -> QPoint:
        """Beside the pointer, and inside the window: above the pointer where there is no room below it."""
        room, place = self.parentWidget().rect(), point + _BESIDE
        place.setX(max(px(6), min(place.x(), room.right() - self.width() - px(6))))
        if place.y() + self.height() > room.bottom() - px(6):
            place.setY(point.y() - self.height() - px(12))
        return place

    def _sign(self) -> str:
        return "→" if self._is_accepted else "⊘"

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_card(QPainter(self), self.rect(), self._sign(), self._words, is_bright=self._is_accepted)
