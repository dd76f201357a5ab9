"""Which Python the user's code is run with: the window's own, those that were found or used, or any other.

Why this way: to ask an interpreter what it has is to run it, and one that lies beside somebody's code may be
anything. So those beside a file are only asked when that file's code may be run; the others when the list is opened.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ..jobs import LatestJob
from ..widgets.boxes import ChoiceBox
from ..widgets.labels import plain_tip
from .chosen_model import INTERPRETER, ChosenModel

_OTHER = "Another Python …"
_MOST = 20


class InterpreterBox(ChoiceBox):
    """One interpreter of several; the last item asks for another."""

    chosen = Signal(str)
    """The path of an interpreter that a person chose."""

    def __init__(self, model: ChosenModel) -> None:
        super().__init__()
        self._model = model
        self._paths: list[str] = []
        self._known: dict[str, str] = {}
        """Path -> what it has, in words."""
        self._latest = LatestJob()
        self.setAccessibleName(tr("Python that builds the model"))
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._take)
        self.refresh()

    def refresh(self) -> None:
        """Shows the one in force, and lists those that were used."""
        if self.view().isVisible():
            return
        used = [path for path in self._model.settings.listed(INTERPRETER) if os.path.exists(path)]
        self._list([self._model.interpreter, sys.executable, *used])

    def find(self) -> None:
        """Lists whatever can be found, and asks those that were not asked yet what they have."""
        from ...workshop.interpreters import candidates

        self._list([*self._paths, *candidates(self._trusted_file())][:_MOST])
        unknown = [path for path in self._paths if path not in self._known]
        if unknown and not self._latest.is_running:
            self._latest.start(_looking(unknown), lambda _result: None, self._model.broken.emit, self._hear)

    def showPopup(self) -> None:
        self.find()
        super().showPopup()

    def stop(self) -> None:
        """Asks no further interpreter."""
        self._latest.cancel()

    def _list(self, paths: Sequence[str]) -> None:
        self._paths = list(dict.fromkeys(paths))
        self.clear()
        for path in self._paths:
            self.addItem(_name_of(path))
            self.setItemData(self.count() - 1, plain_tip(wording.safe(path, 500)), Qt.ItemDataRole.ToolTipRole)
        self.addItem(_OTHER)
        self._tell()
        self.setCurrentIndex(0)
        self.setToolTip(
            plain_tip(
                tr("The model is built with {interpreter}", interpreter=wording.safe(self._model.interpreter, 500))
            )
        )

    def _tell(self) -> None:
        for place, path in enumerate(self._paths):
            if path in self._known:
                self.setItemText(place, f"{_name_of(path)}: {self._known[path]}")

    def _hear(self, words: list[tuple[str, str]]) -> None:
        self._known.update(words)
        self._tell()

    def _take(self, place: int) -> None:
        path = self._paths[place] if place < len(self._paths) else self._asked()
        if path and path != self._model.interpreter:
            self.chosen.emit(path)
        self.refresh()

    def _asked(self) -> str:
        beside = os.path.dirname(self._model.interpreter)
        path, _ = QFileDialog.getOpenFileName(self.window(), tr("Choose a Python Interpreter"), beside)
        return path

    def _trusted_file(self) -> str:
        runs = self._model.choice.runs if self._model.choice is not None else ""
        return runs if os.path.isabs(runs) and self._model.may_run else ""


def _looking(paths: Sequence[str]) -> Generator[tuple[str, str], None, None]:
    from ...workshop.interpreters import look

    for path in paths:
        try:
            found = look(path)
            has = tr("torch {torch}", torch=found.torch) if found.torch else tr("no torch")
            yield path, wording.safe(tr("Python {python}, {has}", python=found.python, has=has), 80)
        except InspectorError:
            yield path, tr("cannot be used")


def _name_of(path: str) -> str:
    """`.venv`, `train` ...: the environment, as people call it."""
    if path == sys.executable:
        return tr("this window's Python")
    folder = os.path.dirname(os.path.dirname(path))
    name = os.path.basename(folder)
    if name.startswith(".") or name in ("env", "venv"):
        name = os.path.join(os.path.basename(os.path.dirname(folder)), name)
    return wording.safe(path if name in ("", "usr", "local") else name, 80)
