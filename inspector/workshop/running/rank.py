"""One of the processes of a training, as the agent starts it: asks what to do, does its part, tells what came of it.

It talks over a Unix socket with whoever launched the run (`processes`), in lines of `crossing`:

    -> ("rank", number, pid)                     once
    <- ("train", Train, path)                    the request, and the latest file of this run ("": there is none yet)
    <- Pause, GoOn, StopSoon                     at any time after that
    -> a word of `run_words`, Progress           the first process of all alone
    -> ("answer", Trained)                       at the end, or
    -> ("failed", Failure, is_lost)              `is_lost`: what failed is another process, or the way to it

Why this way: an agent passes on environment and exit codes, no more. And a process that has lost the others must not
be taken for one whose code is wrong: the one is started again, the other is told to a person.
"""

from __future__ import annotations

import faulthandler
import os
import select
import socket
import sys
import threading
from types import TracebackType

from .. import crossing
from ..failures import failure_of
from ..forking import dies_with
from ..inbox import Inbox

SOCKET = "CHECKPOINT_INSPECTOR_SOCKET"
"""The variable that leads every process to the one that launched the run."""
RESTARTS = 3
_FAILED = 1


class Line:
    """A connection to whoever launched the run. To be used in a `with`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.inbox = Inbox(connection.fileno())

    def send(self, message: object) -> None:
        """Raises OSError when nobody is there any more."""
        self._connection.sendall(crossing.line(message))

    def end_with_it(self) -> None:
        """Ends this process when the other end is gone, whatever it is doing."""
        threading.Thread(target=_wait_for_the_end, args=(self._connection.fileno(),), daemon=True).start()

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()


def connected() -> Line:
    """The connection to whoever launched the run."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ[SOCKET])
    return Line(connection)


def _wait_for_the_end(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)  # a hang-up is told without being asked for
    poll.poll()
    os._exit(_FAILED)


def run() -> None:
    """Does the part of this process. Ends with 1 where it fails."""
    dies_with(os.getppid())
    faulthandler.enable()
    with connected() as line:
        line.end_with_it()
        number = int(os.environ["RANK"])
        if number:
            _say_nothing()
        line.send(("rank", number, os.getpid()))
        try:
            answer = _work(line, is_first=number == 0)
            _flush()
            line.send(("answer", answer))
        except BaseException as error:
            from .distributed import is_lost

            _flush()
            line.send(("failed", failure_of(error), is_lost(error)))
            os._exit(_FAILED)


def _work(line: Line, *, is_first: bool) -> object:
    from .distributed import taking_part
    from .wishes import Wishes

    _, request, path = next(iter(line.inbox))
    work = taking_part(request, Wishes(line.inbox.poll), path)
    while True:
        try:
            word = next(work)
        except StopIteration as end:
            return end.value
        if is_first:
            _flush()
            line.send(word)


def _say_nothing() -> None:
    """What the user's code prints is printed once, by the first process. Errors are told in any case."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


