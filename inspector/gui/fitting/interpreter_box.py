"""Which Python the user's code is run with: the window's own, those that were found or used, or any other."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog

from ... import wording
from ..widgets.boxes import ChoiceBox
from ..widgets.labels import plain_tip
from .chosen_model import INTERPRETER, ChosenModel

_OTHER = "Another Python …"


class InterpreterBox(ChoiceBox):
    """One interpreter of several; the last item asks for another."""

    chosen = Signal(str)
    """The path of an interpreter that a person chose."""

    def __init__(self, chosen: ChosenModel) -> None:
        super().__init__()
        self._model = chosen
        self._paths: list[str] = []
        self.setAccessibleName("Python that builds the model")
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._take)
        self.refresh()

    def refresh(self) -> None:
        """Lists what there is to choose from."""
        used = [path for path in self._model.settings.listed(INTERPRETER) if os.path.exists(path)]
        self._paths = list(dict.fromkeys([self._model.interpreter, sys.executable, *used]))
        self.clear()
        for path in self._paths:
            self.addItem(_name_of(path))
        self.addItem(_OTHER)
        self.setCurrentIndex(0)
        self.setToolTip(plain_tip(f"The model is built with {wording.safe(self._paths[0], 300)}"))

    def _take(self, place: int) -> None:
        path = self._paths[place] if place < len(self._paths) else self._asked()
        if path and path != self._model.interpreter:
            self.chosen.emit(path)
        self.refresh()

    def _asked(self) -> str:
        beside = os.path.dirname(self._model.interpreter)
        path, _ = QFileDialog.getOpenFileName(self.window(), "Choose a Python Interpreter", beside)
        return path


def _name_of(path: str) -> str:
    """`.venv`, `conda/envs/train` ...: the environment, as people call it."""
    if path == sys.executable:
        return "this window's Python"
    folder = os.path.dirname(os.path.dirname(path))
    name = os.path.basename(folder)
    if name.startswith(".") or name in ("env", "venv"):
        name = os.path.join(os.path.basename(os.path.dirname(folder)), name)
    return wording.safe(path if name in ("", "usr", "local") else f"{name}  ({path})", 120)
