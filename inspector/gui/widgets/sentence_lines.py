"""Sentences as quiet lines, one below the other, of which one can be down: what it is about is set off elsewhere.

Names stand in a sentence between backquotes, and are drawn in the fixed-width face. Up and Down go from line to line.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ..theme import colours, mono_font
from .line_button import LineButton

_RIM = 2
"""Above the first line and below the last."""
_SIDE, _GAP = 14, 16
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class SentenceLine(LineButton):
    """One sentence on one line. A subclass paints the mark before it, and may have words at its end."""

    step_asked = Signal(int)
    """Down (1) or up (-1): the keyboard wants to the next line."""

    beside = ""
    """Quiet words at the right end."""

    def __init__(self, subject: object, sentence: str) -> None:
        """`subject` is what the sentence is about."""
        super().__init__()
        self.subject = subject
        self.setCheckable(True)
        self.setText(wording.safe(sentence, 600))

    def paint_mark(self, painter: QPainter) -> int:
        """Paints what stands before the sentence, and gives the place where that begins."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step_asked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setPen(QColor(now.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.selection if self.isChecked() else now.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        left = self.paint_mark(painter)
        beside = self.fontMetrics().horizontalAdvance(self.beside) + _GAP if self.beside else 0
        painter.setPen(QColor(now.text))
        self._paint_sentence(painter, left, self.width() - _SIDE - beside)
        painter.setFont(self.font())
        painter.setPen(QColor(now.quiet))
        painter.drawText(self.rect().adjusted(0, 0, -_SIDE, 0), _FLAGS | Qt.AlignmentFlag.AlignRight, self.beside)

    def _paint_sentence(self, painter: QPainter, left: int, right: int) -> None:
        for place, piece in enumerate(self.text().split("`")):
            font = mono_font(0.95) if place % 2 else self.font()  # every second piece is a name
            metrics = QFontMetrics(font)
            shown = metrics.elidedText(piece, Qt.TextElideMode.ElideRight, max(0, right - left))
            painter.setFont(font)
            painter.drawText(QRect(left, 0, right - left, self.height()), _FLAGS, shown)
            left += metrics.horizontalAdvance(piece)
            if shown != piece:
                break


class SentenceLines(QScrollArea):
    """The lines, of which at most one is down; further ones than have room are scrolled to."""

    chosen = Signal(object)
    """The subject of the line that is down now; None when none is."""

    def __init__(self, name: str, most: int) -> None:
        """`name` is what a screen reader says, `most` how many lines are seen at once."""
        super().__init__()
        self.setAccessibleName(name)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its lines have it
        self.viewport().setAutoFillBackground(False)
        page = QWidget()
        page.setAutoFillBackground(False)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(6, _RIM, 6, _RIM)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(page)
        self.lines: list[SentenceLine] = []
        self._most = most

    def show_lines(self, lines: Sequence[SentenceLine]) -> None:
        """Shows these and no others; hidden while there are none."""
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = list(lines)
        for number, line in enumerate(self.lines):
            line.clicked.connect(lambda _=False, line=line: self._pressed(line))
            line.step_asked.connect(lambda step, line=line: self._go(line, step))
            self._column.insertWidget(number, line)
        self.fit(self._most)

    @property
    def down(self) -> SentenceLine | None:
        """The line that is down."""
        return next((line for line in self.lines if line.isChecked()), None)

    @property
    def place(self) -> int:
        """The number of the line that is down, -1 for none."""
        return next((number for number, line in enumerate(self.lines) if line.isChecked()), -1)

    def go_to(self, place: object) -> None:
        """Has the line with this number down; -1: none. A line that is not there: as it is."""
        if isinstance(place, int) and -1 <= place < len(self.lines) and place != self.place:
            self.choose(self.lines[place].subject if place >= 0 else None)

    def choose(self, subject: object) -> None:
        """Sets off this subject; the one that is set off already no more. None: none of them."""
        was = self.down
        wanted = None if was is not None and subject is was.subject else subject
        for line in self.lines:
            line.setChecked(wanted is not None and line.subject is wanted)
        self.chosen.emit(wanted)

    def fit(self, most: int) -> None:
        """Takes the room of so many lines at most."""
        self._most = most
        self.setVisible(bool(self.lines))
        self.setFixedHeight(sum(line.sizeHint().height() for line in self.lines[:most]) + 2 * _RIM)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit(self._most)

    def _pressed(self, line: SentenceLine) -> None:
        line.setChecked(not line.isChecked())  # as it was: `choose` decides
        self.choose(line.subject)

    def _go(self, line: SentenceLine, step: int) -> None:
        place = self.lines.index(line) + step
        if 0 <= place < len(self.lines):
            self.lines[place].setFocus()
            self.ensureWidgetVisible(self.lines[place])
