"""A job that imports what names many classes of Qt: they are made before, in the window's thread and piece by piece.

    Importing(loading()).start()          as any `Job`; the generator imports something for each word

Why this way: PySide makes a class of Qt when somebody first asks for it. Where two threads ask for the same one at the
same moment both make it and both strike it off the list of those still to be made; the second one does so with a
pointer to what is gone, and the program ends (shiboken's `incarnateType`, seen in 6.11.3). pyqtgraph asks for all of
them while it is imported, a tenth of a second long, and the window meanwhile for whatever it happens to need. What is
made already is only looked up, and that may happen anywhere.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from importlib import import_module

from .jobs import Job
from .timers import one_shot

PIECE = 0.004
"""Seconds of the window's time that are taken at once."""
MODULES = ("QtCore", "QtGui", "QtWidgets", "QtSvg")
"""Those of PySide6 that the window and pyqtgraph both use."""


class Importing(Job):
    """The generator begins on its thread when every class that it may come upon is there."""

    def __init__(self, work: Generator[str, None, None]) -> None:
        super().__init__(work)
        self._making = one_shot(self, 0, self._make)

    def _begin(self) -> None:
        self._making.start()

    def _make(self) -> None:
        if not self.is_running:  # waited for, and so ended, before it began
            return
        end = time.monotonic() + PIECE
        for _name in _left:
            if time.monotonic() > end:
                self._making.start()
                return
        super()._begin()


def _made() -> Iterator[str]:
    """Makes one class after the other: to ask for it is to make it."""
    for each in MODULES:
        module = import_module(f"PySide6.{each}")
        for name in dir(module):
            getattr(module, name, None)
            yield name


_left = _made()
