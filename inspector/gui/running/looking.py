"""What would be trained, looked at before the start: the data, and all that comes before the first step.

Why this way: it is asked anew by itself whenever something is chosen, a moment after the last change. What was asked
before is dropped then, and what came of it is no more shown as if it were of now.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ...workshop.requests import Stopped
from ...workshop.run_requests import DataSource, LookAtData, RunRequest
from ...workshop.run_words import DataLook, Looked, Rehearsal
from .data_errors import is_about_data
from .driver import Driver, Engine
from .prepared_run import Making


class Looking(QObject):
    """The look at the data of one page, and its rehearsal. One of the two runs at a time."""

    changed = Signal()
    """`look`, `rehearsal`, `error` or `is_busy` is another."""
    progressed = Signal()
    """`progress` is another."""
    broken = Signal(object)
    """An exception that is an error of this program."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look: DataLook | None = None
        self.rehearsal: Rehearsal | None = None
        self.error: InspectorError | None = None
        """Why there is no look, or no rehearsal."""
        self.progress: Progress | None = None
        self._source: DataSource | None = None
        """What `look` is of."""
        self._driver = Driver(engine)

    @property
    def is_busy(self) -> bool:
        return self._driver.is_running

    def look_at(self, source: DataSource, interpreter: str) -> None:
        """Has a look at `source`."""
        self._drop_others(source)
        self._start(_looking_at(source), interpreter, self._take_look, self._fail)

    def rehearse(self, make: Making, source: DataSource, interpreter: str) -> None:
        """Does everything that comes before the first step of training on `source`.

        Where it fails before there is any data, that is looked at by itself.
        """

        def fail(error: Exception) -> None:
            self._fail(error)
            if self.error is not None and self.look is None and not is_about_data(self.error, source):
                self._start(_looking_at(source), interpreter, self._take_look, self._fail)

        self._drop_others(source)
        self._start(make, interpreter, self._take_rehearsal, fail)

    def forget(self) -> None:
        """Drops what is asked, and what came of it."""
        self.stop()
        self.look = self.rehearsal = self.error = None
        self.changed.emit()

    def stop(self) -> None:
        """Drops what is asked."""
        self._driver.drop()
        self.progress = None

    def _drop_others(self, source: DataSource) -> None:
        """Nothing is shown of other data than what is asked about."""
        self.rehearsal = self.error = None
        if source != self._source:
            self.look, self._source = None, source

    def _start(
        self, make: Making, interpreter: str, take: Callable[[Any], object], fail: Callable[[Exception], object]
    ) -> None:
        self.progress = None
        self._driver.start(make, interpreter, take, fail, self._hear)
        self.changed.emit()

    def _take_look(self, look: DataLook) -> None:
        self.look, self.progress = look, None
        self.changed.emit()

    def _take_rehearsal(self, rehearsal: Rehearsal) -> None:
        self.rehearsal, self.look, self.progress = rehearsal, rehearsal.look, None
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self.progress = None
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            error = InspectorError(tr("An error in this program, {name}, stopped the work.", name=type(error).__name__))
        self.error = None if isinstance(error, Stopped) else error
        self.changed.emit()

    def _hear(self, words: list[Any]) -> None:
        seen = [word.look for word in words if isinstance(word, Looked)]
        if seen:
            self.look = seen[-1]
            self.changed.emit()
        told = [word for word in words if isinstance(word, Progress)]
        if told:
            self.progress = told[-1]
            self.progressed.emit()


def _looking_at(source: DataSource) -> Making:
    def make(_folder: str) -> Generator[Any, None, RunRequest]:
        yield Progress(0, 0, "seconds", tr("Looking at the data"))
        return LookAtData(source)

    return make
