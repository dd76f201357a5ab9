"""What a tab stands for: a file, two files held against each other, a file and a model.

Every such page does one piece of long work at a time, and the latest counts: asking again cancels what was asked
before, and whatever comes late is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from .jobs import LatestJob
from .watching import FileWatch


@dataclass(frozen=True, slots=True)
class Pace:
    """How long work goes: bytes done, of how many, at how many bytes a second. `verb` says what is being done.

    Of another `unit` than bytes the numbers count that.
    """

    done: int
    total: int
    speed: float
    verb: str
    unit: str = "bytes"

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.done) / self.speed if self.speed > 0 else None


class OpenPage(QObject):
    """One page of the session. Lives in the window's thread; its jobs do not."""

    paced = Signal(object)
    """How its work goes, as a `Pace`; None when nothing runs any more."""
    renamed = Signal()
    """Its `name` is another."""
    changed_on_disk = Signal()
    """A file that it shows is not what was read."""
    broken = Signal(object)
    """An exception that is an error of this program."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.arrangement: dict[str, Any] = {}
        """How its panel is to be arranged when that is made."""
        self._latest = LatestJob()
        self._began = (0.0, 0)
        self._watch = FileWatch(self)
        """To be told which files were read; stopped with the page."""
        self._watch.changed.connect(self.changed_on_disk)

    @property
    def name(self) -> str:
        """What stands on its tab, as it is: `wording.safe` before it is shown."""
        raise NotImplementedError

    @property
    def place(self) -> str:
        """Where it comes from, in full: the paths of its files, one on a line."""
        raise NotImplementedError

    def recipe(self) -> dict[str, Any] | None:
        """How it is opened again another day, as plain values (what JSON has): `kind`, and what that takes, paths
        absolute. None for a page that does not come back. `recipes.page_of` makes a page of it again.
        """
        return None

    def open(self) -> None:
        """Reads what it shows (again)."""
        raise NotImplementedError

    def check_disk(self) -> None:
        """Looks whether its files changed: for disks that do not tell."""
        self._watch.check()

    def stop(self) -> None:
        """Stops what runs; what came of it so far stays."""
        self._cancel()

    def close(self) -> None:
        """Lets go of everything, and stops what runs."""
        self._watch.stop()
        self._cancel()

    @property
    def is_busy(self) -> bool:
        """Whether something runs whose ending is still to come."""
        return self._latest.is_running

    def _run(
        self,
        work: Generator[Any, None, Any],
        succeeded: Callable[[Any], None],
        failed: Callable[[Exception], None],
        said: Callable[[list[Any]], None] | None = None,
    ) -> None:
        """Starts work whose words and ending count as long as no other has taken its place."""
        self._latest.start(work, succeeded, failed, said)

    def _cancel(self) -> None:
        if self._latest.cancel():
            self.paced.emit(None)

    def _begin_pace(self, done: int) -> None:
        """Bytes are counted from here on: `done` of them were done before."""
        self._began = (time.monotonic(), done)

    def _tell_pace(self, done: int, total: int, verb: str, unit: str = "bytes") -> None:
        if self.is_busy:
            began, before = self._began
            seconds = time.monotonic() - began
            self.paced.emit(Pace(done, total, (done - before) / seconds if seconds else 0.0, verb, unit))

    def _fail(self, error: Exception) -> None:
        """Ends work that has no way of its own to fail."""
        self.paced.emit(None)
        self.broken.emit(error)
