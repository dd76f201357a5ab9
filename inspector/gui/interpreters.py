"""What is known of the Python interpreters that there are: asked in the background, told to a list that shows them.

    search = InterpreterSearch()
    search.offer([...])            these are to be shown
    search.find("nets.py")         whatever lies on this machine too, asked a couple at a time
    search.rows()                  those with torch first, then the unknown, then those without

Why this way: to ask an interpreter what it has is to run it, and one that lies beside somebody's code may be anything.
So those beside a file are only asked when that file's code may be run; the others when somebody is about to choose.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from ..errors import InspectorError
from ..language import tr
from ..progress import Progress
from ..wording import safe
from ..workshop.requests import Interpreter
from .jobs import LatestJob

_MOST = 24
_NO_FOLDERS = ("/", "/usr", "/usr/local", "/opt/homebrew")
"""Folders that are no environments: a Python in there is called by its own path."""


class Torch(Enum):
    """Whether an interpreter has torch."""

    THERE = 0
    UNKNOWN = 1
    MISSING = 2


class Row(NamedTuple):
    """An interpreter as it is shown."""

    path: str
    words: str
    torch: Torch


class InterpreterSearch(QObject):
    """Interpreters and what they have."""

    heard = Signal()
    """Something more is known."""
    broken = Signal(object)
    """An exception that is an error of this program."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths: list[str] = []
        """Those that are shown, the likeliest first."""
        self._told: dict[str, Any] = {}
        """Path -> its `Interpreter`, or the error that says why it cannot be used."""
        self._latest = LatestJob()

    @property
    def is_over(self) -> bool:
        """Whether those that were found have all answered."""
        return bool(self._told) and not self.is_running

    @property
    def is_running(self) -> bool:
        return self._latest.is_running

    def offer(self, paths: Sequence[str]) -> None:
        """Shows these too, behind those that were there."""
        self.paths = list(dict.fromkeys(path for path in (*self.paths, *paths) if path))[:_MOST]

    def find(self, file: str = "") -> None:
        """Looks for all there are, also beside `file`, and asks what they have. What had no torch is asked again."""
        from ..workshop.environments import candidates
        from ..workshop.interpreters import looking

        found = candidates(file)
        self.paths = list(dict.fromkeys((*found, *self.paths)))[:_MOST]
        if not self._latest.is_running:
            self._latest.start(looking(self.paths), lambda _end: self.heard.emit(), self.broken.emit, self._hear)

    def first_with_torch(self) -> str:
        """The likeliest that is known to have torch; empty when none is."""
        return next((path for path in self.paths if self.torch_of(path) is Torch.THERE), "")

    def rows(self) -> list[Row]:
        """Those with torch first, then those that have not answered, then those without; else as likely as they are."""
        rows = [Row(path, self.words_of(path), self.torch_of(path)) for path in self.paths]
        return sorted(rows, key=lambda row: row.torch.value)

    def torch_of(self, path: str) -> Torch:
        told = self._told.get(path)
        if told is None:
            return Torch.UNKNOWN
        return Torch.MISSING if isinstance(told, InspectorError) or not told.torch else Torch.THERE

    def words_of(self, path: str) -> str:
        """`Python 3.11 · torch 2.13.0 · ~/repo/.venv`, as far as it is known."""
        told, place = self._told.get(path), place_of(path)
        if told is None:
            return place
        if isinstance(told, InspectorError):
            return tr("cannot be used · {place}", place=place)
        version = safe(".".join(told.python.split(".")[:2]), 20)
        if not told.torch:
            return tr("Python {version} · no torch · {place}", version=version, place=place)
        return tr(
            "Python {version} · torch {torch} · {place}", version=version, torch=safe(told.torch, 40), place=place
        )

    def short_words_of(self, path: str) -> str:
        """`torch 2.13.0 · .venv`: the same where there is little room."""
        told = self._told.get(path)
        if not isinstance(told, Interpreter) or not told.torch:
            return self.words_of(path)
        version, name = safe(told.torch.partition("+")[0], 20), os.path.basename(place_of(path))
        return tr("torch {torch} · {name}", torch=version, name=name)

    def stop(self) -> None:
        """Asks no further."""
        self._latest.cancel()

    def _hear(self, words: list[Any]) -> None:
        answers = [word for word in words if not isinstance(word, Progress)]
        if answers:
            self._told.update(answers)
            self.heard.emit()


def place_of(path: str) -> str:
    """Where an interpreter lies, as people call it: `~/repo/.venv`, `/usr/bin/python3`, this window's Python."""
    if path == sys.executable:
        return tr("this window's Python")
    folder = os.path.dirname(os.path.dirname(path))
    place, home = path if folder in _NO_FOLDERS else folder, os.path.expanduser("~")
    if place.startswith(home + os.sep):
        place = f"~{place[len(home) :]}"
    return safe(place, 120)
