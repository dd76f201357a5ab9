"""One epoch of training: its batches, its validation, its files.

Between two batches a wish is asked for, the latest is saved where it is time, and ten times a second the losses are
told. Each of the generators here returns whether the run is to stop.

Why this way: a file that is saved says where in the epoch it is and holds the generators' states of that very moment.
A run that is stopped while it validates saves them as they were before: the validation is then done once more.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any, Generator  # noqa: UP035  # Python 3.8 cannot subscript that of collections.abc

from ...language import tr
from ...progress import Progress
from ..requests import WorkshopError
from ..run_words import EpochEnd, Message, Waiting
from . import rng, schedulers
from .devices import samples_in
from .evaluating import Evaluation, evaluate
from .filing import Files, not_a_number
from .optimizers import rate_of
from .preparing import Prepared
from .stepping import NotFinite, Step
from .telling import Taken, Teller
from .where import TITLE, batch_of, placed
from .wishes import PAUSE, STOP, Wishes

Words = Generator[Any, None, bool]
_NAP = 0.02
"""Seconds between two looks at whether a pause is over."""
_PAUSED_WORDS = 5
"""Naps between two words of a run that is paused."""


class Epochs:
    """Trains the epochs of `prepared`, one after the other."""

    def __init__(self, prepared: Prepared, wishes: Wishes) -> None:
        self.teller = Teller(prepared.journal, prepared.team)
        self.files = Files(prepared)
        self._run = prepared
        self._wishes = wishes
        self._step = Step(prepared)
        self._warned = 0

    def one(self) -> Words:
        """Trains what is left of the present epoch, validates and saves."""
        began = time.perf_counter()
        run = self._run
        text = tr("Epoch {epoch} of {epochs}", epoch=run.journal.epoch, epochs=run.request.epochs)
        yield Progress(run.journal.batch, run.batches, "batches", text)
        if (yield from self._batches()):
            yield from self._latest(rng.states())
            return True
        before = rng.states()
        evaluation = None
        if self._run.data.validation is not None and self._run.data.validation.count:
            evaluation = yield from self._validate()
            if evaluation is None:
                yield from self._latest(before)
                return True
        yield from self._end(evaluation, time.perf_counter() - began)
        return False

    # -- batches -------------------------------------------------------------------------------------------

    def _batches(self) -> Words:
        run, teller, wishes, step = self._run, self.teller, self._wishes, self._step
        agreed, files = run.team.agreed, self.files
        pile = run.data.train
        assert pile is not None
        run.model.train()
        teller.begin()
        pause = run.request.minutes * 60 or math.inf
        wish, _ = run.team.agreed(wishes.latest())
        batches = pile.batches(run.batch_size, run.order, run.journal.batch, run.request.workers)
        try:
            if wish is STOP:
                return True
            for inputs, targets in batches:
                teller.add(step(inputs, targets), samples_in(inputs, targets))
                now = time.perf_counter()
                wish, (is_due, is_time) = agreed(wishes.latest(), now >= teller.due, now - files.saved_at > pause)
                if is_due:
                    yield from self._tell()
                if is_time:
                    yield from self._tell()
                    yield from self._latest(rng.states())
                if wish is PAUSE:
                    wish = yield from self._pause()
                if wish is STOP:
                    yield from self._tell()
                    return True
            yield from self._tell()
            return False
        except (GeneratorExit, WorkshopError):
            raise
        except NotFinite as found:
            raise not_a_number(run, teller.batch + 1, found.where) from None
        except BaseException as error:
            raise placed(error, run.model, batch_of(run.journal.epoch, teller.batch + 1)) from error

    def _tell(self) -> Generator[Any, None, None]:
        """Takes the losses into the journal and says them."""
        taken = self.teller.take()
        if taken.losses:
            yield self.teller.word(taken, rate_of(self._run.optimizer))
        if taken.not_finite:
            yield from self._notice(taken)

    def _notice(self, taken: Taken) -> Generator[Any, None, None]:
        """A loss that is not finite, seen after the step."""
        if self._run.request.stop_at_nan:
            raise not_a_number(self._run, taken.not_finite, self._step.reason())
        if self._warned != self._run.journal.epoch:
            self._warned = self._run.journal.epoch
            yield Message(
                tr("The loss of {batch} is not a number.", batch=batch_of(self._warned, taken.not_finite)),
                "warning",
            )

    def _pause(self) -> Generator[Any, None, str]:
        """Waits until the wish is another one, and gives that."""
        yield from self._tell()
        journal = self._run.journal
        yield Waiting(journal.epoch, journal.batch + 1)
        naps = 0
        while (wish := self._run.team.agreed(self._wishes.latest())[0]) is PAUSE:
            time.sleep(_NAP)
            naps += 1
            if naps % _PAUSED_WORDS == 0:
                yield Progress(journal.batch, self._run.batches, "batches", tr("Paused"))
        self.teller.begin()
        return wish

    # -- after the batches ---------------------------------------------------------------------------------

    def _validate(self) -> Generator[Any, None, Evaluation | None]:
        """None: it is to stop."""
        run = self._run
        run.team.match(run.model)
        work = evaluate(
            run.model, run.data.validation, run.criterion, run.device, run.batch_size,
            workers=run.request.workers, inference=False, autocast=run.precision.autocast, team=run.team,
        )  # fmt: skip
        try:
            while True:
                try:
                    word = next(work)
                except StopIteration as end:
                    found: Evaluation = end.value
                    return found
                yield word
                if run.team.agreed(self._wishes.latest())[0] is STOP:
                    return None
        except (GeneratorExit, WorkshopError):
            raise
        except BaseException as error:
            place = tr("validation after epoch {epoch}", epoch=run.journal.epoch)
            raise placed(error, run.model, place, TITLE) from error
        finally:
            work.close()

    def _end(self, evaluation: Evaluation | None, seconds: float) -> Generator[Any, None, None]:
        run, journal = self._run, self._run.journal
        train_loss = journal.loss_sum / journal.samples if journal.samples else math.nan
        valid_loss = None if evaluation is None else evaluation.loss
        accuracy = _share(evaluation)
        lr = rate_of(run.optimizer)
        if run.scheduler is not None:
            schedulers.step(run.scheduler, train_loss if valid_loss is None else valid_loss)
        epoch, before = journal.epoch, journal.best
        is_best = journal.end_epoch(train_loss, valid_loss, accuracy, lr)
        yield EpochEnd(epoch, train_loss, valid_loss, accuracy, lr, rate_of(run.optimizer), seconds, is_best)
        message = _decreased(valid_loss is not None, before, journal.best) if is_best else ""
        yield from self.files.save_epoch(epoch, message)
        self.teller.begin()

    def _latest(self, generators: Mapping[str, Any]) -> Generator[Any, None, None]:
        yield from self.files.save_latest(generators)
        self.teller.begin()


def _share(evaluation: Evaluation | None) -> float | None:
    if evaluation is None or evaluation.correct is None or not evaluation.count:
        return None
    return evaluation.correct / evaluation.count


def _decreased(is_validation: bool, before: float | None, after: float | None) -> str:
    """The line that people know from the scripts they learned with."""
    losses = {"before": math.inf if before is None else before, "after": after}
    if is_validation:
        return tr("Validation loss decreased ({before:.6f} --> {after:.6f}).  Saving model ...", **losses)
    return tr("Training loss decreased ({before:.6f} --> {after:.6f}).  Saving model ...", **losses)
