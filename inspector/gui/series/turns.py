"""The window and its work take turns: while the window shows what came of the work, that waits.

Why this way: a thread that runs Python takes the interpreter at each call of Qt's that lets it go, and the window gets
it back half a millisecond later, or more where the machine does something else too. What the window alone does in 30 ms
took 150 ms beside the measuring of small tensors. The work loses nothing: it had to wait for the interpreter anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

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
        self._holders = 0

    def take(self) -> None:
        """The window begins to show something."""
        self._holders += 1
        self._is_free.clear()

    def give(self) -> None:
        """What it shows is ready: when it is painted, the work goes on."""
        self._wait_for_paint(_ROUNDS)

    def _wait_for_paint(self, rounds: int) -> None:
        then = self._release if rounds == 1 else partial(self._wait_for_paint, rounds - 1)
        QTimer.singleShot(0, self, then)

    def end(self) -> None:
        """Nobody is waited for any more."""
        self._holders = 0
        self._is_free.set()

    def _release(self) -> None:
        self._holders = max(0, self._holders - 1)
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
