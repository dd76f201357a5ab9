"""What runs on a page, and what came of it: one training or test at a time, told in words.

Why this way: what trains is a child process (or, `in_process`, the thread of a job); the page only tells it what is
wanted of it. Its words come as lists, ten times a second, and are handed on as such: whoever draws is never called
once for each batch.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...language import tr
from ...runs.histories import History
from ...workshop.run_words import Batches, Began, Saved, Tested, Tests, Trained, Waiting
from ..open_page import OpenPage
from .driver import Driver, Engine
from .prepared_run import Making
from .record import RunRecord
from .run_queue import RunQueue
from .run_state import READY, TRAINING, RunState

if TYPE_CHECKING:
    from ...workshop.run_requests import Train


class RunPage(OpenPage):
    """A page with a run on it. Who inherits it says what is run."""

    began = Signal(object)
    """`Began`: training begins."""
    heard = Signal(object)
    """A list of words."""
    state_changed = Signal()
    """`state` is another, or what it waits for."""
    ended = Signal(object)
    """How training or testing ended: `Trained`, `Tests`, or an InspectorError."""
    tested = Signal(object)
    """One more `Tested`."""

    def __init__(self, path: str, queue: RunQueue | None, in_process: bool, parent: QObject | None) -> None:
        super().__init__(parent)
        self.path = os.path.abspath(path)
        self.queue = queue or RunQueue(self)
        self.engine = Engine(in_process)
        self.driver = Driver(self.engine)
        self.state = RunState.IDLE
        self.record: RunRecord | None = None
        """Of the present, or the last, training."""
        self.request: Train | None = None
        """What that is."""
        self.history: History | None = None
        """The curves that are stored in what it began with."""
        self.trained: Trained | None = None
        """How it ended; None while it goes, and when it failed."""
        self.results: tuple[Tested, ...] = ()
        self.has_tested = False
        """Whether anything was tested, even if nothing came of it."""
        self.failures: tuple[tuple[str, str], ...] = ()
        """Checkpoints that could not be tested: the path, and the sentence why."""
        self.error: InspectorError | None = None
        """Why the file cannot be opened, or the last run failed."""
        self.failed_in_training = False
        """Whether it was a training that failed, and no test."""
        self._making: Making | None = None
        self._saved_before: Mapping[str, Saved] | None = None
        self.queue.changed.connect(self._tell_queue)

    @property
    def interpreter(self) -> str:
        """The Python that it runs with."""
        raise NotImplementedError

    @property
    def is_training(self) -> bool:
        """Whether something is lost when everything ends now."""
        return self.state in TRAINING

    @property
    def waits_for(self) -> str:
        """The name of what it waits for; empty when it does not wait."""
        return self.queue.before(self) if self.state is RunState.WAITING else ""

    @property
    def latest(self) -> str:
        """The file of the last training from which it can go on; empty when there is none."""
        return self.record.latest if self.record is not None else ""

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """What the last training began with, and all that it saved, in the order of their epochs."""
        saved = sorted(self.record.saved.values(), key=lambda each: each.epoch) if self.record is not None else []
        return (self.path, *(each.path for each in saved if each.path != self.path and os.path.exists(each.path)))

    def pause(self) -> None:
        """Waits after the present batch."""
        if self.state is RunState.RUNNING:
            self.driver.pause()

    def go_on(self) -> None:
        """Goes on after a pause."""
        if self.state is RunState.PAUSED:
            self.driver.go_on()
            self._go(RunState.RUNNING)

    def stop_soon(self) -> None:
        """Saves after the present batch, and ends; what trains nothing yet, or only waits, ends at once."""
        if self.is_training and self.record is not None and self.record.began is not None:
            self.driver.stop()
            self._go(RunState.STOPPING)
        else:
            self.stop_now()

    def stop_now(self) -> None:
        """Ends at once; what was saved before stays."""
        if self.state is RunState.WAITING:
            self._leave()
        elif self.state not in READY:
            self.driver.kill()

    def stop(self) -> None:
        self.stop_soon()

    def close(self) -> None:
        super().close()
        self.state = RunState.IDLE
        self.driver.drop()
        self.queue.leave(self)
        self.engine.close()

    def begin(self) -> None:
        """It is its turn: the queue calls this."""
        if self._making is not None:
            self.record, self.trained = RunRecord(self._saved_before), None
            self._begin(self._making, RunState.RUNNING)

    # What comes of it

    def _enter(self, making: Making, saved: Mapping[str, Saved] | None = None) -> None:
        """Waits for its turn; `saved` is there already, of the training that it goes on with."""
        self._making, self._saved_before = making, saved
        self._go(RunState.WAITING)
        self.queue.enter(self)

    def _leave(self) -> None:
        self._making = None
        self._go(RunState.IDLE)
        self.queue.leave(self)

    def _begin(self, making: Making, state: RunState) -> None:
        self.error = None
        self.driver.start(making, self.interpreter, self._succeed, self._fail, self._hear)
        self._go(state)

    def _hear(self, words: list[Any]) -> None:
        if self.record is not None and self.state is not RunState.TESTING:
            self.record.take(words)
        for word in words:
            if isinstance(word, Began):
                self.began.emit(word)
            elif isinstance(word, History):
                self.history = word
            elif isinstance(word, Tested):
                self.results = (*self.results, word)
                self.tested.emit(word)
        self._follow(words)
        self.heard.emit(words)

    def _follow(self, words: list[Any]) -> None:
        """Whether it waits is what it said last of it."""
        said = [word for word in words if isinstance(word, Waiting | Batches)]
        if said and self.state in (RunState.RUNNING, RunState.PAUSED):
            self._go(RunState.PAUSED if isinstance(said[-1], Waiting) else RunState.RUNNING)

    def _succeed(self, answer: Trained | Tests) -> None:
        if isinstance(answer, Trained):
            self.trained = answer
            if self.record is not None:
                self.record.end(answer)
        else:
            self.results, self.failures = answer.tested, answer.failures
        self._end(answer)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            error = InspectorError(tr("An error in this program, {name}, stopped the run.", name=type(error).__name__))
        self.error, self.failed_in_training = error, self.state is not RunState.TESTING
        if self.record is not None and self.state is not RunState.TESTING:
            self.record.break_off(error)
        self._end(error)

    def _end(self, how: object) -> None:
        self._making = None
        self._go(RunState.IDLE)
        self.queue.leave(self)
        self.ended.emit(how)

    def _go(self, state: RunState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit()

    def _tell_queue(self) -> None:
        if self.state is RunState.WAITING:
            self.state_changed.emit()
