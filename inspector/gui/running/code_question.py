"""Whether a person's own code may be run: asked once for a file, before anything of it is."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
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
        self._otherwise: Callable[[], object] = lambda: None
        self._path = ""
        self._words = WrappedText()
        self._shown = WrappedText(tone="quiet", font=mono_font(0.9))
        self.allow = QPushButton(tr("R&un It"))
        self.allow.setToolTip(tr("Run it now, and whenever it is chosen again"))
        self.allow.clicked.connect(self._allow)
        self.refuse = QPushButton(tr("Do &Not"))
        self.refuse.setToolTip(tr("Leave things as they were"))
        self.refuse.clicked.connect(self._refuse)
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

    def ask(
        self, path: str, words: str, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None,
        *, is_code: bool = True, shown: str = "",
    ) -> None:  # fmt: skip
        """Does `then` once `path` may be run: at once where somebody said so before, of it or, for code, its folder."""
        self.hide()
        if self.is_allowed(path, is_code=is_code):
            then()
            return
        self._path, self._then, self._otherwise = path, then, otherwise
        self._words.setText(words)
        self._shown.setText(wording.safe(shown or path, 500))
        self.setAccessibleName(words)
        self.show()

    @property
    def words(self) -> str:
        """What is asked."""
        return self._words.text()

    def is_allowed(self, path: str, *, is_code: bool = True) -> bool:
        """Whether somebody said that it, or the folder of code it lies in, may be run."""
        trusted = set(self._settings.listed(TRUSTED, MOST_TRUSTED))
        folders = [path]
        while is_code and os.path.dirname(folders[-1]) != folders[-1]:
            folders.append(os.path.dirname(folders[-1]))
        return not trusted.isdisjoint(folders)

    def _allow(self) -> None:
        self._settings.list_first(TRUSTED, self._path, MOST_TRUSTED)
        self.hide()
        self._then()

    def _refuse(self) -> None:
        self.hide()
        self._otherwise()
