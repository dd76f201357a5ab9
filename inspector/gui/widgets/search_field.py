"""The search field: a line, what it found beside it, and under it what was not understood."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from ...language import marked, tr
from ..theme import px
from ..timers import one_shot
from .clear_sign import dress_cross

PLACEHOLDER = marked("Search: conv weight   *.bias   shape:512   dtype:f16   size>1MB   nan")


_BETWEEN, _SIGN = "   ", 20
_LEAST_WIDTH, _MOST_NEEDED = 180, 220
"""Pixels that it has at least: where everything is of the usual size, and where it is large."""


class SearchField(QLineEdit):
    """A line that tells what is searched for, a moment after the last of several keystrokes at once."""

    searched = Signal(str)
    left = Signal()
    """Down, Enter or Esc in an empty field: the keyboard should go back to the tree."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._examples: list[str] = []
        self.show_examples(tr(PLACEHOLDER))
        self.setClearButtonEnabled(True)
        self.setAccessibleName(tr("Search"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._sign: QAction | None = None
        # Keystrokes that wait in the queue already count as one.
        self._timer = one_shot(self, 0, lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(lambda _text: self._timer.start())

    def show_examples(self, text: str) -> None:
        """Shows these while the field is empty, as many as there is room for; three spaces stand between them."""
        self._examples = text.split(_BETWEEN)
        self._fit_examples()

    def _fit_examples(self) -> None:
        room = self.width() - px(_SIGN) - 2 * self.fontMetrics().height()
        shown, metrics = self._examples[:1], self.fontMetrics()
        for more in self._examples[1:]:
            if metrics.horizontalAdvance(_BETWEEN.join((*shown, more))) > room:
                break
            shown.append(more)
        is_wide = metrics.horizontalAdvance(shown[0]) <= room
        self.setPlaceholderText(_BETWEEN.join(shown) if is_wide else tr("Search"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_examples()

    def minimumSizeHint(self) -> QSize:
        return QSize(min(px(_LEAST_WIDTH), _MOST_NEEDED), super().minimumSizeHint().height())

    def dress(self) -> None:
        """Puts the icon in; called when the window has been painted."""
        from ..icons import icon

        if self._sign is None:
            self._sign = self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
            dress_cross(self)
            self.update()  # Qt paints the sign alone, over the first letters of the examples that it moves aside

    def say(self, text: str) -> None:
        """Shows a text; nobody is told that it is searched for."""
        self.setText(text)
        self._timer.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)
