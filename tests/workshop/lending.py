"""A few processes with torch for the tests of a room: whoever would start one of its own is lent one of these.

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

NO_MATTER = {"PYTEST_CURRENT_TEST", "CHECKPOINT_INSPECTOR_SETTINGS", "GOMP_SPINCOUNT", "TORCHINDUCTOR_CACHE_DIR"}
"""What the environment of each test has of its own and no workshop looks at, and what torch adds where it is loaded."""
PATIENCE = 20.0
"""Seconds that a window is given to let go of it."""


def surroundings() -> dict[str, str]:
    """The environment, as far as a process that is started takes it over."""
    environment = {"CHECKPOINT_INSPECTOR_LANGUAGE": "en", **os.environ}  # as for all tests: a window only says so
    return {name: text for name, text in environment.items() if name not in NO_MATTER}


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
    """Has some processes with torch, of this Python, in the folder where it was made."""

    def __init__(self, number: int = 1) -> None:
        self._surroundings = surroundings()
        self._turn = threading.Lock()
        self._processes = [Lent(sys.executable) for _ in range(number)]

    def __enter__(self) -> Lender:
        for process in self._processes:
            finish(WarmProcess.warm_up(process, 120))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            WarmProcess.end(process)

    def lend(self, interpreter: str) -> WarmProcess:
        """One that is free, or a new one where all are lent or ended, or another is wanted than they are."""
        with self._turn:
            for process in self._processes if surroundings() == self._surroundings else ():
                if process.is_free and process.is_running() and process.interpreter == interpreter:
                    process.is_free = False
                    return process
        return WarmProcess(interpreter)

    def has_all_back(self) -> bool:
        """Whether everybody closed what used one, after a moment at most."""
        end = time.monotonic() + PATIENCE
        while not self._are_free() and time.monotonic() < end:
            threading.Event().wait(0.002)
        were_free = self._are_free()
        for process in self._processes:
            process.is_free = True
        return were_free

    def _are_free(self) -> bool:
        return all(process.is_free for process in self._processes)
