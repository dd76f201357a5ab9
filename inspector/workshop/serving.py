"""One worker: answers requests until there are no more. Its first request decides whose code it runs.

What takes long - solving, and the runs of `run_requests` - says words before its answer.

Why this way: what user code prints - from Python or from C - goes into the pipes that lie at file descriptors 1 and
2; questions and answers have descriptors of their own. And whatever it raises, down to SystemExit, becomes an answer.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import time
import warnings
from collections.abc import Callable, Generator
from typing import Any

import torch

from . import crossing, requests, run_requests
from .building import Built, Constructor, build, on_meta, open_constructor
from .describing import describe
from .failures import failure_of
from .forking import TRACE_SIGNAL
from .importing import installed_modules, user_files
from .inbox import Inbox
from .interpreters import this_interpreter
from .judging import judge
from .listing import list_classes
from .signatures import signature_of


def warm_up() -> None:
    """What every worker would load or calculate anew."""
    user_files()
    with contextlib.suppress(NotImplementedError), on_meta():
        torch.nn.init.trunc_normal_(torch.nn.Conv2d(1, 1, 1).weight)


def serve(stdout: int, stderr: int, inbox: int, outbox: int, faults: int) -> None:
    """Answers the requests that come from `inbox`, into `outbox`, until it closes."""
    for each in (stdout, stderr, inbox, outbox, faults):
        os.set_inheritable(each, False)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nowhere, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    faulthandler.enable(faults)
    faulthandler.register(TRACE_SIGNAL, faults)
    _Worker(Inbox(inbox), outbox).run()


class _Worker:
    def __init__(self, inbox: Inbox, outbox: int) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._pid = os.getpid()
        self._built: Built | None = None
        self._loaded = frozenset(sys.modules)

    def run(self) -> None:
        for request in self._inbox:
            self._send(self._answer(request))

    def _answer(self, request: Any) -> object:
        limit = sys.getrecursionlimit()
        try:
            work = _WORK[type(request)]
            return work(self, request)
        except BaseException as error:
            sys.setrecursionlimit(max(limit, sys.getrecursionlimit()))  # whatever the code has set
            return failure_of(error)

    def _send(self, message: object) -> None:
        if os.getpid() != self._pid:  # user code forked, and this is the fork
            os._exit(0)
        _flush()
        rest = memoryview(crossing.line(message))
        while rest:
            rest = rest[os.write(self._outbox, rest) :]

    # -- the requests ------------------------------------------------------------------------------------

    def hello(self, request: requests.Hello) -> requests.Interpreter:
        return this_interpreter()

    def list_classes(self, request: requests.ListClasses) -> requests.Classes:
        return list_classes(request.path)

    def inspect(self, request: requests.Inspect) -> requests.Signature:
        return signature_of(open_constructor(request.model))

    def build(self, request: requests.Build) -> requests.Model:
        begin = time.perf_counter()
        constructor = open_constructor(request.model)
        self._built = build(constructor, request.arguments)
        seconds = time.perf_counter() - begin
        model = describe(self._built, seconds)
        return model._replace(files=user_files(), packages=installed_modules(self._loaded))

    def judge(self, request: requests.Judge) -> requests.Verdict | requests.Failure:
        if self._built is None:
            raise RuntimeError("No model was built yet.")
        return judge(self._built.module, request)

    def solve(self, request: requests.Solve) -> object:
        from .solving import solve

        return self._drive(solve(request, Shapes(open_constructor(request.model))))

    def run_a_run(self, request: run_requests.RunRequest) -> object:
        from .running.running import started
        from .running.wishes import Wishes

        return self._drive(started(request, Wishes(self._inbox.poll)))

    def _drive(self, work: Generator[Any, None, object]) -> object:
        """Tells each word of `work`, and gives its answer."""
        while True:
            try:
                self._send(next(work))
            except StopIteration as end:
                return end.value


class Shapes:
    """What `solving` builds with: arguments in, the shapes of the state_dict by key out."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.signature = signature_of(constructor)

    def __call__(self, arguments: Any) -> Any:
        """Key -> shape; raises whatever the constructor raises."""
        with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            warnings.simplefilter("ignore")
            built = build(self.constructor, arguments)
        return {each.key: each.shape for each in describe(built, 0.0).parameters}


_WORK: dict[type, Callable[[_Worker, Any], object]] = {
    requests.Hello: _Worker.hello,
    requests.ListClasses: _Worker.list_classes,
    requests.Inspect: _Worker.inspect,
    requests.Build: _Worker.build,
    requests.Judge: _Worker.judge,
    requests.Solve: _Worker.solve,
    run_requests.Train: _Worker.run_a_run,
    run_requests.Rehearse: _Worker.run_a_run,
    run_requests.Test: _Worker.run_a_run,
    run_requests.LookAtData: _Worker.run_a_run,
}


def _flush() -> None:
    """Everything that was printed leaves before the answer does: Python's buffers, and those of C."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
    with contextlib.suppress(BaseException):
        import ctypes

        ctypes.CDLL(None).fflush(None)
