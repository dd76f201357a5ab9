"""One checkpoint that is trained on, and tested: a page of the session.

The model is `fit`, what else is chosen is `setup`, the look before the start is `looking`. This brings them together:
it says what can be begun, and with what. How it goes then is told by `run_page`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...language import tr
from ...workshop.requests import ModelSource
from ...workshop.run_words import DataLook, Rehearsal
from ..fitting.open_fit import OpenFit
from ..fitting.stages import Stage
from ..settings import Settings
from ..timers import one_shot
from . import beginnings
from .beginnings import Beginning
from .looking import Looking
from .model_finding import choose_likeliest
from .prepared_run import Making
from .run_page import RunPage
from .run_queue import RunQueue
from .run_state import READY, RunState
from .setup import Setup

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...workshop.run_requests import Train

REST_MS = 300
"""What was chosen counts as chosen when nothing else was for this long."""


class OpenRun(RunPage):
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

    def __init__(
        self, path: str, settings: Settings, parent: QObject | None = None, *, checkpoint: Checkpoint | None = None,
        fit: OpenFit | None = None, in_process: bool = False, queue: RunQueue | None = None,
    ) -> None:  # fmt: skip
        super().__init__(path, queue, in_process, parent)
        self.settings = settings
        self.fit = OpenFit(self.path, settings, self, checkpoint=checkpoint)
        self.setup = Setup(self)
        self.looking = Looking(self.engine, self)
        self._taken = fit
        self._is_past = False
        """Whether the file is another one than what was read, and is being read anew."""
        self._rest = one_shot(self, REST_MS, self._look_again)
        self._connect()

    def _connect(self) -> None:
        self.fit.opened.connect(self._take_file)
        self.fit.refused.connect(self._refuse)
        for told in (self.fit.chosen.changed, self.fit.chosen.built, self.fit.case.changed, self.setup.changed):
            told.connect(self._change)
        for part in (self.fit, self.looking):
            part.broken.connect(self.broken)
        self.fit.changed_on_disk.connect(self._tell_change)
        self.looking.changed.connect(self._tell_look)

    # What it is

    @property
    def name(self) -> str:
        return tr("{name} ▸ run", name=os.path.basename(self.path))

    @property
    def place(self) -> str:
        return self.path

    @property
    def interpreter(self) -> str:
        return self.fit.chosen.interpreter

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
    def is_busy(self) -> bool:
        return self.state is not RunState.IDLE or self.looking.is_busy or self.fit.is_busy

    @property
    def has_model(self) -> bool:
        """Whether the model can be had: its code may be run, and no argument is missing."""
        is_built = self.source is not None and self.fit.chosen.stage is Stage.BUILT
        return is_built or self.setup.own_module is not None

    @property
    def can_start(self) -> bool:
        return self.state in READY and not self._is_past and self.has_model and not self.setup.problems()

    @property
    def can_resume(self) -> bool:
        """Whether there is a training that was stopped, or broke off, with something saved."""
        is_done = self.trained is not None and self.trained.ended == "finished"
        return self.state in READY and bool(self.latest) and not is_done

    @property
    def can_test(self) -> bool:
        return self.state in READY and not self._is_past and self.has_model

    # What can be asked

    def recipe(self) -> dict[str, Any]:
        return {"kind": "run", "path": self.path}

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
            self.looking.look_at(self.setup.data, self.interpreter)

    def rehearse(self) -> None:
        """Does everything that comes before the first step, and tells what came of it."""
        if self.can_start:
            making = beginnings.rehearsing(self._train_request(), self._beginning())
            self.looking.rehearse(making, self.setup.data, self.interpreter)

    def start(self) -> None:
        """Trains, as soon as no other run of the window does."""
        if self.can_start:
            self.request = self._train_request()
            self._enter(beginnings.training(self.request, self._beginning()))

    def resume(self) -> None:
        """Goes on from what the last training saved, until the epoch that was wanted."""
        if self.can_resume and self.request is not None and self.record is not None:
            self._enter(beginnings.going_on(self.request, self.latest), self.record.saved)

    def stop_now(self) -> None:
        if self.state in READY:
            self.looking.stop()
            self.fit.stop()
            self._tell_look()
        else:
            super().stop_now()

    def test(self, paths: tuple[str, ...] = ()) -> None:
        """Tests these checkpoints; by default the best and the latest of the last training, else the page's file."""
        if self.can_test:
            record = self.record
            saved = tuple(path for path in (record.best, record.latest) if path) if record is not None else ()
            self.results, self.failures, self.has_tested = (), (), True
            request = self.setup.test_request(self._source(), self.fit.chosen.arguments, ())
            making = beginnings.testing(request, self._beginning(), paths or saved or (self.path,))
            self._begin(making, RunState.TESTING)

    def test_all(self) -> None:
        """Tests what the last training began with, and all that it saved, or the series: accuracy over epochs."""
        self.test(self.series or self.checkpoints)

    series: tuple[str, ...] = ()
    """The checkpoints of the training that this page was opened to test, in order."""

    def test_when_able(self, paths: tuple[str, ...]) -> None:
        """Tests these as soon as the model can be had; where that never happens by itself, when a person asks."""
        self.series = paths
        self.setup_changed.connect(self._test_series)
        self._test_series()

    def _test_series(self) -> None:
        if self.can_test:
            self.setup_changed.disconnect(self._test_series)
            self.test(self.series)

    def close(self) -> None:
        self._rest.stop()
        self.looking.stop()
        super().close()
        self.fit.close()

    def check_disk(self) -> None:
        self.fit.check_disk()

    # What comes of it

    def _begin(self, making: Making, state: RunState) -> None:
        self._rest.stop()
        self.looking.stop()
        super()._begin(making, state)

    def _beginning(self) -> Beginning:
        assert self.checkpoint is not None
        mended = self.fit.mended_side if self.fit.case.steps else None
        outcome = self.fit.case.outcome if self.setup.own_module is None else None
        return Beginning(self.checkpoint, self.setup.resume, mended, outcome.comparison.b if outcome else None)

    def _train_request(self) -> Train:
        return self.setup.train_request(self._source(), self.fit.chosen.arguments, None)

    def _source(self) -> ModelSource:
        assert self.source is not None
        return self.source

    def _tell_look(self) -> None:
        if self.state in READY:
            self._go(RunState.REHEARSING if self.looking.is_busy else RunState.IDLE)
        self.looked.emit()
        self.rehearsed.emit()

    def _take_file(self) -> None:
        self._is_past = False
        assert self.checkpoint is not None
        self.setup.take(self.checkpoint)
        fit, self._taken = self._taken, None
        if fit is not None and fit.chosen.choice is not None:
            self.fit.case.ticked = fit.case.ticked
            self.fit.chosen.choose(fit.chosen.choice.text, fit.chosen.given)
        else:
            choose_likeliest(self.fit)
        self.opened.emit()
        self._change()

    def _end(self, how: object) -> None:
        if self._is_own_doing():
            self._is_past = True
            self.fit.open()
        super()._end(how)

    def _is_own_doing(self) -> bool:
        """Whether the training has saved into the very file that the page is of."""
        return self.record is not None and any(os.path.abspath(path) == self.path for path in self.record.saved)

    def _tell_change(self) -> None:
        if not self._is_own_doing():
            self.changed_on_disk.emit()

    def _refuse(self) -> None:
        self.error = self.fit.error
        self.refused.emit()

    def _change(self) -> None:
        if self.checkpoint is not None and self.state in READY:
            self._rest.start()
        self.setup_changed.emit()

    def _look_again(self) -> None:
        """Looks at what is chosen now."""
        if self.state not in READY:
            return
        if self.fit.is_busy:  # it may end without a change: then nobody would ask again
            self._rest.start()
            return
        if self.can_start:
            self.rehearse()
        else:
            self.look_at_data()
