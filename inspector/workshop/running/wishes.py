"""What a person may want of a run while it goes. A run asks between two batches.

Why this way: in a process of its own the wishes come through the pipe, inside the program they are set by another
thread. A run sees neither: it asks `latest()`, which costs next to nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from ..run_requests import GoOn, Pause, StopSoon

GO_ON, PAUSE, STOP = "go on", "pause", "stop"
_MEANINGS = {GoOn: GO_ON, Pause: PAUSE, StopSoon: STOP}


class Wishes:
    """The latest wish. To stop is final."""

    def __init__(self, hear: Callable[[], list[Any]] | None = None) -> None:
        """`hear` gives the wishes that have come since it was called last, without waiting."""
        self._told: deque[Any] = deque()
        self._hear = hear or self._told_so_far
        self._latest = GO_ON

    def tell(self, wish: Any) -> None:
        """Takes a wish from any thread."""
        self._told.append(wish)

    def latest(self) -> str:
        """`GO_ON`, `PAUSE` or `STOP`."""
        for wish in self._hear():
            if self._latest != STOP:
                self._latest = _MEANINGS[type(wish)]
        return self._latest

    def _told_so_far(self) -> list[Any]:
        return [self._told.popleft() for _ in range(len(self._told))]
