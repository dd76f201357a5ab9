"""A row of chips, each with a sign, a count and a word: they count the kinds of something, and filter by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ...language import tr
from ..theme import Meaning, colours, figures_font
from .flow_layout import FlowLayout

_SIDE, _GAP = 10, 6


class ChipText(NamedTuple):
    """What a chip says."""

    name: str
    """By which it is known."""
    meaning: Meaning
    word: str
    tip: str = ""


class Chips(QWidget):
    """Chips that can be pressed down; those that are down are what is wanted, none of them down means all."""

    changed = Signal(object)
    """A frozenset of the names of those that are down."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._flow = FlowLayout(self, across=6, down=4)
        self._chips: dict[str, _Chip] = {}

    def show_chips(self, texts: Iterable[ChipText]) -> None:
        """Shows these and no others; those that were down stay down."""
        down = self.down
        while (item := self._flow.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self._chips = {text.name: self._made(text, text.name in down) for text in texts}

    def count(self, counts: dict[str, int]) -> None:
        """Shows how many there are of each; a chip of none is hidden, unless it is down."""
        for name, chip in self._chips.items():
            chip.show_count(counts.get(name, 0))
        self._flow.invalidate()

    def press(self, names: Sequence[str] | frozenset[str]) -> None:
        """Puts these down and no others."""
        for name, chip in self._chips.items():
            chip.setChecked(name in names)

    @property
    def down(self) -> frozenset[str]:
        """The names of those that are down."""
        return frozenset(name for name, chip in self._chips.items() if chip.isChecked())

    def texts(self) -> list[str]:
        """What the chips on show say."""
        return [chip.text() for chip in self._chips.values() if chip.isVisibleTo(self)]

    def _made(self, text: ChipText, is_down: bool) -> _Chip:
        chip = _Chip(text)
        chip.setChecked(is_down)
        chip.clicked.connect(lambda: self.changed.emit(self.down))
        self._flow.addWidget(chip)
        return chip


class _Chip(QAbstractButton):
    """One chip: `≠ size mismatch: 2`."""

    def __init__(self, text: ChipText) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the pointer comes and goes
        self._text = text
        self._count = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(text.tip)
        self.setFont(figures_font(self.font()))
        self.show_count(0)

    def show_count(self, count: int) -> None:
        self._count = count
        words = tr("{kind}: {count:,}", count=count, kind=self._text.word)
        self.setText(f"{self._text.meaning.symbol} {words}")
        self.setAccessibleName(words)
        self.setVisible(bool(count) or self.isChecked())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * _SIDE + _GAP, metrics.height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        colour = now.of(self._text.meaning)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(colour)
        back.setAlpha(52 if self.isChecked() else 26 if self.underMouse() else 0)
        edge = QColor(now.accent) if self.hasFocus() else colour if self.isChecked() else QColor(now.line)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(back)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        self._paint_words(painter, colour)

    def _paint_words(self, painter: QPainter, colour: QColor) -> None:
        symbol, metrics = self._text.meaning.symbol, self.fontMetrics()
        area = self.rect().adjusted(_SIDE, 0, 0, 0)
        painter.setPen(colour)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, symbol)
        area.setLeft(area.left() + metrics.horizontalAdvance(symbol) + _GAP)
        painter.setPen(QColor(colours().text))
        words = self.text()[len(symbol) + 1 :]
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, words)
