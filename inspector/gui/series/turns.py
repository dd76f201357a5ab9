"""The window and its work take turns: while the window shows what came of the work, that waits.

Why this way: a thread that runs Python takes the interpreter at each call of Qt's that lets it go, and the window gets
it back half a millisecond later, or more where the machine does something else too. What the window alone does in 30 ms
took 150 ms beside the measuring of small tensors. The work loses nothing: it had to wait for the interpreter anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

from PySide6.QtCore import QObject

from ..timers import one_shot

_ROUNDS = 3
"""Turns of the event loop until all is painted: plots tell their views in the next turn that they are to be painted."""
_LONGEST = 1.0
"""Seconds after which the work goes on whatever the window does."""


class Turns(QObject):
    """Whose turn it is. It is the work's, until the window takes it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_free = threading.Event()
        self._is_free.set()
        self._holders = self._giving = self._rounds = 0
        self._painting = one_shot(self, 0, self._go_round)

    def take(self) -> None:
        """The window begins to show something."""
        self._holders += 1
        self._is_free.clear()

    def give(self) -> None:
        """What it shows is ready: when it is painted, the work goes on."""
        self._giving += 1
        self._rounds = _ROUNDS
        self._painting.start()

    def _go_round(self) -> None:
        self._rounds -= 1
        if self._rounds > 0:
            self._painting.start()
        else:
            self._release()

    def end(self) -> None:
        """Nobody is waited for any more."""
        self._holders = 0
        self._is_free.set()

    def _release(self) -> None:
        self._holders, self._giving = max(0, self._holders - self._giving), 0
        if not self._holders:
            self._is_free.set()

    def taking(self, work: Generator[Any, None, Any], *awaited: type) -> Generator[Any, None, Any]:
        """The work, which waits between two words when it is not its turn; behind one that is `awaited`, until the
        window has heard and shown it."""
        try:
            while True:
                word = next(work)
                if isinstance(word, awaited):
                    self._is_free.clear()
                yield word
                self._is_free.wait(_LONGEST)
        except StopIteration as end:
            return end.value
        finally:
            work.close()
            self._is_free.set()  # given up, it found what the window will never show, and the next would wait for that
