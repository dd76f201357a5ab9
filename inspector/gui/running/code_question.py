"""Whether a person's own code may be run: asked once for a file, before anything of it is."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ..fitting.chosen_model import MOST_TRUSTED, TRUSTED
from ..settings import Settings
from ..theme import mono_font
from ..widgets.wrapped_text import WrappedText


class CodeQuestion(QWidget):
    """A calm question below a field; hidden while there is none."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._then: Callable[[], object] = lambda: None
        self._path = ""
        self._words = WrappedText()
        self._shown = WrappedText(tone="quiet", font=mono_font(0.9))
        self.allow = QPushButton("&Run It")
        self.allow.setToolTip("Run it now, and whenever it is chosen again")
        self.allow.clicked.connect(self._allow)
        self.refuse = QPushButton("Do &Not")
        self.refuse.setToolTip("Leave things as they were")
        self.refuse.clicked.connect(self.hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(6)
        for widget in (self._words, self._shown):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        for button in (self.allow, self.refuse):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.hide()

    def ask(self, path: str, words: str, then: Callable[[], object]) -> None:
        """Does `then` once the code at `path` may be run: at once where somebody said so before."""
        self.hide()
        if self.is_allowed(path):
            then()
            return
        self._path, self._then = path, then
        self._words.setText(words)
        self._shown.setText(wording.safe(path, 500))
        self.setAccessibleName(words)
        self.show()

    def is_allowed(self, path: str) -> bool:
        """Whether somebody said that this file, or the folder it lies in, may be run."""
        trusted = set(self._settings.listed(TRUSTED, MOST_TRUSTED))
        folders = [path]
        while os.path.dirname(folders[-1]) != folders[-1]:
            folders.append(os.path.dirname(folders[-1]))
        return not trusted.isdisjoint(folders)

    def _allow(self) -> None:
        self._settings.list_first(TRUSTED, self._path, MOST_TRUSTED)
        self.hide()
        self._then()
