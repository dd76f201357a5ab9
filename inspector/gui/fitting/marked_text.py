"""Sentences in which names stand between backticks: on a screen these are set in the fixed-width face instead."""

from __future__ import annotations

from PySide6.QtGui import QTextCharFormat

from ..theme import mono_font
from ..widgets.wrapped_text import WrappedText


class MarkedText(WrappedText):
    """Wrapped text whose `names` are told apart by their face."""

    def setText(self, text: str) -> None:
        """Shows `text`, every character of it for what it is but for pairs of backticks."""
        pieces = text.split("`")
        if len(pieces) % 2 == 0:  # one that is not closed stays as it is
            pieces[-2:] = ["`".join(pieces[-2:])]
        self.clear()
        cursor, plain, name = self.textCursor(), QTextCharFormat(), QTextCharFormat()
        scale = self.font().pointSizeF() / mono_font().pointSizeF()
        name.setFont(mono_font(0.95 * scale))
        for place, piece in enumerate(pieces):
            cursor.insertText(piece, name if place % 2 else plain)
        self.setAccessibleName("".join(pieces))
        self._fit()
