"""How much a request may cost, and the watch over it.

Why this way: wall time and memory are watched from outside, so nothing that the user's code does can switch the watch
off. Memory is that of the worker and everything it started.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from ..language import tr
from ..wording import size
from . import memory

_BETWEEN_WORDS = 0.1
_BETWEEN_SUMS = 1.0
"""Seconds between two looks at all processes of the machine; the worker itself is looked at ten times as often."""


class Limits(NamedTuple):
    """How much a request may cost."""

    seconds: float = 60.0
    """Wall time of one request, once torch is loaded."""
    memory: int = 8 * 10**9
    """Bytes that the worker and the processes it starts may hold; never more than three quarters of the machine."""
    output: int = 64_000
    """Characters of what it prints that are kept, half from the beginning and half from the end."""
    start: float = 180.0
    """Seconds that loading torch may take."""


DEFAULTS = Limits()


def most_memory(limits: Limits) -> int:
    """The bytes that a worker may hold on this machine."""
    return min(limits.memory, memory.machine() * 3 // 4)


class Watch:
    """Looks after one request of the worker `pid`."""

    def __init__(self, pid: int, seconds: float, limits: Limits) -> None:
        self._pid = pid
        self._seconds = seconds
        self._most = most_memory(limits)
        self._begin = self._word = self._look = self._sum = time.monotonic()

    @property
    def passed(self) -> float:
        """Seconds since the request."""
        return time.monotonic() - self._begin

    def is_time_for_a_word(self) -> bool:
        """True ten times a second."""
        now = time.monotonic()
        if now - self._word < _BETWEEN_WORDS:
            return False
        self._word = now
        return True

    def broken(self) -> str:
        """The limit that was reached, as a sentence without its full stop; empty while there is none."""
        if self.passed > self._seconds:
            return tr("The code was stopped after {seconds:g} s without an end", seconds=self._seconds)
        if self._held() > self._most and (held := memory.without_sharing(self._pid)) > self._most:
            return tr(
                "The code was stopped when it held {held} of memory; the limit is {most}",
                held=size(held),
                most=size(self._most),
            )
        return ""

    def _held(self) -> int:
        now = time.monotonic()
        if now - self._look < _BETWEEN_WORDS:
            return 0
        self._look = now
        if now - self._sum < _BETWEEN_SUMS:
            return memory.resident(self._pid)
        self._sum = now
        return memory.of_group(self._pid)
