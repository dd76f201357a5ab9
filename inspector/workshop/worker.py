"""The client's end of `serving`: one worker, its pipes, its limits and its end."""

from __future__ import annotations

import contextlib
import linecache
import os
import selectors
import signal
import time
from collections.abc import Generator, Iterator
from typing import Any

from ..progress import Progress
from ..wording import size
from . import crossing
from .limits import Limits, Watch, most_memory
from .output import Output
from .requests import Answer, Failure, Request, Said, WorkshopError
from .traces import Trace
from .warm_process import TICK, WarmProcess

LONGEST_ANSWER = 512 * 2**20
"""Bytes of one answer. A model of a million keys is a tenth of it."""
_READ = ("stdout", "stderr", "answers", "faults")
DESCRIPTORS = ("stdout", "stderr", "requests", "answers", "faults")
"""What a worker is given, in the order of `forking`."""
_CHUNK = 1 << 16
_LONGEST_LINE = 2000
_MOST_READS = 64
"""Chunks that are read of what a process goes on printing after it answered."""
_MOMENT = 1.0
"""Seconds in which what belongs together arrives."""
_ALONE = "File descriptors that the code did not open are not its own."
_TRACE_SIGNAL = getattr(signal, "SIGUSR1", 0)


class Worker:
    """A forked process, from the fork to its end. `begin` it, then `ask` as often as wanted, and `end` it."""

    def __init__(self, warm: WarmProcess, limits: Limits) -> None:
        self.output = Output(limits.output)
        self._warm = warm
        self._limits = limits
        self._pid = 0
        self._death: str | None = None
        self._closed_at = 0.0
        self._answer = bytearray()
        self._faults = b""
        self._to_send = b""
        self._selector = selectors.DefaultSelector()
        self._requests = self._fork()

    def _fork(self) -> int:
        """Makes the pipes, and hands their other ends to the new process."""
        theirs: dict[str, int] = {}
        for name in _READ:
            ours, theirs[name] = os.pipe()
            os.set_blocking(ours, False)
            self._selector.register(ours, selectors.EVENT_READ, name)
        theirs["requests"], requests = os.pipe()
        os.set_blocking(requests, False)
        self._selector.register(self._warm.socket, selectors.EVENT_READ, "warm")
        self._warm.fork(tuple(theirs[name] for name in DESCRIPTORS), most_memory(self._limits))
        for each in theirs.values():
            os.close(each)
        return requests

    # -- talking -------------------------------------------------------------------------------------------

    def begin(self) -> Generator[Progress, None, None]:
        """Waits until the process is there."""
        begin = time.monotonic()
        while not self._pid:
            for _ in self._hear():
                pass
            if self._death is not None or time.monotonic() - begin > self._limits.start:
                raise WorkshopError("The process that runs the code could not be started.", hint="Try it again.")
            yield Progress(int(time.monotonic() - begin), 0, "seconds", "Getting ready")

    def ask(self, request: Request, text: str, seconds: float) -> Generator[Said | Progress, None, Answer]:
        """The answer to `request`. Raises WorkshopError when there is none, also when a limit is reached."""
        self.output = Output(self._limits.output)
        self._to_send = crossing.line(request)
        watch = Watch(self._pid, seconds, self._limits)
        word = Progress(0, 0, "seconds", text)
        while True:
            for name, data in self._hear():
                if name == "answers":
                    for message in self._messages(data):
                        if not isinstance(message, Progress):
                            yield from self._rest()
                            return self._checked(message)
                        word = message
                        yield word
                elif said := self.output.take(name, data):
                    yield Said(name, said)
            if self._is_gone():
                raise self._ended()
            if broken := watch.broken():
                raise self._over_limit(broken)
            if watch.is_time_for_a_word():
                yield word if word.unit != "seconds" else word._replace(done=int(watch.passed))

    def _hear(self) -> Iterator[tuple[str, bytes]]:
        """What came in through the pipes, within a tick. Sends what is still to be sent meanwhile."""
        self._send()
        for key, _ in self._selector.select(TICK):
            if key.data == "warm":
                self._note(self._warm.messages(0))
            elif key.data != "requests":
                if data := _read(key.fd):
                    yield from self._sort(key.data, data)
                else:
                    self._close(key.fd, key.data)

    def _sort(self, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        if name == "faults":
            self._faults = (self._faults + data)[-_CHUNK:]
        else:
            yield name, data

    def _send(self) -> None:
        if self._to_send:
            try:
                self._to_send = self._to_send[os.write(self._requests, self._to_send) :]
            except BlockingIOError:
                pass
            except OSError:
                self._to_send = b""  # it is gone, which shows in a moment

    def _messages(self, data: bytes) -> Iterator[Any]:
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._answer += line
            whole, self._answer = bytes(self._answer), bytearray()
            try:
                yield crossing.value(whole)
            except ValueError as error:
                raise WorkshopError("The code wrote into the connection to this program.", hint=_ALONE) from error
        self._answer += rest
        if len(self._answer) > LONGEST_ANSWER:
            raise WorkshopError(f"The answer is longer than {size(LONGEST_ANSWER)}.")

    def _checked(self, message: Any) -> Answer:
        if isinstance(message, Failure):
            raise WorkshopError(
                message.message,
                title=message.title,
                hint=message.hint,
                traceback=message.traceback,
                file=message.file,
                line=message.line,
                code=message.code,
            )
        answer: Answer = message
        return answer

    def _rest(self) -> Iterator[Said]:
        """What was printed before the answer and is still in the pipes."""
        for key in list(self._selector.get_map().values()):
            if key.data in ("stdout", "stderr"):
                for _ in range(_MOST_READS):
                    data = _read(key.fd)
                    if not data:
                        break
                    if said := self.output.take(key.data, data):
                        yield Said(key.data, said)
        if self.output.rest:
            yield Said("stdout", self.output.rest)

    # -- ending --------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """Kills the process and all it started, at once. May be called from any thread."""
        if self._pid:
            self._warm.tell("kill", self._pid)

    def end(self) -> None:
        """Kills the process and lets go of everything."""
        self.kill()
        for key in list(self._selector.get_map().values()):
            if key.data != "warm":
                self._close(key.fd, key.data)
        self._selector.close()
        os.close(self._requests)

    def _note(self, messages: list[Any]) -> None:
        for message in messages:
            if message is None:
                self._death = "The process that runs the code was ended from outside"
                self._selector.unregister(self._warm.socket)
            elif message[0] == "forked":
                self._pid = message[1]
            elif message[:2] == ("ended", self._pid):
                self._death = _how_it_ended(message[2])

    def _close(self, descriptor: int, name: str) -> None:
        self._selector.unregister(descriptor)
        os.close(descriptor)
        if name == "answers":
            self._closed_at = time.monotonic()

    def _is_gone(self) -> bool:
        """Whether no answer can come any more. How a process ended is known a moment after its pipes close."""
        if self._closed_at and self._death is None and time.monotonic() - self._closed_at > _MOMENT:
            self._death = "The code closed the connection to this program"
        return self._death is not None

    def _ended(self) -> WorkshopError:
        self._hear_last_words()
        return self._with_trace(self._death or "", "")

    def _hear_last_words(self) -> None:
        """What it prints before its end; an answer comes too late."""
        for name, data in self._hear():
            if name != "answers":
                self.output.take(name, data)

    def _over_limit(self, broken: str) -> WorkshopError:
        """Asks the process where it is, before it is killed."""
        with contextlib.suppress(OSError):
            os.kill(self._pid, _TRACE_SIGNAL)
        begin, told = time.monotonic(), -1
        while told < len(self._faults) or (not told and time.monotonic() - begin < _MOMENT):
            told = len(self._faults)  # it comes in pieces: all is there when nothing more comes within a tick
            self._hear_last_words()
        return self._with_trace(broken, "Limits can be raised where it needs more than that.")

    def _with_trace(self, message: str, hint: str) -> WorkshopError:
        trace = Trace(self._faults.decode("utf-8", "replace"))
        where = f" (at line {trace.line} of {os.path.basename(trace.file)})" if trace.line else ""
        return WorkshopError(
            f"{message}{where}.",
            hint=hint,
            traceback=trace.text,
            file=trace.file,
            line=trace.line,
            code=_line_of(trace.file, trace.line) if trace.line else "",
        )


def _line_of(file: str, number: int) -> str:
    linecache.checkcache(file)
    return linecache.getline(file, number).strip()[:_LONGEST_LINE]


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return b""


def _how_it_ended(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return "The process was killed, perhaps by the system for want of memory"
        return f"The code crashed its process: {signal.strsignal(number) or f'signal {number}'}"
    return f"The code ended its process with exit code {os.waitstatus_to_exitcode(status)}, instead of making a model"
