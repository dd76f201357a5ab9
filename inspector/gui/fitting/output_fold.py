"""What the user's code printed, as it comes; closed until somebody looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit

from ... import wording
from ...language import tr
from ..theme import mono_font, px
from .fold import Fold

_MOST_LETTERS = 20_000


class OutputFold(Fold):
    """The end of what was printed. Hidden while nothing was."""

    def __init__(self, printed: Callable[[], str]) -> None:
        """`printed` gives what was printed so far; `refresh` asks it again."""
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setObjectName("written")
        self.text.setFont(mono_font(0.9))
        self.text.setFixedHeight(px(150))
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("What the code printed"))
        super().__init__(tr("Printed"), self.text)
        self._printed = printed
        self._shown = ""
        self.refresh()

    def refresh(self) -> None:
        output = self._printed()[-_MOST_LETTERS:]
        self.setVisible(bool(output))
        if output != self._shown:
            self._shown = output
            self.button.setText(tr("Printed ({lines})", lines=wording.plural(output.count(chr(10)) or 1, "line")))
            self.text.setPlainText("\n".join(wording.safe(line, 500) for line in output.splitlines()))
            bar = self.text.verticalScrollBar()
            bar.setValue(bar.maximum())
