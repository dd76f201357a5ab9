"""The client's end of `forking`: a process that has torch loaded and forks workers.

Its socket may be written from any thread; only who asks (`Workshop.ask`) reads it.
"""

from __future__ import annotations

import array
import contextlib
import os
import select
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from ..language import tr
from ..progress import Progress
from . import crossing
from .requests import Failure, WorkshopError

DOOR = Path(__file__).resolve().parent / "__main__.py"
TICK = 0.1
"""Seconds between two looks at everything while nothing happens: so quickly a cancelled work ends."""
SPINNING_THREADS = {"GOMP_SPINCOUNT": "100000"}
"""How long threads of torch that wait for each other spin before they sleep, unless the environment says otherwise: a
third of what OpenMP does by itself. On a machine that has more to do than to train - a window that draws is more - who
spins takes the time of those it waits for: small networks were up to ten times as slow. Who sleeps at once is woken
late: on a quiet machine that costs a third."""
_PATIENCE = 2.0
"""Seconds that a process is given to end by itself."""


class WarmProcess:
    """One running interpreter. `warm_up` before anything else."""

    def __init__(self, interpreter: str) -> None:
        """Raises WorkshopError when there is no such program."""
        if os.name != "posix":
            raise WorkshopError(tr("Models can be built on Linux and macOS only: it takes a process that forks."))
        self.interpreter = interpreter
        ours, theirs = socket.socketpair()
        self.socket = ours
        self._said = tempfile.TemporaryFile()  # closed in `end`
        self._buffer = b""
        self._gone = False
        self._sending = threading.Lock()
        try:
            self._process = subprocess.Popen(
                [interpreter, str(DOOR), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                env={**SPINNING_THREADS, **os.environ},
                start_new_session=True,
            )
        except OSError as error:
            self.socket.close()
            self._said.close()
            reason = error.strerror or error
            raise WorkshopError(
                tr("The interpreter {interpreter} cannot be started: {reason}.", interpreter=interpreter, reason=reason)
            ) from error
        finally:
            theirs.close()

    def warm_up(self, seconds: float) -> Generator[Progress, None, None]:
        """Waits until torch is loaded. Raises WorkshopError when it cannot be, or takes longer than `seconds`."""
        begin = time.monotonic()
        while True:
            for message in self.messages(TICK):
                if message == ("ready",):
                    return
                if isinstance(message, Failure):
                    raise WorkshopError(message.message, hint=message.hint, traceback=message.traceback)
                raise self._broken()
            passed = time.monotonic() - begin
            if passed > seconds:
                raise WorkshopError(
                    tr(
                        "{interpreter} did not load torch within {seconds:.0f} s.",
                        interpreter=self.interpreter,
                        seconds=seconds,
                    )
                )
            yield Progress(int(passed), 0, "seconds", tr("Loading torch"))

    def is_running(self) -> bool:
        """Whether the process is there, as far as can be told."""
        return not self._gone and self._process.poll() is None

    def messages(self, timeout: float) -> list[Any]:
        """What came within `timeout` seconds; [None] when the process is gone."""
        try:
            if not select.select([self.socket], [], [], timeout)[0]:
                return []
            received = self.socket.recv(65536)
        except (OSError, ValueError):  # reset, or closed here
            received = b""
        if not received:
            self._gone = True
            return [None]
        *lines, self._buffer = (self._buffer + received).split(b"\n")
        return [crossing.value(line) for line in lines]

    def fork(self, descriptors: tuple[int, ...], memory: int) -> None:
        """Asks for a worker that has these file descriptors and may hold `memory` bytes.

        `("forked", pid)` comes as a message.
        """
        passed = array.array("i", descriptors)
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)]
        with self._sending, contextlib.suppress(OSError):  # a process that is gone is noticed in a moment
            self.socket.sendmsg([crossing.line(("fork", memory))], ancillary)

    def tell(self, *order: object) -> None:
        """Sends an order, unless the process is gone."""
        with self._sending, contextlib.suppress(OSError):
            self.socket.sendall(crossing.line(order))

    def end(self) -> None:
        """Closes the socket, upon which the process kills its workers and ends; a process that hangs is killed."""
        self.socket.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def _broken(self) -> WorkshopError:
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, self._said.tell() - 20_000))
        said = self._said.read().decode("utf-8", "replace").strip()
        last = said.rpartition("\n")[2]
        hint = tr("It must be Python 3.8 or newer, with torch.") if last else ""
        said = (
            tr("{interpreter} ended while it was started: {reason}.", interpreter=self.interpreter, reason=last)
            if last
            else tr("{interpreter} ended while it was started.", interpreter=self.interpreter)
        )
        return WorkshopError(
            said,
            hint=hint,
            output=said,
        )
