"""One piece of work at a time, the latest asked for: values are read beside the window, never in it.

Why this way: who clicks through a tree asks for a new picture before the last one is read. The former work
is cancelled, and what it may still say is not heard: `Latest` emits for the newest request alone. A job
that is being cancelled is kept until its thread is gone, for Qt ends the process when the object of a
running thread is destroyed. When the panel goes, and when the program ends, what still runs is cancelled.
"""

from __future__ import annotations

import atexit
from collections.abc import Generator
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from ..jobs import Job

_KEPT: set[Job] = set()
"""Every job whose thread may still run, though whoever started it is perhaps gone by now."""


def _cancel(jobs: set[Job]) -> None:
    """Tells these to stop where they are. Their threads end by themselves, soon."""
    for job in tuple(jobs):
        job.cancel()


@atexit.register
def _end_all() -> None:
    """No thread may be left when the interpreter takes Qt apart."""
    _cancel(_KEPT)
    for job in tuple(_KEPT):
        job.wait()


class Latest(QObject):
    """Runs generators on a thread, one at a time; a new request puts the former one aside."""

    said = Signal(object)
    """A list of what the newest work yielded."""
    succeeded = Signal(object)
    """What the newest work returned."""
    failed = Signal(object)
    """The exception that ended the newest work."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._ending: set[Job] = set()
        self.destroyed.connect(partial(_cancel, self._ending))

    @property
    def is_busy(self) -> bool:
        """Whether the newest work has still to end."""
        return self._job is not None

    def start(self, work: Generator[Any, None, Any]) -> None:
        """Does `work`, and forgets what was asked before."""
        self.cancel()
        job = self._job = Job(work)
        for kept in (_KEPT, self._ending):
            kept.add(job)
        job.said.connect(self.said)
        job.succeeded.connect(partial(self._end, job, self.succeeded))
        job.failed.connect(partial(self._end, job, self.failed))
        job.cancelled.connect(partial(self._end, job, None))
        job.start()

    def cancel(self) -> None:
        """Stops what is running. Nothing of it will be heard."""
        job, self._job = self._job, None
        if job is not None:
            job.said.disconnect(self.said)
            job.cancel()

    def stop(self) -> None:
        """Cancels, and waits until the threads are gone. For the closing of the window."""
        self.cancel()
        for job in tuple(self._ending):
            job.wait()

    def _end(self, job: Job, signal: Any, *result: object) -> None:
        _KEPT.discard(job)
        self._ending.discard(job)
        if job is self._job:
            self._job = None
            if signal is not None:
                signal.emit(*result)
