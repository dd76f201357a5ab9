"""One checkpoint that is trained on, and tested: a page of the session.

The model is `fit`, what else is chosen is `setup`, the look before the start is `looking`, what a run said is `record`.
This brings them together: it says what can be begun, begins it when it is its turn, and hears it to its end.

Why this way: what trains is a child process (or, `in_process`, the thread of a job); the page only tells it what is
wanted of it. Its words come as lists, ten times a second, and are handed on as such: whoever draws is never called
once for each batch.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...workshop.requests import ModelSource
from ...workshop.run_words import Batches, Began, DataLook, Rehearsal, Tested, Tests, Trained, Waiting
from ..fitting.open_fit import OpenFit
from ..fitting.stages import Stage
from ..open_page import OpenPage
from ..settings import Settings
from ..timers import one_shot
from . import beginnings
from .beginnings import Beginning
from .driver import Driver, Engine
from .looking import Looking
from .prepared_run import Making
from .record import RunRecord
from .run_queue import RunQueue
from .run_state import READY, TRAINING, RunState
from .setup import Setup

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...workshop.run_requests import Train

REST_MS = 300
"""What was chosen counts as chosen when nothing else was for this long."""


class OpenRun(OpenPage):
    """One tab that trains and tests."""

    opened = Signal()
    """`checkpoint` is there, and `setup` filled from it."""
    refused = Signal()
    """`error` says why it cannot be opened."""
    setup_changed = Signal()
    """The model, the data or anything else that is chosen is another."""
    rehearsed = Signal()
    """`rehearsal` is another, or `looking.error` says why there is none."""
    looked = Signal()
    """`look` is another, or `looking.error` says why there is none."""
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

    def __init__(
        self, path: str, settings: Settings, parent: QObject | None = None, *, checkpoint: Checkpoint | None = None,
        fit: OpenFit | None = None, in_process: bool = False, queue: RunQueue | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.path = os.path.abspath(path)
        self.settings = settings
        self.queue = queue or RunQueue(self)
        self.fit = OpenFit(self.path, settings, self, checkpoint=checkpoint)
        self.setup = Setup(self)
        self.engine = Engine(in_process)
        self.looking = Looking(self.engine, self)
        self.driver = Driver(self.engine)
        self.state = RunState.IDLE
        self.record: RunRecord | None = None
        self.trained: Trained | None = None
        """How the last training ended; None when it failed, or there was none."""
        self.results: tuple[Tested, ...] = ()
        self.failures: tuple[tuple[str, str], ...] = ()
        """Checkpoints that could not be tested: the path, and the sentence why."""
        self.error: InspectorError | None = None
        """Why the file cannot be opened, or the last run failed."""
        self.request: Train | None = None
        """What is, or was last, trained."""
        self._taken = fit
        self._making: Making | None = None
        self._rest = one_shot(self, REST_MS, self._look_again)
        self._connect()

    def _connect(self) -> None:
        self.fit.opened.connect(self._take_file)
        self.fit.refused.connect(self._refuse)
        for told in (self.fit.chosen.changed, self.fit.chosen.built, self.fit.case.changed, self.setup.changed):
            told.connect(self._change)
        for part in (self.fit, self.looking):
            part.broken.connect(self.broken)
        self.fit.changed_on_disk.connect(self.changed_on_disk)
        self.looking.changed.connect(self._tell_look)
        self.queue.changed.connect(self._tell_queue)

    # What it is

    @property
    def name(self) -> str:
        return f"{os.path.basename(self.path)} ▸ run"

    @property
    def place(self) -> str:
        return self.path

    @property
    def checkpoint(self) -> Checkpoint | None:
        return self.fit.checkpoint

    @property
    def look(self) -> DataLook | None:
        return self.looking.look

    @property
    def rehearsal(self) -> Rehearsal | None:
        return self.looking.rehearsal

    @property
    def source(self) -> ModelSource | None:
        """The model that is trained; None while none is chosen."""
        choice = self.fit.chosen.choice
        return self.setup.own_module or (choice.source if choice is not None else None)

    @property
    def is_training(self) -> bool:
        """Whether something is lost when everything ends now."""
        return self.state in TRAINING

    @property
    def is_busy(self) -> bool:
        return self.state is not RunState.IDLE or self.looking.is_busy or self.fit.is_busy

    @property
    def waits_for(self) -> str:
        """The name of what it waits for; empty when it does not wait."""
        return self.queue.before(self) if self.state is RunState.WAITING else ""

    @property
    def has_model(self) -> bool:
        """Whether the model can be had: its code may be run, and no argument is missing."""
        is_built = self.source is not None and self.fit.chosen.stage is Stage.BUILT
        return is_built or self.setup.own_module is not None

    @property
    def can_start(self) -> bool:
        return self.state in READY and self.has_model and not self.setup.problems()

    @property
    def can_resume(self) -> bool:
        """Whether there is a training that was stopped, or broke off, with something saved."""
        is_done = self.trained is not None and self.trained.ended == "finished"
        return self.state in READY and bool(self.latest) and not is_done

    @property
    def can_test(self) -> bool:
        return self.state in READY and self.has_model

    @property
    def latest(self) -> str:
        """The file of the last training from which it can go on; empty when there is none."""
        return self.record.latest if self.record is not None else ""

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """What the last training began with, and all that it saved, in the order of their epochs."""
        saved = sorted(self.record.saved.values(), key=lambda each: each.epoch) if self.record is not None else []
        return (self.path, *(each.path for each in saved if each.path != self.path and os.path.exists(each.path)))

    # What can be asked

    def open(self) -> None:
        """Reads the checkpoint (again), and goes on from there; not while it trains."""
        if self.state in READY:
            self.looking.forget()
            self.fit.open()

    def correct(self, role: str, value: object) -> None:
        """Says what something in the file is: another key, or a value."""
        self.setup.correct(role, value)

    def look_at_data(self) -> None:
        """Has a look at the data alone."""
        if self.state in READY:
            self.looking.look_at(self.setup.data, self.fit.chosen.interpreter)

    def rehearse(self) -> None:
        """Does everything that comes before the first step, and tells what came of it."""
        if self.can_start:
            making = beginnings.rehearsing(self._train_request(), self._beginning())
            self.looking.rehearse(making, self.fit.chosen.interpreter)

    def start(self) -> None:
        """Trains, as soon as no other run of the window does."""
        if self.can_start:
            self.request = self._train_request()
            self._enter(beginnings.training(self.request, self._beginning()))

    def resume(self) -> None:
        """Goes on from what the last training saved, until the epoch that was wanted."""
        if self.can_resume and self.request is not None:
            self._enter(beginnings.going_on(self.request, self.latest))

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
        if self.state in READY:
            self.looking.stop()
            self.fit.stop()
            self._tell_look()
        elif self.state is RunState.WAITING:
            self._leave()
        else:
            self.driver.kill()

    def test(self, paths: tuple[str, ...] = ()) -> None:
        """Tests these checkpoints; by default the best and the latest of the last training, else the page's file."""
        if self.can_test:
            record = self.record
            saved = tuple(path for path in (record.best, record.latest) if path) if record is not None else ()
            self.results, self.failures = (), ()
            request = self.setup.test_request(self._source(), self.fit.chosen.arguments, ())
            making = beginnings.testing(request, self._beginning(), paths or saved or (self.path,))
            self._begin(making, RunState.TESTING)

    def stop(self) -> None:
        self.stop_soon()

    def close(self) -> None:
        super().close()
        self._rest.stop()
        self.state = RunState.IDLE
        self.driver.drop()
        self.looking.stop()
        self.queue.leave(self)
        self.engine.close()
        self.fit.close()

    def check_disk(self) -> None:
        self.fit.check_disk()

    # What comes of it

    def begin(self) -> None:
        """It is its turn: the queue calls this."""
        if self._making is not None:
            self.record, self.trained = RunRecord(), None
            self._begin(self._making, RunState.RUNNING)

    def _beginning(self) -> Beginning:
        assert self.checkpoint is not None
        mended = self.fit.mended_side if self.fit.case.steps else None
        return Beginning(self.checkpoint, self.setup.resume, mended)

    def _train_request(self) -> Train:
        return self.setup.train_request(self._source(), self.fit.chosen.arguments, None)

    def _source(self) -> ModelSource:
        assert self.source is not None
        return self.source

    def _enter(self, making: Making) -> None:
        self._making = making
        self._go(RunState.WAITING)
        self.queue.enter(self)

    def _leave(self) -> None:
        self._making = None
        self._go(RunState.IDLE)
        self.queue.leave(self)

    def _begin(self, making: Making, state: RunState) -> None:
        self._rest.stop()
        self.looking.stop()
        self.error = None
        self.driver.start(making, self.fit.chosen.interpreter, self._succeed, self._fail, self._hear)
        self._go(state)

    def _hear(self, words: list[Any]) -> None:
        if self.record is not None and self.state is not RunState.TESTING:
            self.record.take(words)
        for word in words:
            if isinstance(word, Began):
                self.began.emit(word)
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
            error = InspectorError(f"An error in this program, {type(error).__name__}, stopped the run.")
        self.error = error
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

    def _tell_look(self) -> None:
        if self.state in READY:
            self._go(RunState.REHEARSING if self.looking.is_busy else RunState.IDLE)
        self.looked.emit()
        self.rehearsed.emit()

    def _take_file(self) -> None:
        assert self.checkpoint is not None
        self.setup.take(self.checkpoint)
        fit, self._taken = self._taken, None
        if fit is not None and fit.chosen.choice is not None:
            self.fit.case.ticked = fit.case.ticked
            self.fit.chosen.choose(fit.chosen.choice.text, fit.chosen.given)
        self.opened.emit()
        self._change()

    def _refuse(self) -> None:
        self.error = self.fit.error
        self.refused.emit()

    def _change(self) -> None:
        if self.checkpoint is not None and self.state in READY:
            self._rest.start()
        self.setup_changed.emit()

    def _look_again(self) -> None:
        """Looks at what is chosen now."""
        if self.state not in READY or self.fit.is_busy:
            return
        if self.can_start:
            self.rehearse()
        else:
            self.look_at_data()
