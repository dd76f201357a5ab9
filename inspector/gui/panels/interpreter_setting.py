"""The setting of which Python builds models and trains: the one that was used last, another, or none remembered."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator

from PySide6.QtWidgets import QFileDialog

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ..fitting.chosen_model import INTERPRETER
from ..jobs import LatestJob
from ..settings import Settings
from ..widgets.labels import plain_tip
from .setting_rows import SettingRow, button


class InterpreterSetting:
    """Fills its row: what is chosen and what torch it has, *Choose* and *Forget*."""

    def __init__(
        self, row: SettingRow, settings: Settings, say: Callable[[str], object], failed: Callable[[object], object]
    ) -> None:
        self._row = row
        self._settings = settings
        self._say = say
        self._failed = failed
        self._asking = LatestJob()
        self._known: dict[str, str] = {}
        self.choose_button = button(tr("Ch&oose…"), tr("Choose another Python interpreter"))
        self.choose_button.clicked.connect(self._choose)
        self.forget_button = button(tr("For&get"), tr("Find one by itself again"))
        self.forget_button.clicked.connect(self.forget)
        row.add(self.choose_button, tr("Choose the Python for Fit and Run"))
        row.add(self.forget_button, tr("Forget the chosen Python"))

    @property
    def chosen(self) -> str:
        """The path that is remembered, empty when none is."""
        return next((path for path in self._settings.listed(INTERPRETER) if os.path.exists(path)), "")

    def refresh(self) -> None:
        """Says which it is, and asks it what it has where that is not known yet."""
        path = self.chosen
        self.forget_button.setEnabled(bool(path))
        if not path:
            self._row.say(tr("None is chosen: one with torch is found by itself."))
            return
        words = self._known.get(path, "")
        shown = wording.safe(path, 200)
        self._row.say(tr("{path}   ·   {has}", path=shown, has=words) if words else shown)
        self._row.line.setToolTip(plain_tip(path))
        if not words and not self._asking.is_running:
            self._asking.start(_looking(path), self._hear, self._failed)

    def take(self, path: str) -> None:
        """Remembers this one."""
        self._settings.list_first(INTERPRETER, path)
        self.refresh()

    def forget(self) -> None:
        """Remembers none."""
        self._settings.forget(INTERPRETER)
        self.refresh()
        self._say(tr("The chosen Python is forgotten"))

    def stop(self) -> None:
        self._asking.cancel()

    def _choose(self) -> None:
        beside = os.path.dirname(self.chosen or sys.executable)
        path, _ = QFileDialog.getOpenFileName(self._row.window(), tr("Choose a Python Interpreter"), beside)
        if path:
            self.take(path)

    def _hear(self, told: tuple[str, str]) -> None:
        self._known[told[0]] = told[1]
        self.refresh()


def _looking(path: str) -> Generator[str, None, tuple[str, str]]:
    from ...workshop.interpreters import look

    yield path
    try:
        found = look(path)
    except InspectorError:
        return path, tr("cannot be used")
    has = f"torch {found.torch}" if found.torch else tr("no torch")
    return path, wording.safe(wording.row_of([f"Python {found.python}", has]), 80)
