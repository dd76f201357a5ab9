"""A line of what was looked at before the start: a sign, what it is, what was found or is assumed instead."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ... import wording
from ...language import sentences, tr
from ..theme import px
from ..widgets.labels import Label
from ..widgets.marked_text import MarkedText
from ..widgets.state_sign import ASSUMED, BAD, OK, WARNING, StateSign

TITLE_WIDTH = 150
"""Pixels, so that what was found stands in one column."""
_MOST_LINES = 6
_STATES = {"ok": OK, "assumed": ASSUMED, "warning": WARNING, "missing": BAD, "bad": BAD}

_LOWER = 2
"""Pixels that the words begin below the sign, which is higher than they are: they stand on one line."""


class CheckedLine(QWidget):
    """One line; `offer` puts a small button at its end, and `unfold` something below it."""

    def __init__(self) -> None:
        super().__init__()
        self.sign = StateSign()
        self.title = Label(wrap=True)
        self.title.setFixedWidth(px(TITLE_WIDTH))
        self.found = MarkedText()
        self.assumed = MarkedText(tone="quiet")
        self._below: QWidget | None = None
        words = QVBoxLayout()
        words.setSpacing(1)
        words.setContentsMargins(0, _LOWER, 0, 0)
        self.title.setContentsMargins(0, _LOWER, 0, 0)
        words.addWidget(self.found)
        words.addWidget(self.assumed)
        words.addStretch(1)
        self._end = QHBoxLayout()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(self.sign, 0, 0, top)
        self._grid.addWidget(self.title, 0, 1, top)
        self._grid.addLayout(words, 0, 2)
        self._grid.addLayout(self._end, 0, 3, top)

    def show_line(self, title: str, state: str, found: str, assumed: str = "") -> None:
        """Shows it; `state` is that of a `Need` or a `Check`."""
        self.sign.show_state(_STATES.get(state, ASSUMED), tr("Missing") if state == "missing" else "")
        self.title.setText(wording.safe(title, 60))
        for text, words in ((self.found, found), (self.assumed, assumed)):
            text.setText(_safe(words))
            text.setVisible(bool(words))
        named = {"title": title, "state": self.sign.accessibleName()}
        self.setAccessibleName(tr("{title}: {state}. {words}", **named, words=sentences(found, assumed)).strip())

    def offer(self, text: str, tip: str, act) -> QToolButton:  # type: ignore[no-untyped-def]
        """Adds a quiet button at the end of the line."""
        button = QToolButton()
        button.setText(text)
        button.setObjectName("inline")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        button.setFixedHeight(button.fontMetrics().height() + 2)
        button.clicked.connect(lambda: act())
        self._end.addWidget(button)
        return button

    def unfold(self, widget: QWidget | None) -> None:
        """Puts `widget` below the words, in place of what was there; None takes it away."""
        if self._below is not None:
            self._below.hide()
            self._below.deleteLater()
        self._below = widget
        if widget is not None:
            self._grid.addWidget(widget, 1, 2, 1, 2)


def _safe(words: str) -> str:
    """Inert, line by line: what torch says of weights that do not fit has many lines, and hundreds of letters each."""
    lines = [wording.safe(line.strip(), 600) for line in words.splitlines() if line.strip()]
    more = (
        [tr("… and {lines} more", lines=wording.plural(len(lines) - _MOST_LINES, "line"))]
        if len(lines) > _MOST_LINES
        else []
    )
    return "\n".join([*lines[:_MOST_LINES], *more])
