"""One process with torch for the tests of a room: whoever would start one of its own is lent this one.

    with Lender() as lender:
        monkeypatch.setattr(client, "WarmProcess", lender.lend)

To load torch takes three seconds of processor time, and the code of the user runs in a fork anyway. How such a
process starts and ends is held by the tests of the workshop, which start their own.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Generator
from types import TracebackType

import psutil

from inspector.progress import Progress, finish
from inspector.workshop.warm_process import WarmProcess

OF_EACH_TEST = {"PYTEST_CURRENT_TEST", "CHECKPOINT_INSPECTOR_SETTINGS"}
"""What the environment of each test has of its own, and no workshop looks at."""
PATIENCE = 5.0
"""Seconds that a window is given to let go of it."""


def surroundings() -> tuple[str, dict[str, str]]:
    """What a process takes over from the one that starts it: the folder, and the environment."""
    environment = {"CHECKPOINT_INSPECTOR_LANGUAGE": "en", **os.environ}  # as for all tests: a window only says so
    return os.getcwd(), {name: text for name, text in environment.items() if name not in OF_EACH_TEST}


class Lent(WarmProcess):
    """A process that is given back where another would end."""

    is_free = True

    def warm_up(self, seconds: float) -> Generator[Progress, None, None]:
        """It is warm. What it still said to whoever had it before is nothing to whoever has it now."""
        while self.messages(0):
            if not self.is_running():
                raise self._broken()
        return
        yield

    def end(self) -> None:
        """Ends the workers, as the end of the process does."""
        workers = psutil.Process(self._process.pid).children() if self.is_running() else []
        for worker in workers:
            with contextlib.suppress(psutil.Error):
                worker.kill()
        end = time.monotonic() + PATIENCE
        while any(worker.is_running() for worker in workers) and time.monotonic() < end:
            threading.Event().wait(0.002)  # it is the process that reaps them
        self.is_free = True


class Lender:
    """Has one process with torch, started with this Python where it was first needed."""

    def __init__(self) -> None:
        self._surroundings = surroundings()
        self._turn = threading.Lock()
        self._process = Lent(sys.executable)

    def __enter__(self) -> Lender:
        finish(WarmProcess.warm_up(self._process, 120))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        WarmProcess.end(self._process)

    def lend(self, interpreter: str) -> WarmProcess:
        """The process, or a new one where it is lent already, ended, or another is wanted than it is."""
        with self._turn:
            if self._process.is_free and self._process.is_running() and self._is_the_same_as(interpreter):
                self._process.is_free = False
                return self._process
        return WarmProcess(interpreter)

    def has_it_back(self) -> bool:
        """Whether everybody closed what used it, after a moment at most."""
        end = time.monotonic() + PATIENCE
        while not self._process.is_free and time.monotonic() < end:
            threading.Event().wait(0.002)
        was_free, self._process.is_free = self._process.is_free, True
        return was_free

    def _is_the_same_as(self, interpreter: str) -> bool:
        return interpreter == self._process.interpreter and surroundings() == self._surroundings
