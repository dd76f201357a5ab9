"""Where in a long row of things one is: first, previous, next, last - and in words."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ...language import marked, tr
from ..theme import figures_font
from .labels import Label

_SIGNS = "«‹›»"


class Things(NamedTuple):
    """What the texts of a pager call that which it pages through."""

    words: str
    tips: tuple[str, str, str, str]


FILTERS = Things(
    marked("filters {first:,} to {last:,} of {total:,}"),
    (
        marked("First page of the filters"),
        marked("Previous page of the filters"),
        marked("Next page of the filters"),
        marked("Last page of the filters"),
    ),
)
LINES = Things(
    marked("lines {first:,} to {last:,} of {total:,}"),
    (
        marked("First page of the lines"),
        marked("Previous page of the lines"),
        marked("Next page of the lines"),
        marked("Last page of the lines"),
    ),
)
ROWS = Things(
    marked("rows {first:,} to {last:,} of {total:,}"),
    (
        marked("First page of the rows"),
        marked("Previous page of the rows"),
        marked("Next page of the rows"),
        marked("Last page of the rows"),
    ),
)
COLUMNS = Things(
    marked("columns {first:,} to {last:,} of {total:,}"),
    (
        marked("First page of the columns"),
        marked("Previous page of the columns"),
        marked("Next page of the columns"),
        marked("Last page of the columns"),
    ),
)


class Pager(QWidget):
    """Pages of `per_page` things out of `total`. Hidden where one page holds them all."""

    moved = Signal()

    def __init__(self, things: Things, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.things = things
        self.first, self.total, self.per_page = 0, 0, 1
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons = [self._button(place) for place in range(len(_SIGNS))]
        self._words = Label(tone="quiet")
        self._words.setFont(figures_font(self._words.font()))
        for widget in (*self.buttons[:2], self._words, *self.buttons[2:]):
            row.addWidget(widget)
        self.hide()

    def show_pages(self, total: int, per_page: int, first: int = 0) -> None:
        """Offers the pages of `total` things, and stands at the one that holds number `first`. Emits nothing."""
        self.total, self.per_page = total, max(1, per_page)
        self._stand_at(first)
        self.setVisible(total > per_page)

    @property
    def last(self) -> int:
        """The number just past the last thing of the page."""
        return min(self.total, self.first + self.per_page)

    def go_to(self, number: int) -> None:
        """To the page that holds `number`."""
        before = self.first
        self._stand_at(number)
        if self.first != before:
            self.moved.emit()

    def words(self) -> str:
        """`filters 0 to 255 of 512`."""
        return tr(self.things.words, first=self.first, last=self.last - 1, total=self.total)

    def _stand_at(self, number: int) -> None:
        kept = min(max(number, 0), max(self.total - 1, 0))
        self.first = kept - kept % self.per_page
        self._words.setText(self.words())
        for button, is_usable in zip(self.buttons, self._usable(), strict=True):
            button.setEnabled(is_usable)

    def _usable(self) -> tuple[bool, bool, bool, bool]:
        return self.first > 0, self.first > 0, self.last < self.total, self.last < self.total

    def _button(self, place: int) -> QToolButton:
        button = QToolButton()
        button.setText(_SIGNS[place])
        button.setToolTip(tr(self.things.tips[place]))
        button.setAccessibleName(button.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.go_to(self._target(place)))
        return button

    def _target(self, place: int) -> int:
        return (0, self.first - self.per_page, self.first + self.per_page, self.total - 1)[place]
