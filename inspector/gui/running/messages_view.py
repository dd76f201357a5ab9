"""What a run says, line by line, each with the time of day; it can be selected and copied."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ... import wording
from ...language import tr
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
        self.setAccessibleName(tr("Messages of the run"))
        self.setPlaceholderText(tr("What the run says will stand here."))
        self._last: TimedLine | None = None
        """The last line that is shown."""

    def show_lines(self, lines: Sequence[TimedLine]) -> None:
        """Shows these; what it shows already is not written again."""
        fresh = self._fresh(lines)
        if len(fresh) == len(lines) and self._last is not None:  # those of another run
            self.clear()
        if fresh:
            self.appendPlainText("\n".join(map(_text, fresh)))
            self._last = fresh[-1]

    def _fresh(self, lines: Sequence[TimedLine]) -> list[TimedLine]:
        """Those behind the last one that is shown; of very many the first are gone."""
        count = 0
        for line in reversed(lines):
            if line is self._last:
                break
            count += 1
        return list(lines[len(lines) - count :])


def _text(line: TimedLine) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(line.clock))
    sign = f"{Meaning.DAMAGED.symbol} " if line.level == "warning" else "  "
    return f"{clock} {sign}{wording.safe(line.text, 1000)}"
