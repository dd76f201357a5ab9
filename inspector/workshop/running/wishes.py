"""What a person may want of a run while it goes. A run asks between two batches.

Why this way: in a process of its own the wishes come through the pipe, inside the program they are set by another
thread. A run sees neither: it asks `latest()`, which costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..run_requests import GoOn, Pause, StopSoon, Wish

GO_ON, PAUSE, STOP = "go on", "pause", "stop"
_MEANINGS = {GoOn: GO_ON, Pause: PAUSE, StopSoon: STOP}


class Wishes:
    """The latest wish. To stop is final."""

    def __init__(self, hear: Callable[[], Sequence[Wish]] = tuple) -> None:
        """`hear` gives the wishes that have come since it was called last, without waiting."""
        self._hear = hear
        self._latest = GO_ON

    def latest(self) -> str:
        """`GO_ON`, `PAUSE` or `STOP`."""
        for wish in self._hear():
            if self._latest != STOP:
                self._latest = _MEANINGS[type(wish)]
        return self._latest
