"""The workshop as everybody else sees it: ask, listen, stop.

    with Workshop() as workshop:
        model = finish(workshop.ask(Build(parse_source("nets.py:Network"), {"hidden_layers": [512, 256]})))
        verdict = finish(workshop.ask(Judge(items, metadata)))

Every request runs in a process of its own, a fork of one that has torch loaded (see `forking`); only `Judge` goes to
the process that built the model. Requests of one workshop wait for each other.

Why this way: a wish that is dropped, a crash and an endless loop all end one cheap process. The one with torch stays
warm, so the next request begins at once.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from types import TracebackType
from typing import Any, overload

from ..errors import InspectorError
from ..language import marked, tr
from ..progress import Progress
from .environments import usual
from .interpreters import first_with_torch
from .limits import DEFAULTS, Limits
from .requests import (
    Answer,
    Build,
    Hello,
    Inspect,
    Judge,
    ListClasses,
    Model,
    Request,
    Said,
    Solve,
    Stopped,
    WorkshopError,
)
from .run_requests import LookAtData, Rehearse, RunRequest, Test, Train, Wish
from .run_words import RunAnswer, Word
from .warm_process import TICK, WarmProcess
from .worker import Worker

__all__ = ["Limits", "Words", "Workshop"]

Words = Generator[Said | Progress | Word, None, Any]

_TEXTS: dict[type, str] = {
    Hello: marked("Asking the interpreter"),
    ListClasses: marked("Looking for model classes"),
    Inspect: marked("Reading the arguments"),
    Build: marked("Building the model"),
    Judge: marked("Asking torch"),
    Solve: marked("Trying arguments"),
    Train: marked("Getting ready to train"),
    Rehearse: marked("Trying what comes before the start"),
    Test: marked("Getting ready to test"),
    LookAtData: marked("Looking at the data"),
}
_LONG = 0.5
"""Seconds of building from which on it matters what was loaded for it."""
_PATIENCE = 2.0
"""Seconds in which whoever is asking notices that the workshop closes."""


class Workshop:
    """One interpreter with torch, and the processes that run user code for us. Close it, or use it in a `with`."""

    def __init__(self, interpreter: str = "", limits: Limits = DEFAULTS, beside: str = "") -> None:
        """Without an `interpreter` it is this Python where it has torch, else the first that is found.

        `beside` is then the .py file, if it may be run, beside which is looked first.
        """
        self.interpreter = interpreter or usual()
        """Empty as long as it was not looked for."""
        self._beside = beside
        self.limits = limits
        self._turn = threading.Lock()
        self._warm: WarmProcess | None = None
        self._running: Worker | None = None
        self._kept: Worker | None = None
        self._built: Build | None = None
        self._stopped = False

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @overload
    def ask(self, request: Request) -> Generator[Said | Progress, None, Answer]: ...

    @overload
    def ask(self, request: RunRequest) -> Words: ...

    def ask(self, request: Request | RunRequest) -> Generator[Any, None, Answer | RunAnswer]:
        """Yields what is printed and said and how far it is, at least ten times a second, and returns the answer.

        Raises WorkshopError - with the user's own line, the traceback and what was printed - when there is no
        answer, and Stopped after `stop`. To close the generator stops the work.
        """
        while not self._turn.acquire(timeout=TICK):
            yield Progress(0, 0, "seconds", tr("Waiting for the workshop"))
        work = self._answer(request)
        try:
            self._stopped = False
            while True:
                try:
                    word = next(work)
                except StopIteration as end:
                    answer: Answer | RunAnswer = end.value
                    return answer
                if self._stopped:
                    raise Stopped(tr("It was stopped."))
                yield word
        except WorkshopError as error:
            if self._stopped and not isinstance(error, Stopped):
                raise Stopped(tr("It was stopped."), output=error.output) from error
            raise
        except (OSError, ValueError) as error:  # closed while nobody listened, or no descriptor is left
            raise WorkshopError(tr("The workshop could not go on: {reason}.", reason=error)) from error
        finally:
            work.close()
            self._turn.release()

    def stop(self) -> None:
        """Kills what is running, at once. May be called from any thread."""
        self._stopped = True
        worker = self._running
        if worker is not None:
            worker.kill()

    def tell(self, wish: Wish) -> bool:
        """Tells the run that goes on what is wanted of it; False when none does. May be called from any thread."""
        worker = self._running
        if worker is not None:
            worker.tell(wish)
        return worker is not None

    def forget(self) -> None:
        """Lets the model go that was built last; torch stays loaded."""
        with self._turn:
            self._built = None
            self._let_model_go()

    def close(self) -> None:
        """Stops everything and lets the interpreter end. It may be asked again; then it starts anew."""
        self.stop()
        mine = self._turn.acquire(timeout=_PATIENCE)
        self._let_go()
        if mine:
            self._turn.release()

    # -- inside --------------------------------------------------------------------------------------------

    def _answer(self, request: Request | RunRequest) -> Words:
        yield from self._start()
        if isinstance(request, Judge):
            return (yield from self._judge(request))
        worker = yield from self._begin()
        answer = yield from self._ask(worker, request)
        if isinstance(request, Build):
            self._keep(worker, request)
            self._prepare(answer)
        else:
            worker.end()
        return answer

    def _start(self) -> Words:
        if self._warm is not None and self._warm.is_running():
            return
        self._let_go()
        self.interpreter = self.interpreter or (yield from first_with_torch(self._beside))
        self._warm = WarmProcess(self.interpreter)
        try:
            yield from self._warm.warm_up(self.limits.start)
        except BaseException:
            self._let_go()
            raise

    def _begin(self) -> Words:
        assert self._warm is not None
        worker = Worker(self._warm, self.limits)
        try:
            yield from worker.begin()
        except BaseException as error:
            worker.end()
            if isinstance(error, WorkshopError):  # it does not fork: no use in asking it again
                self._let_go()
            raise
        return worker

    def _ask(self, worker: Worker, request: Request | RunRequest) -> Words:
        """Asks, and ends the worker unless it answered."""
        seconds = self.limits.seconds + (request.most_seconds if isinstance(request, Solve) else 0)
        self._running = worker
        try:
            return (yield from worker.ask(request, tr(_TEXTS.get(type(request), marked("Working"))), seconds))
        except BaseException as error:
            if isinstance(error, WorkshopError):
                error.output = worker.output.text
            if worker is self._kept:
                self._kept = None
            worker.end()
            raise
        finally:
            self._running = None

    def _judge(self, request: Judge) -> Words:
        """Asks the process that has the model; where it is gone, the model is built again."""
        if self._built is None:
            raise InspectorError(tr("There is no model to be judged."), hint=tr("Build one first."))
        if self._kept is None:
            worker = yield from self._begin()
            yield from self._ask(worker, self._built)
            self._keep(worker, self._built)
        assert self._kept is not None
        return (yield from self._ask(self._kept, request))

    def _keep(self, worker: Worker, request: Build) -> None:
        self._let_model_go()
        self._kept, self._built = worker, request

    def _prepare(self, model: Model) -> None:
        """Has the packages loaded for the next time that this model is built, where they took long."""
        if model.packages and model.seconds > _LONG and self._warm is not None:
            self._warm.tell("prepare", model.packages)

    def _let_model_go(self) -> None:
        if self._kept is not None:
            self._kept.end()
            self._kept = None

    def _let_go(self) -> None:
        self._let_model_go()
        if self._warm is not None:
            self._warm.end()
            self._warm = None
