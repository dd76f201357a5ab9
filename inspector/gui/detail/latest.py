"""One piece of work at a time, the latest asked for: values are read beside the window, never in it.

Why this way: who clicks through a tree asks for a new picture before the last one is read. The former work is
cancelled, and what it may still say is not heard: `Latest` emits for the newest request alone. When the panel goes,
what still runs is cancelled.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from ..jobs import LatestJob


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
        self._latest = LatestJob()
        self.destroyed.connect(partial(LatestJob.cancel, self._latest))

    @property
    def is_busy(self) -> bool:
        """Whether the newest work has still to end."""
        return self._latest.is_running

    def start(self, work: Generator[Any, None, Any]) -> None:
        """Does `work`, and forgets what was asked before."""
        self._latest.start(work, self.succeeded.emit, self.failed.emit, self.said.emit)

    def cancel(self) -> None:
        """Stops what is running. Nothing of it will be heard."""
        self._latest.cancel()

    def stop(self) -> None:
        """Cancels, and waits until the threads are gone. For the closing of the window."""
        self._latest.wait()
