"""One question at a time to the workshop of one tab. The latest wins.

Why this way: the workshop forks a process for each question from one that has torch loaded, and looks up ten times a
second. So a question that was overtaken is simply not asked on, and nothing that was warm is lost with it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...workshop.requests import Request
from ..jobs import Job

if TYPE_CHECKING:
    from ...workshop.client import Workshop

Work = Callable[["Workshop"], Generator[Any, None, Any]]


class Asking(QObject):
    """Asks the workshop of one interpreter. Its processes start with the first question, and end with `close`."""

    said = Signal(object)
    """A list of what it said: `Said`, `Progress`."""

    def __init__(self, interpreter: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.interpreter = interpreter
        self._workshop: Workshop | None = None
        self._job: Job | None = None

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def ask(self, request: Request, answered: Callable[[Any], object], failed: Callable[[Exception], object]) -> None:
        """Asks; one of the two is called in the end, unless another question or `stop` comes before that."""
        self.do(lambda workshop: workshop.ask(request), answered, failed)

    def do(self, work: Work, answered: Callable[[Any], object], failed: Callable[[Exception], object]) -> None:
        """The same for work that asks many questions."""
        from ...workshop.client import Workshop

        self._cancel()
        if self._workshop is None:
            self._workshop = Workshop(self.interpreter)
        job = self._job = Job(work(self._workshop))
        job.said.connect(lambda words: self.said.emit(words) if self._job is job else None)
        job.succeeded.connect(lambda answer: self._end(job, answered, answer))
        job.failed.connect(lambda error: self._end(job, failed, error))
        job.start()

    def stop(self) -> None:
        """Forgets what is asked, and ends at once what works at it."""
        if self._job is not None and self._workshop is not None:
            self._cancel()
            self._workshop.stop()

    def close(self) -> None:
        """Ends all processes, beside the window: one that is importing torch hears of it late."""
        self.stop()
        if self._workshop is not None:
            work, self._workshop = _closing(self._workshop), None
            next(work)  # from here on it closes the workshop whatever becomes of the job
            Job(work).start()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _end(self, job: Job, then: Callable[[Any], object], result: Any) -> None:
        if self._job is job:
            self._job = None
            then(result)


def _closing(workshop: Workshop) -> Generator[None, None, None]:
    try:
        yield
    finally:
        workshop.close()
