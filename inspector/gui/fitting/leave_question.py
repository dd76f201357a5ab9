"""Before a person's code is run the first time: what would be run, and a button that says yes."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import sentences, tr
from ..theme import mono_font
from ..widgets.wrapped_text import WrappedText
from .choices import Choice


class LeaveQuestion(QWidget):
    """A calm question; hidden while there is none."""

    allowed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = WrappedText()
        self._path = WrappedText(tone="quiet", font=mono_font(0.95))
        self.allow = QPushButton(tr("R&un It"))
        self.allow.setProperty("main", True)
        self.allow.setToolTip(tr("Run it now, and whenever it is chosen again"))
        self.allow.clicked.connect(self.allowed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.addWidget(self.allow)
        buttons.addStretch(1)
        for widget in (self._words, self._path):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.hide()

    def ask(self, choice: Choice) -> None:
        """Asks whether the code of `choice` may be run."""
        file = wording.safe(os.path.basename(choice.runs) or choice.runs, 120)
        if choice.is_code:
            why = tr("To know which models it has, {file} must be run, in a process of its own.", file=file)
        else:
            name = wording.safe(choice.name, 110)
            why = tr("To know what {name} takes, {file} must be run, in a process of its own.", name=name, file=file)
        trust = tr("Its code can do whatever you can do: run it if you trust it. You will not be asked about it again.")
        self._words.setText(sentences(why, trust))
        self._path.setText(wording.safe(choice.runs, 500))
        self.setAccessibleName(self._words.text())
        self.show()
