"""The processes of one training on this machine: started by torch's elastic engine, listened to, restarted, ended.

Each process comes to a Unix socket here and asks what to do (see `rank`). When one is lost in mid-run - killed,
crashed - the engine ends the others and starts all again, three times at most; they are then told to go on from the
last file that was saved. Where the user's code raises, nothing is tried again: that is an answer.

Why this way: torch's own engine knows how machines meet, count and restart. It runs as a program of its own, as
`torchrun` does, because to fork a process that has torch at work is to copy locks that somebody holds.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from ...language import marked, tr
from .. import crossing
from ..requests import Failure, WorkshopError
from ..run_requests import GoOn, Pause, StopSoon, Train
from ..run_words import Message, Saved
from .agent import DOOR, LEAVE, TITLE
from .rank import SOCKET
from .wishes import GO_ON, PAUSE, STOP

_PATIENCE = 3.0
"""Seconds that an agent is given to tell the others that it leaves."""
_OWN_STORE = "TORCH_DISABLE_SHARE_RDZV_TCP_STORE"
"""Else those who start again meet (with torch 2.4 and later) where the addresses of the last ones still stand."""
_LONGEST_FOLDER = 75
"""Characters, of the 104 that an address may have on macOS (108 on Linux)."""
_WISHES = {GO_ON: GoOn(), PAUSE: Pause(), STOP: StopSoon()}


class _Process:
    """The connection to one process."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.number = -1
        """Its rank; -1 before it has said so, and for an agent."""
        self.pid = 0
        self.is_done = False
        """Whether it has told how it ended."""
        self._buffer = b""

    def messages(self) -> list[Any]:
        """What came; [None] when it is gone."""
        try:
            data = self.connection.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            return [None]
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        return [crossing.value(line) for line in lines]

    def send(self, message: object) -> None:
        with contextlib.suppress(OSError):  # one that is gone is noticed where it is listened to
            self.connection.sendall(crossing.line(message))


class Processes:
    """The agent of this machine and the processes that it starts. To be used in a `with`: none is left after it."""

    def __init__(self, request: Train) -> None:
        self.answer: Any = None
        """Of the first process here, once all here have answered."""
        self._request = request
        self._wish = GO_ON
        self._latest = ""
        self._have_met = False
        self._lost: list[int] = []
        """The ranks that were lost since all were there, the first first."""
        self._answers: dict[int, Any] = {}
        self._failure: Failure | None = None
        """What a process said that had lost the others: told if nothing better is known in the end."""
        self._processes: list[_Process] = []
        self._folder = tempfile.mkdtemp(prefix="run-", dir=_place_for_a_socket())
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(os.path.join(self._folder, "socket"))
        self._listener.listen()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._agent = _started(request, self._listener.getsockname())

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_agent(takes_leave=self._request.nodes > 1 and self.answer is None)
        for each in self._processes:
            if each.pid:
                _kill(each.pid)
            each.connection.close()
        self._selector.close()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def tell(self, wish: str) -> None:
        """Tells all processes here what is wanted."""
        self._wish = wish
        for each in self._processes:
            each.send(_WISHES[wish])

    def hear(self, seconds: float) -> Iterator[Any]:
        """The words that come within so many seconds. Raises WorkshopError where one of them has failed."""
        is_over = self._agent.poll() is not None  # before what it left behind is read
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._listener:
                self._welcome()
                continue
            for message in key.data.messages():
                yield from self._take(key.data, message)
        if is_over and self.answer is None:
            raise self._ended()

    # -- what they say -------------------------------------------------------------------------------------

    def _welcome(self) -> None:
        connection, _ = self._listener.accept()
        process = _Process(connection)
        self._processes.append(process)
        self._selector.register(connection, selectors.EVENT_READ, process)

    def _take(self, process: _Process, message: Any) -> Iterator[Any]:
        kind = message[0] if type(message) is tuple else ""
        if message is None:
            self._let_go(process)
        elif kind == "rank":
            yield from self._begin(process, *message[1:])
        elif kind == "answer":
            process.is_done = True
            self._answers[process.number] = message[1]
            if len(self._answers) == self._request.processes:
                self.answer = self._answers[min(self._answers)]
        elif kind == "failed":
            process.is_done = True
            self._fail(message[1], is_lost=message[2])
        elif kind == "agent":
            process.is_done = True
            self._failure = message[1] if message[2] or not self._have_met else _apart()
        else:
            if isinstance(message, Saved) and message.kind == "latest":
                self._latest = message.path
            yield message

    def _begin(self, process: _Process, number: int, pid: int) -> Iterator[Message]:
        """A process is there: it is told what to do, and where to go on."""
        process.number, process.pid = number, pid
        self._have_met = True
        if self._lost:
            yield Message(self._about_the_lost(), "warning")
            self._lost = []
        self._answers = {}
        process.send(("train", self._request, self._latest))
        if self._wish != GO_ON:
            process.send(_WISHES[self._wish])

    def _about_the_lost(self) -> str:
        lost = self._lost[0] + 1
        if self._latest:
            text = marked("Process {lost} was lost in mid-run. All of them start again, from {file}.")
            return tr(text, lost=lost, file=os.path.basename(self._latest))
        if self._request.nodes > 1:
            text = marked("Process {lost} was lost in mid-run. All of them start again, from what was saved last.")
            return tr(text, lost=lost)
        return tr("Process {lost} was lost in mid-run. All of them start again, from the beginning.", lost=lost)

    def _let_go(self, process: _Process) -> None:
        self._selector.unregister(process.connection)
        process.connection.close()
        self._processes.remove(process)
        if not process.is_done and process.number >= 0:
            self._lost.append(process.number)

    def _fail(self, failure: Failure, *, is_lost: bool) -> None:
        if is_lost:
            self._failure = failure
        else:
            raise WorkshopError(**failure._asdict())

    # -- how they end --------------------------------------------------------------------------------------

    def _ended(self) -> WorkshopError:
        """The agent has given up."""
        if self._failure is not None:
            error = WorkshopError(**self._failure._asdict())
        else:
            error = WorkshopError(tr("The engine that starts its processes ended without a word."), title=TITLE)
        error.is_end = True
        return error

    def _end_agent(self, *, takes_leave: bool) -> None:
        """Kills the agent; where it `takes_leave`, those of other machines are told first, and do not wait for it."""
        if takes_leave and self._agent.poll() is None:
            self._agent.send_signal(LEAVE)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._agent.wait(_PATIENCE)
        self._agent.kill()
        self._agent.wait()


def _place_for_a_socket() -> str:
    """A folder for temporary files whose name is not too long for the address of a socket."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) < _LONGEST_FOLDER else "/tmp"


def _started(request: Train, address: str) -> subprocess.Popen[bytes]:
    """The agent: out of reach of Ctrl+C, which is for whoever drives the run, and dead when this process is."""
    arguments = (os.getpid(), request.processes, request.nodes, request.rendezvous)
    return subprocess.Popen(
        [sys.executable, DOOR, "agent", *map(str, arguments)],
        env={**_quiet(request), **os.environ, SOCKET: address},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def _quiet(request: Train) -> dict[str, str]:
    """The environment, where nothing else is set: what an engine logs is told here in sentences."""
    threads = request.threads or max(1, (os.cpu_count() or 1) // request.processes)
    quiet = {_OWN_STORE: "1", "LOGLEVEL": "CRITICAL", "TORCH_CPP_LOG_LEVEL": "ERROR", "OMP_NUM_THREADS": str(threads)}
    if request.nodes == 1 and sys.platform == "linux":
        quiet["GLOO_SOCKET_IFNAME"] = "lo"
    return quiet


def _kill(pid: int) -> None:
    """Kills a process with those it started: it leads a session of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _apart() -> Failure:
    return Failure(
        tr("Another machine of the run has ended it, or cannot be reached any more."),
        TITLE,
        tr("That machine says why. What was saved last is whole."),
    )
