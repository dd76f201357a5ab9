"""The client's end of `serving`: one forked process, what it is asked, its limits and its end."""

from __future__ import annotations

import contextlib
import linecache
import os
import signal
import time
from collections import deque
from collections.abc import Generator, Iterator
from typing import Any, get_args

from ..language import tr
from ..progress import Progress
from ..wording import size
from . import crossing
from .forking import TRACE_SIGNAL
from .limits import Limits, Watch, most_memory
from .output import Output
from .pipes import CONTROL, Pipes
from .requests import Answer, Failure, Request, Said, WorkshopError
from .run_requests import RunRequest, Wish
from .run_words import RunAnswer, Word
from .traces import Trace
from .warm_process import TICK, WarmProcess

WORDS = (Progress, *get_args(Word))
"""What is said before the answer."""
LONGEST_ANSWER = 512 * 2**20
"""Bytes of one answer. A model of a million keys is a tenth of it."""
_LONGEST_TRACE = 1 << 16
_LONGEST_LINE = 2000
_MOMENT = 1.0
"""Seconds in which what belongs together arrives: the end of a pipe, and how the process ended."""


class Worker:
    """A forked process, from the fork to its end. `begin` it, then `ask` as often as wanted, and `end` it."""

    def __init__(self, warm: WarmProcess, limits: Limits) -> None:
        self.output = Output(limits.output)
        self._warm = warm
        self._limits = limits
        self._pid = 0
        self._death = ""
        self._gone_since = 0.0
        self._closed = False
        self._answer = bytearray()
        self._wishes: deque[Wish] = deque()
        self._faults = b""
        self._pipes = Pipes(warm.socket)
        warm.fork(self._pipes.theirs, most_memory(limits))
        self._pipes.hand_over()

    # -- talking -------------------------------------------------------------------------------------------

    def begin(self) -> Generator[Progress, None, None]:
        """Waits until the process is there."""
        begin = time.monotonic()
        while not self._pid:
            self._hear_last_words()
            passed = time.monotonic() - begin
            if self._death or passed > self._limits.start:
                raise WorkshopError(
                    tr("The process that runs the code could not be started."), hint=tr("Try it again.")
                )
            yield Progress(int(passed), 0, "seconds", tr("Getting ready"))

    def tell(self, wish: Wish) -> None:
        """Tells a run what is wanted of it meanwhile. May be called from any thread."""
        self._wishes.append(wish)

    def ask(
        self, request: Request | RunRequest, text: str, seconds: float
    ) -> Generator[Said | Progress | Word, None, Answer | RunAnswer]:
        """The answer to `request`. Raises WorkshopError when there is none, also when a limit is reached."""
        self.output = Output(self._limits.output)
        self._pipes.send(crossing.line(request))
        watch = Watch(self._pid, seconds, self._limits)
        word = Progress(0, 0, "seconds", text)
        while True:
            while self._wishes:
                self._pipes.send(crossing.line(self._wishes.popleft()))
            for name, data in self._hear():
                if name != "answers":
                    yield from self._said(name, data)
                for message in self._messages(data) if name == "answers" else ():
                    if not isinstance(message, WORDS):
                        yield from self._rest()
                        return _checked(message)
                    word = message if isinstance(message, Progress) else word
                    yield message
            if self._is_gone():
                raise self._ended()
            if broken := watch.broken():
                raise self._over_limit(broken)
            if watch.is_time_for_a_word():
                yield word if word.unit != "seconds" else word._replace(done=int(watch.passed))

    def _hear(self) -> Iterator[tuple[str, bytes]]:
        """What it printed or answered, within a tick."""
        for name, data in self._pipes.hear(TICK):
            if name == CONTROL:
                self._note(self._warm.messages(0))
            elif name == "faults":
                self._faults = (self._faults + data)[-_LONGEST_TRACE:]
            elif data:
                yield name, data
            elif name == "answers":
                self._closed = True
                self._gone_since = self._gone_since or time.monotonic()

    def _said(self, stream: str, data: bytes) -> Iterator[Said]:
        if text := self.output.take(stream, data):
            yield Said(stream, text)

    def _rest(self) -> Iterator[Said]:
        """What was printed before the answer and is still in the pipes, and what was too much to be shown at once."""
        for stream in ("stdout", "stderr"):
            for data in self._pipes.rest(stream):
                yield from self._said(stream, data)
        if self.output.rest:
            yield Said("stdout", self.output.rest)

    def _messages(self, data: bytes) -> Iterator[Any]:
        *lines, rest = data.split(b"\n")
        for line in lines:
            whole, self._answer = bytes(self._answer + line), bytearray()
            try:
                yield crossing.value(whole)
            except ValueError as error:
                raise WorkshopError(tr("The code wrote into the connection to this program.")) from error
        self._answer += rest
        if len(self._answer) > LONGEST_ANSWER:
            raise WorkshopError(tr("The answer is longer than {size}.", size=size(LONGEST_ANSWER)))

    # -- ending --------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """Kills the process and all it started, at once. May be called from any thread."""
        if self._pid:
            self._warm.tell("kill", self._pid)

    def end(self) -> None:
        """Kills the process and lets go of everything."""
        self.kill()
        self._pipes.close()

    def _note(self, messages: list[Any]) -> None:
        for message in messages:
            if message is None:
                self._death = tr("The process that runs the code was ended from outside")
                self._pipes.forget_control()
            elif message[0] == "forked":
                self._pid = message[1]
            elif message[:2] == ("ended", self._pid):
                self._death = _how_it_ended(message[2])
        if self._death:
            self._gone_since = self._gone_since or time.monotonic()

    def _is_gone(self) -> bool:
        """Whether no answer can come any more: its pipe has ended and it is known why, or a moment has passed."""
        late = self._gone_since > 0 and time.monotonic() - self._gone_since > _MOMENT
        return (self._closed and bool(self._death)) or late

    def _ended(self) -> WorkshopError:
        self._hear_last_words()
        return self._with_trace(self._death or tr("The code closed the connection to this program"), "")

    def _hear_last_words(self) -> None:
        """What it prints when no answer is waited for."""
        for name, data in self._hear():
            if name != "answers":
                self.output.take(name, data)

    def _over_limit(self, broken: str) -> WorkshopError:
        """Asks the process where it is, before it is killed."""
        with contextlib.suppress(OSError):
            os.kill(self._pid, TRACE_SIGNAL)
        begin, told = time.monotonic(), -1
        while told < len(self._faults) or (not told and time.monotonic() - begin < _MOMENT):
            told = len(self._faults)  # it comes in pieces: all is there when nothing more comes within a tick
            self._hear_last_words()
        return self._with_trace(broken, tr("For its shapes a model needs no data, downloads or pretrained weights."))

    def _with_trace(self, message: str, hint: str) -> WorkshopError:
        trace = Trace(self._faults.decode("utf-8", "replace"))
        said = tr("{message}.", message=message)
        if trace.line:
            named = {"line": trace.line, "file": os.path.basename(trace.file)}
            said = tr("{message} (at line {line} of {file}).", message=message, **named)
        code = _line_of(trace.file, trace.line) if trace.line else ""
        error = WorkshopError(said, hint=hint, traceback=trace.text, file=trace.file, line=trace.line, code=code)
        error.is_end = True
        return error


def _checked(message: Any) -> Answer | RunAnswer:
    if isinstance(message, Failure):
        raise WorkshopError(**message._asdict())
    answer: Answer | RunAnswer = message
    return answer


def _line_of(file: str, number: int) -> str:
    linecache.checkcache(file)
    return linecache.getline(file, number).strip()[:_LONGEST_LINE]


def _how_it_ended(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return tr("The process was killed, perhaps by the system for want of memory")
        return tr("The code crashed its process: {signal}", signal=signal.strsignal(number) or str(number))
    return tr(
        "The code ended its process with exit code {code}, instead of giving an answer",
        code=os.waitstatus_to_exitcode(status),
    )
