"""Sentences in which names stand between backticks: on a screen these are set in the fixed-width face instead.

Why this way: a list of causes has hundreds of sentences. A text editor that only shows one takes two milliseconds to
be made, a widget that draws it a tenth of that.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..theme import colours, mono_font

_LINE_SEPARATOR = "\u2028"


class MarkedText(QWidget):
    """Text that breaks anywhere when it must and is as high as its lines are, in one of the tones of `Label`."""

    def __init__(
        self, text: str = "", *, tone: str = "text", font: QFont | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._layout = QTextLayout()
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if font is not None:
            self.setFont(font)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Shows `text`, every character of it for what it is but for pairs of backticks."""
        pieces = text.split("`")
        if len(pieces) % 2 == 0:  # one that is not closed stays as it is
            pieces[-2:] = ["`".join(pieces[-2:])]
        self._plain = "".join(pieces)
        self._layout.setFont(self.font())
        self._layout.setText(self._plain.replace("\n", _LINE_SEPARATOR))
        self._layout.setFormats(self._ranges(pieces))
        self.setAccessibleName(self._plain)
        self._fit()
        self.update()

    def text(self) -> str:
        """What is shown, without the backticks."""
        return self._plain

    def sizeHint(self) -> QSize:
        return QSize(240, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(getattr(colours(), self._tone if self.isEnabled() else "faint")))
        self._layout.draw(painter, QPointF(0, 0))

    def _ranges(self, pieces: list[str]) -> list[QTextLayout.FormatRange]:
        """Every second piece is a name."""
        name = QTextCharFormat()
        name.setFont(mono_font(0.95 * self.font().pointSizeF() / mono_font().pointSizeF()))
        found, at = [], 0
        for place, piece in enumerate(pieces):
            if place % 2 and piece:
                kept = QTextLayout.FormatRange()
                kept.start, kept.length, kept.format = at, len(piece.encode("utf-16-le")) // 2, name
                found.append(kept)
            at += len(piece.encode("utf-16-le")) // 2
        return found

    def _fit(self) -> None:
        """As high as the lines are at the present width."""
        height = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(self.width())
            line.setPosition(QPointF(0, height))
            height += line.height()
        self._layout.endLayout()
        if (wanted := int(height + 0.999)) != self.height() or wanted != self.minimumHeight():
            self.setFixedHeight(wanted)
