"""One piece of long work on a thread of its own, heard in the window ten times a second.

    job = Job(work)                      a generator: yields words, returns a result, raises to fail
    job.said.connect(...)                a list of the words since the last time, at most ten times a second
    job.succeeded / failed / cancelled   exactly one of the three, exactly once, last
    job.start() ... job.cancel()

Cancel means that the generator is not asked for its next word: it is closed where it stands, on its own
thread, so that its `with` blocks end there.

Why this way: one signal per word is the slowest way there is to talk between threads, and holds the
window up at every word. Here words go into a deque, which needs no lock, and a timer of the window empties
it. The end of the thread wakes the window at once, so short work is not made longer by the timer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Any

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


def wait_for_all() -> None:
    """Stops every job and blocks until its thread is gone. For the end of the program."""
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
