"""A run as the window and the terminal see it: start it, hear its words, tell it to wait or to end.

    run = Run(Train(...))
    for word in run.words(): ...          a generator: returns `Trained`, raises WorkshopError when it fails
    run.pause(); run.go_on(); run.stop()  from any thread; `stop` saves after the present batch and ends
    run.kill()                            at once, nothing more is saved: words() raises Stopped

By default it runs in a process of its own, with the interpreter that is wanted. With `in_process` the same generator
runs in this process, on the thread that asks for its words.

Why this way: whoever drives a run need not know where it runs - the words are the same, and so are the endings.
"""

from __future__ import annotations

import math
import os
import sys
from collections import deque
from collections.abc import Generator
from typing import Any

from ..language import marked, sentences, tr
from ..progress import Progress, overheard
from ..workshop.client import Workshop
from ..workshop.limits import Limits
from ..workshop.requests import Said, Stopped, WorkshopError
from ..workshop.run_requests import GoOn, LookAtData, Pause, Rehearse, RunRequest, StopSoon, Test, Train, Wish
from ..workshop.run_words import Batches, Saved, Word
from ..workshop.warm_process import SPINNING_THREADS

LIMITS = Limits(seconds=math.inf, memory=sys.maxsize)
"""A run ends when it is done; of the memory three quarters of the machine are there for it."""
TITLES: dict[type, str] = {
    Train: marked("The training ended early"),
    Rehearse: marked("It would not begin"),
    Test: marked("The test ended early"),
    LookAtData: marked("The data cannot be shown"),
}

Words = Generator[Word | Said | Progress, None, Any]


def workshop_for_runs(interpreter: str = "", beside: str = "") -> Workshop:
    """A workshop that several runs may share, one after the other, so that torch is loaded once. Close it."""
    return Workshop(interpreter, LIMITS, beside)


class Run:
    """One training, test or rehearsal, from its start to its end. It is driven once."""

    def __init__(
        self,
        request: RunRequest,
        *,
        interpreter: str = "",
        workshop: Workshop | None = None,
        in_process: bool = False,
    ) -> None:
        """`workshop` is one of `workshop_for_runs`; without it the run has, and ends, one of its own."""
        self.request = request
        self._way: _InProcess | _Apart = _InProcess(request) if in_process else _Apart(request, interpreter, workshop)
        self._reached, self._saved = "", ""

    def words(self) -> Words:
        """What it says, as it says it; returns its answer. To close the generator ends the run at once.

        Raises WorkshopError when the run fails, Stopped after `kill`.
        """
        try:
            return (yield from overheard(self._way.words(), self._note))
        except WorkshopError as error:
            raise self._told(error) from error.__cause__

    def pause(self) -> None:
        """Waits after the present batch."""
        self._way.tell(Pause())

    def go_on(self) -> None:
        self._way.tell(GoOn())

    def stop(self) -> None:
        """Saves after the present batch, and ends; what is no training ends at once."""
        if isinstance(self.request, Train):
            self._way.tell(StopSoon())
        else:
            self.kill()

    def kill(self) -> None:
        """Ends it at once."""
        self._way.kill()

    def _note(self, word: Word | Said | Progress) -> None:
        if isinstance(word, Batches):
            self._reached = tr(
                "batch {batch} of epoch {epoch}", batch=word.first + len(word.losses) - 1, epoch=word.epoch
            )
        elif isinstance(word, Progress) and word.unit == "samples" and isinstance(self.request, Test):
            self._reached = tr("{done:,} of {total:,} samples", done=word.done, total=word.total)
        elif isinstance(word, Saved) and word.kind == "latest":
            self._saved = word.path

    def _told(self, error: WorkshopError) -> WorkshopError:
        """The error with what only this end of the pipe knows: which run it was, and how far it had come."""
        if error.topic == WorkshopError.title:
            error.topic = TITLES[type(self.request)]
            error.title = tr(error.topic)
        if error.is_end and self._reached:
            error.message = sentences(error.message, tr("That was after {reached}.", reached=self._reached))
        if error.is_end and self._saved:
            error.hint = tr("What was saved last is whole: {saved}", saved=self._saved)
        return error


class _Apart:
    """In a process of its own."""

    def __init__(self, request: RunRequest, interpreter: str, workshop: Workshop | None) -> None:
        self._request = request
        self._is_shared = workshop is not None
        self._workshop = workshop or workshop_for_runs(interpreter)
        self._wishes: deque[Wish] = deque()

    def words(self) -> Words:
        try:
            return (yield from overheard(self._workshop.ask(self._request), self._pass_wishes_on))
        finally:
            if not self._is_shared:
                self._workshop.close()

    def _pass_wishes_on(self, _word: object) -> None:
        while self._wishes and self._workshop.tell(self._wishes[0]):  # before it began, nobody hears
            self._wishes.popleft()

    def tell(self, wish: Wish) -> None:
        self._wishes.append(wish)

    def kill(self) -> None:
        self._workshop.stop()


class _InProcess:
    """In this process, on the thread that asks."""

    def __init__(self, request: RunRequest) -> None:
        self._request = request
        self._wishes: deque[Wish] = deque()
        self._is_killed = False

    def words(self) -> Words:
        for name, value in SPINNING_THREADS.items():
            os.environ.setdefault(name, value)  # read when torch is loaded
        from ..workshop.running.running import run
        from ..workshop.running.wishes import Wishes

        work = run(self._request, Wishes(self._told))
        try:
            while True:
                if self._is_killed:
                    raise Stopped(tr("It was stopped."))
                try:
                    word = next(work)
                except StopIteration as end:
                    return end.value
                yield word
        finally:
            work.close()

    def tell(self, wish: Wish) -> None:
        self._wishes.append(wish)

    def kill(self) -> None:
        self._is_killed = True

    def _told(self) -> list[Wish]:
        return [self._wishes.popleft() for _ in range(len(self._wishes))]
