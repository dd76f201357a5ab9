"""One question at a time to the workshop of one tab. The latest wins.

Why this way: the workshop forks a process for each question from one that has torch loaded, and looks up ten times a
second. So a question that was overtaken is simply not asked on, and nothing that was warm is lost with it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...workshop.requests import Request
from ..jobs import Job, LatestJob

if TYPE_CHECKING:
    from ...workshop.client import Workshop

Work = Callable[["Workshop"], Generator[Any, None, Any]]


class Asking(QObject):
    """Asks the workshop of one interpreter. Its processes start with the first question, and end with `close`."""

    said = Signal(object)
    """A list of what it said: `Said`, `Progress`."""

    def __init__(self, interpreter: str, parent: QObject | None = None) -> None:
        """An empty `interpreter` is looked for with the first question: the first that has torch."""
        super().__init__(parent)
        self._interpreter = interpreter
        self.beside = ""
        """A .py file that may be run: an environment beside it comes first."""
        self._workshop: Workshop | None = None
        self._latest = LatestJob()

    @property
    def interpreter(self) -> str:
        """The Python that is asked; empty as long as it was not looked for."""
        return self._interpreter or (self._workshop.interpreter if self._workshop is not None else "")

    @property
    def is_found_by_itself(self) -> bool:
        """Whether nobody has named it."""
        return not self._interpreter

    @property
    def is_busy(self) -> bool:
        return self._latest.is_running

    def ask(self, request: Request, answered: Callable[[Any], object], failed: Callable[[Exception], object]) -> None:
        """Asks; one of the two is called in the end, unless another question or `stop` comes before that."""
        self.do(lambda workshop: workshop.ask(request), answered, failed)

    def do(self, work: Work, answered: Callable[[Any], object], failed: Callable[[Exception], object]) -> None:
        """The same for work that asks many questions."""
        from ...workshop.client import Workshop

        if self._workshop is None:
            self._workshop = Workshop(self._interpreter, beside=self.beside)
        self._latest.start(work(self._workshop), answered, failed, self.said.emit)

    def stop(self) -> None:
        """Forgets what is asked, and ends at once what works at it."""
        if self._latest.cancel() and self._workshop is not None:
            self._workshop.stop()

    def close(self) -> None:
        """Ends all processes, beside the window: one that is importing torch hears of it late."""
        self.stop()
        if self._workshop is not None:
            work, self._workshop = _closing(self._workshop), None
            next(work)  # from here on it closes the workshop whatever becomes of the job
            Job(work).start()


def _closing(workshop: Workshop) -> Generator[None, None, None]:
    try:
        yield
    finally:
        workshop.close()
