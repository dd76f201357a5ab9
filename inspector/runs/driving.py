"""A run as the window and the terminal see it: start it, hear its words, tell it to wait or to end.

    run = Run(Train(...))
    for word in run.words(): ...          a generator: returns `Trained`, raises WorkshopError when it fails
    run.pause(); run.go_on(); run.stop()  from any thread; `stop` saves after the present batch and ends
    run.kill()                            at once, nothing more is saved: words() raises Stopped

By default it runs in a process of its own, with the interpreter that is wanted. With `in_process` the same generator
runs in this process, on the thread that asks for its words.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Generator
from typing import Any

from ..progress import Progress
from ..workshop.limits import Limits
from ..workshop.requests import Said, Stopped
from ..workshop.run_requests import GoOn, Pause, RunRequest, StopSoon, Train, Wish
from ..workshop.run_words import Word

LIMITS = Limits(seconds=math.inf, memory=sys.maxsize)
"""A run ends when it is done; of the memory three quarters of the machine are there for it."""

Words = Generator[Word | Said | Progress, None, Any]


class Run:
    """One training, test or rehearsal, from its start to its end. It is driven once."""

    def __init__(self, request: RunRequest, *, interpreter: str = sys.executable, in_process: bool = False) -> None:
        self.request = request
        self._way: _InProcess | _Apart = _InProcess(request) if in_process else _Apart(request, interpreter)

    def words(self) -> Words:
        """What it says, as it says it; returns its answer. To close the generator ends the run at once.

        Raises WorkshopError when the run fails, Stopped after `kill`.
        """
        return self._way.words()

    def pause(self) -> None:
        """Waits after the present batch."""
        self._way.tell(Pause())

    def go_on(self) -> None:
        self._way.tell(GoOn())

    def stop(self) -> None:
        """Saves after the present batch, and ends; what is no training ends at once."""
        if isinstance(self.request, Train):
            self._way.tell(StopSoon())
        else:
            self.kill()

    def kill(self) -> None:
        """Ends it at once."""
        self._way.kill()


class _Apart:
    """In a process of its own."""

    def __init__(self, request: RunRequest, interpreter: str) -> None:
        from ..workshop.client import Workshop

        self._request = request
        self._workshop = Workshop(interpreter, LIMITS)

    def words(self) -> Words:
        with self._workshop:
            return (yield from self._workshop.ask(self._request))

    def tell(self, wish: Wish) -> None:
        self._workshop.tell(wish)

    def kill(self) -> None:
        self._workshop.stop()


class _InProcess:
    """In this process, on the thread that asks."""

    def __init__(self, request: RunRequest) -> None:
        self._request = request
        self._wishes: list[Wish] = []
        self._heard: Any = None
        self._is_killed = False

    def words(self) -> Words:
        from ..workshop.running.running import run
        from ..workshop.running.wishes import Wishes

        self._heard = Wishes()
        for wish in self._wishes:
            self._heard.tell(wish)
        work = run(self._request, self._heard)
        try:
            while True:
                try:
                    word = next(work)
                except StopIteration as end:
                    return end.value
                if self._is_killed:
                    raise Stopped("It was stopped.")
                yield word
        finally:
            work.close()

    def tell(self, wish: Wish) -> None:
        self._wishes.append(wish)
        if self._heard is not None:
            self._heard.tell(wish)

    def kill(self) -> None:
        self._is_killed = True
