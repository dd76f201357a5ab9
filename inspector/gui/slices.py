"""What the first paint did not need, done piece by piece after it.

    slices = Slices(window)
    slices.then(deed, "log.log_file")     any time: `deed()` comes in its turn, with this module of `gui` loaded by then
    slices.begin()                        the window is painted: from now on they are done

Why this way: between two pieces the window does whatever it is asked for, and none of them takes longer than a
hundredth of a second; to load a module is a piece too. All of it is in the window's thread, for the modules
name classes of Qt, which no other thread should be the first to ask for (`class_making`).
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from functools import partial
from importlib import import_module

from PySide6.QtCore import QObject

from .timers import one_shot


class Slices(QObject):
    """The pieces of one window, in the order in which they came."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: deque[Callable[[], object]] = deque()
        self._timer = one_shot(self, 0, self._do_next)
        self._is_begun = False

    @property
    def are_done(self) -> bool:
        """Whether nothing is left of what was to be done after the first paint."""
        return self._is_begun and not self._pieces

    def then(self, deed: Callable[[], object], *modules: str) -> None:
        """Does this after what is to be done already; `modules` of this room are loaded before."""
        self._pieces += (*(partial(_load, name) for name in modules), deed)
        if self._is_begun:
            self._timer.start()

    def begin(self) -> None:
        """From now on there is time."""
        self._is_begun = True
        if self._pieces:
            self._timer.start()

    def stop(self) -> None:
        """Nothing more is done: the window closes."""
        self._pieces.clear()
        self._timer.stop()

    def _do_next(self) -> None:
        if not self._pieces:
            return
        piece = self._pieces.popleft()
        if self._pieces:
            self._timer.start()
        piece()


def _load(name: str) -> None:
    with contextlib.suppress(Exception):  # who needs it says what is wrong with it
        import_module(f"{__package__}.{name}")
