"""One run driven from the terminal: its words as lines, Ctrl+C as the wish to stop.

Why this way: Ctrl+C once means "save after this batch and end", twice "now". So it must not break into whatever the
program is just doing, as Python would have it: it is a wish that is told, and the run ends by itself.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .. import wording
from ..progress import Progress
from ..runs.driving import Run
from ..workshop.requests import Said, Stopped, WorkshopError
from ..workshop.run_words import RunAnswer, Trained, Word
from . import run_lines, screen
from .models import print_text, tell_where
from .run_bar import RunBar

FINISHED, FAILED, INTERRUPTED, TERMINATED = 0, 1, 130, 143


class Driven:
    """A run and how it ended."""

    def __init__(self, run: Run, *, as_json: bool, quiet: bool = False) -> None:
        """`quiet`: nothing is said, as another process of the same run speaks."""
        self._run = run
        self._as_json = as_json
        self._quiet = quiet
        self._signals: list[int] = []
        self.answer: RunAnswer | None = None

    def drive(self) -> int:
        """Drives the run to its end, saying what it says, and gives the exit code."""
        try:
            with RunBar() as bar, _signals_to(self._wish_to_stop):
                self._say(self._answered(bar), bar)
        except Stopped:
            pass
        except WorkshopError as error:
            return self._tell_failure(error)
        return self._code()

    def _answered(self, bar: RunBar) -> RunAnswer:
        work = self._run.words()
        while True:
            try:
                word = next(work)
            except StopIteration as end:
                self.answer = end.value
                return end.value  # type: ignore[no-any-return]
            bar.tell(word)
            self._say(word, bar)

    def _say(self, word: Word | Said | Progress | RunAnswer, bar: RunBar) -> None:
        if self._quiet:
            return
        if self._as_json:
            run_lines.as_json(word)
        elif isinstance(word, Said):
            print_text(word.text)
        elif line := run_lines.for_a_person(word):
            bar.say(line)

    def _tell_failure(self, error: WorkshopError) -> int:
        if self._as_json:
            run_lines.as_failure(error)
        tell_where(error)
        screen.say(f"{error.title}. {wording.safe(str(error), 1_500)}")
        return FAILED

    def _code(self) -> int:
        if not self._signals:
            return FINISHED
        is_done = self.answer is not None and not (isinstance(self.answer, Trained) and self.answer.ended == "stopped")
        if is_done:
            return FINISHED
        return TERMINATED if self._signals[0] == signal.SIGTERM else INTERRUPTED

    def _wish_to_stop(self, number: int, _frame: FrameType | None) -> None:
        self._signals.append(number)
        if len(self._signals) == 1:
            self._run.stop()
            sys.stderr.write("\ninspector: Stopping after this batch; Ctrl+C again stops at once.\n")
        else:
            self._run.kill()


@contextmanager
def _signals_to(handler: object) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
