"""What a run says, line by line, each with the time of day; it can be selected and copied."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ... import wording
from ..theme import Meaning, mono_font
from .record import MOST_LINES, TimedLine


class MessagesView(QPlainTextEdit):
    """The lines of a record. It follows the last one, as long as nobody has scrolled up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setObjectName("written")
        self.setFont(mono_font(0.92))
        self.setTabChangesFocus(True)
        self.setMaximumBlockCount(MOST_LINES)
        self.setAccessibleName("Messages of the run")
        self.setPlaceholderText("What the run says will stand here.")
        self._shown: list[TimedLine] = []

    def show_lines(self, lines: Sequence[TimedLine]) -> None:
        """Shows these; what it shows already is not written again."""
        known = len(self._shown)
        if self._shown and (len(lines) < known or lines[known - 1] is not self._shown[-1]):
            self.clear()
            self._shown, known = [], 0
        if fresh := lines[known:]:
            self.appendPlainText("\n".join(map(_text, fresh)))
            self._shown.extend(fresh)


def _text(line: TimedLine) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(line.clock))
    sign = f"{Meaning.DAMAGED.symbol} " if line.level == "warning" else "  "
    return f"{clock} {sign}{wording.safe(line.text, 1000)}"
