"""Garbage is collected in the window's thread alone, and what lives as long as a file is open is kept from it.

    with uncollected(): ...               no collection inside, and none ever of what was made inside
    keep_from_collector()                 none ever of what was made until now
    collecting = Collecting()             from now on the window collects, until `collecting.end()`

Why this way: Python collects wherever it happens to be when enough was made, in the thread of a job too, and PySide
destroys a Qt object in whatever thread its last reference goes. A widget that the traceback of an error had kept,
with its timers, then ends the program: from an error that a person is told of becomes a crash.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

IDLE_MS, BUSY_MS = 100, 20
"""Time between two looks at how much was made: while there is little, and while there is enough at every look. What was
made in between is walked over at once, and holds the window up for so long."""
REST = 50
"""After a full collection there is none for so many times as long as it took."""

_lock = threading.Lock()
_uncollecting = 0
_was_enabled = True
_window: Collecting | None = None


class Collecting(QObject):
    """Collects what Python's own thresholds say, in the thread that made this."""

    def __init__(self) -> None:
        global _window
        super().__init__()
        self.keeps = False
        """Whether all that lives is to be kept from collections, at the next look."""
        self._next_full = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(IDLE_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self._was_enabled = gc.isenabled()
        gc.disable()
        _window = self

    def end(self) -> None:
        """Leaves it to Python again."""
        global _window
        _window = None
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    def look(self) -> None:
        """Collects, if there is enough."""
        if _uncollecting:
            return
        if self.keeps:
            self.keeps = False
            _keep()
            return
        made, limits = gc.get_count(), gc.get_threshold()
        self._timer.setInterval(BUSY_MS if made[0] > limits[0] else IDLE_MS)
        begun = time.monotonic()
        if made[2] > limits[2] and begun > self._next_full:
            gc.collect()
            self._next_full = time.monotonic() + REST * (time.monotonic() - begun)
        elif made[1] > limits[1]:
            gc.collect(1)
        elif made[0] > limits[0]:
            gc.collect(0)


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection inside, and none ever of what was made inside.

    The collector would walk a growing tree again and again, holding every thread up; and later walk all of it
    at every full collection, though it lives as long as the file is open.
    """
    global _uncollecting, _was_enabled
    with _lock:
        if not _uncollecting:
            _was_enabled = gc.isenabled()
        _uncollecting += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _uncollecting -= 1
            if not _uncollecting:
                gc.freeze()
                if _was_enabled:
                    gc.enable()


def keep_from_collector() -> None:
    """Takes everything that lives now out of the collector's sight, for work that makes much that lives on.

    A full collection walks all of it, holding every thread up: 0.2 s for what is measured of 100,000 tensors.
    """
    if _window is not None:
        _window.keeps = True
    else:
        _keep()


def _keep() -> None:
    gc.collect(1)  # what is young and has died already should not live on with the rest
    gc.freeze()
