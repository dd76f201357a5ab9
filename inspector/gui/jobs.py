"""One piece of long work on a thread of its own, heard in the window ten times a second.

    job = Job(work)                      a generator: yields words, returns a result, raises to fail
    job.said.connect(...)                a list of the words since the last time, at most ten times a second
    job.succeeded / failed / cancelled   exactly one of the three, exactly once, last
    job.start() ... job.cancel()

Cancel means that the generator is not asked for its next word: it is closed where it stands, on its own
thread, so that its `with` blocks end there. Where only the newest of several counts, `LatestJob` starts them.

Why this way: one signal per word is the slowest way there is to talk between threads, and holds the
window up at every word. Here words go into a deque, which needs no lock, and a timer of the window empties
it. The end of the thread wakes the window at once, so short work is not made longer by the timer.
"""

from __future__ import annotations

import atexit
from collections import deque
from collections.abc import Callable, Generator
from typing import Any
from weakref import WeakSet

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

INTERVAL_MS = 100
"""Time between two hearings."""


class _Thread(QThread):
    """Drives the generator. Everything in here but `stop` happens on the other thread."""

    def __init__(self, work: Generator[Any, None, Any]) -> None:
        super().__init__()
        self.words: deque[Any] = deque()
        self.ending: tuple[str, Any] = ("cancelled", None)
        self.stop = False
        self._work = work

    def run(self) -> None:
        try:
            self.ending = self._drive()
        except BaseException as error:  # handed on, to be shown: nothing may be lost with the thread
            self.ending = ("failed", error)
        finally:
            del self._work  # what the generator holds is let go here, not in the window's thread

    def _drive(self) -> tuple[str, Any]:
        while not self.stop:
            try:
                self.words.append(next(self._work))
            except StopIteration as end:
                return "succeeded", end.value
        self._work.close()
        return "cancelled", None


_running: set[Job] = set()


def is_anything_running() -> bool:
    """Whether the ending of some job is still to come."""
    return bool(_running)


@atexit.register
def wait_for_all() -> None:
    """Stops every job and blocks until its thread is gone. No thread may be left when Qt is taken apart."""
    for job in tuple(_running):
        job.cancel()
    for job in tuple(_running):
        job.wait()


class Job(QObject):
    """A generator at work on a thread. Lives in the thread of the window, and lives on until its ending came."""

    said = Signal(object)
    """A non-empty list of what the generator yielded, in order."""
    succeeded = Signal(object)
    """What it returned."""
    failed = Signal(object)
    """The exception it raised."""
    cancelled = Signal()

    def __init__(self, work: Generator[Any, None, Any]) -> None:
        super().__init__()
        self._thread = _Thread(work)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._hear)
        self._thread.finished.connect(self._end, Qt.ConnectionType.QueuedConnection)
        self._ended = False

    @property
    def is_running(self) -> bool:
        """Whether the ending is still to come."""
        return not self._ended

    def start(self) -> None:
        _running.add(self)  # a QThread that is let go while it runs takes the program down
        self._begin()

    def _begin(self) -> None:
        self._timer.start()
        self._thread.start()

    def cancel(self) -> None:
        """Asks for no further word. `cancelled` comes when the thread is done with its present one."""
        self._thread.stop = True

    def wait(self) -> None:
        """Blocks until the thread is gone, and gives the ending. For the closing of the window, and tests."""
        self._thread.wait()
        self._end()

    def _hear(self) -> None:
        words = self._thread.words
        heard = [words.popleft() for _ in range(len(words))]
        if heard:
            self.said.emit(heard)

    def _end(self) -> None:
        if self._ended:
            return
        self._thread.wait()  # `finished` comes a moment before the thread is gone
        self._timer.stop()
        self._hear()
        self._ended = True
        name, result = self._thread.ending
        self._thread.ending = ("cancelled", None)
        _running.discard(self)
        getattr(self, name).emit(*(() if name == "cancelled" else (result,)))


class LatestJob:
    """Starts jobs of which only the newest counts: to start another puts the former one aside, and drops its ending."""

    def __init__(self) -> None:
        self._job: Job | None = None
        self._started: WeakSet[Job] = WeakSet()

    @property
    def is_running(self) -> bool:
        """Whether the ending of the newest is still to come."""
        return self._job is not None

    def start(
        self,
        work: Generator[Any, None, Any],
        succeeded: Callable[[Any], object],
        failed: Callable[[Exception], object],
        said: Callable[[list[Any]], object] | None = None,
    ) -> None:
        """Does `work`. One of `succeeded` and `failed` is called in the end, unless it is cancelled before that."""
        self.cancel()
        job = self._job = Job(work)
        self._started.add(job)
        if said is not None:
            job.said.connect(lambda words: said(words) if self._job is job else None)
        job.succeeded.connect(lambda result: self._end(job, succeeded, result))
        job.failed.connect(lambda error: self._end(job, failed, error))
        job.start()

    def cancel(self) -> bool:
        """Stops what runs: nothing more of it is heard. Whether there was anything to stop."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
        return job is not None

    def wait(self) -> None:
        """Cancels, and blocks until the threads are gone, those of former jobs too."""
        self.cancel()
        for job in tuple(self._started):
            job.wait()

    def _end(self, job: Job, then: Callable[[Any], object], result: Any) -> None:
        if self._job is job:
            self._job = None
            then(result)
