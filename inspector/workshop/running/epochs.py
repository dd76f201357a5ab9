"""One epoch of training: its batches, its validation, its files.

Between two batches a wish is asked for, the latest is saved where it is time, and ten times a second the losses are
told. Each of the generators here returns whether the run is to stop.

Why this way: a file that is saved says where in the epoch it is and holds the generators' states of that very moment.
A run that is stopped while it validates saves them as they were before: the validation is then done once more.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Generator, Mapping
from typing import Any

from ...progress import Progress
from ...wording import names
from ..requests import WorkshopError
from ..run_words import EpochEnd, Message, Saved, Waiting
from . import rng, saving, schedulers, states
from .evaluating import Evaluation, evaluate
from .finite import not_finite_parameters
from .journal import Journal
from .optimizers import rate_of
from .preparing import Prepared
from .stepping import NotFinite, Step
from .telling import Taken, Teller
from .where import TITLE, batch_of, placed
from .wishes import PAUSE, STOP, Wishes

Words = Generator[Any, None, bool]
NOT_A_NUMBER = "The loss is not a number"
_LOWER = "Try a lower learning rate or gradient clipping, and look at the data of that batch."
_NAP = 0.02
"""Seconds between two looks at whether a pause is over."""
_PAUSED_WORDS = 5
"""Naps between two words of a run that is paused."""


class Epochs:
    """Trains the epochs of `prepared`, one after the other."""

    def __init__(self, prepared: Prepared, wishes: Wishes) -> None:
        self.teller = Teller(prepared.journal, prepared.team)
        self.latest = ""
        """The path of the latest file; empty while nothing was saved."""
        self._run = prepared
        self._wishes = wishes
        self._step = Step(prepared)
        self._saved_at = time.perf_counter()
        self._warned = 0

    def one(self) -> Words:
        """Trains what is left of the present epoch, validates and saves."""
        began = time.perf_counter()
        run = self._run
        text = f"Epoch {run.journal.epoch} of {run.request.epochs}"
        yield Progress(run.journal.batch, run.batches, "batches", text)
        if (yield from self._batches()):
            yield from self._save_latest(rng.states())
            return True
        before = rng.states()
        evaluation = None
        if self._run.data.validation is not None and self._run.data.validation.count:
            evaluation = yield from self._validate()
            if evaluation is None:
                yield from self._save_latest(before)
                return True
        yield from self._end(evaluation, time.perf_counter() - began)
        return False

    # -- batches -------------------------------------------------------------------------------------------

    def _batches(self) -> Words:
        run, teller, wishes, step = self._run, self.teller, self._wishes, self._step
        agreed = run.team.agreed
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
                teller.add(step(inputs, targets), len(targets))
                now = time.perf_counter()
                wish, (is_due, is_time) = agreed(wishes.latest(), now >= teller.due, now - self._saved_at > pause)
                if is_due:
                    yield from self._tell()
                if is_time:
                    yield from self._tell()
                    yield from self._save_latest(rng.states())
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
            raise self._not_a_number(teller.batch + 1, found.where) from None
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
            raise self._not_a_number(taken.not_finite, self._step.reason())
        if self._warned != self._run.journal.epoch:
            self._warned = self._run.journal.epoch
            yield Message(f"The loss of {batch_of(self._warned, taken.not_finite)} is not a number.", "warning")

    def _not_a_number(self, batch: int, where: str) -> WorkshopError:
        return WorkshopError(
            f"The loss of {batch_of(self._run.journal.epoch, batch)} is not a number. {where}{self._kept()}",
            title=NOT_A_NUMBER,
            hint=_LOWER,
        )

    def _kept(self) -> str:
        good = self._run.last_good
        return f" The last good file is whole: {good}." if good and os.path.exists(good) else ""

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
                yield Progress(journal.batch, self._run.batches, "batches", "Paused")
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
            place = f"validation after epoch {run.journal.epoch}"
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
        state = self._state(rng.states())
        if is_best:
            yield Message(_decreased(valid_loss is not None, before, journal.best))
            yield from self._save(saving.best_path(run.request.folder), "best", state)
        every = run.request.save_every
        if every and epoch % every == 0:
            yield from self._save(saving.epoch_path(run.request.folder, run.request.name, epoch), "epoch", state)
        yield from self._save(saving.latest_path(run.request.folder), "latest", state)
        self.teller.begin()

    # -- files ---------------------------------------------------------------------------------------------

    def _save_latest(self, generators: Mapping[str, Any]) -> Generator[Any, None, None]:
        yield from self._save(saving.latest_path(self._run.request.folder), "latest", self._state(generators))
        self.teller.begin()

    def _state(self, generators: Mapping[str, Any]) -> dict[str, Any]:
        """What is saved now. Raises WorkshopError where the weights are none any more."""
        run = self._run
        if run.request.stop_at_nan and (broken := not_finite_parameters(run.model)):
            raise WorkshopError(
                f"After {_done(run.journal)} NaN or Inf is in the weights: "
                f"{names(broken)}. They were not saved.{self._kept()}",
                title="The weights are not numbers",
                hint=_LOWER,
            )
        first, *others = run.team.gathered(dict(generators))
        both = {**first, "others": others} if others else first
        changing = states.state_of(
            run.model, run.optimizer, run.scheduler, run.precision.scaler, run.journal, both, run.seed
        )
        return {**changing, **run.fixed}

    def _save(self, path: str, kind: str, state: Mapping[str, Any]) -> Generator[Any, None, None]:
        run = self._run
        began = time.perf_counter()
        if run.team.is_first:
            nbytes = saving.save(path, state, run.last_good)
            run.last_good = path
            self.latest = path if kind == "latest" else self.latest
            seconds = time.perf_counter() - began
            yield Saved(path, kind, state["epoch"], state["batch"], nbytes, seconds)
        run.team.barrier()
        self._saved_at = time.perf_counter()


def _share(evaluation: Evaluation | None) -> float | None:
    if evaluation is None or evaluation.correct is None or not evaluation.count:
        return None
    return evaluation.correct / evaluation.count


def _done(journal: Journal) -> str:
    """`batch 31 of epoch 2`, or `epoch 2` at its end."""
    return batch_of(journal.epoch, journal.batch) if journal.batch else f"epoch {journal.epoch - 1}"


def _decreased(is_validation: bool, before: float | None, after: float | None) -> str:
    """The line that people know from the scripts they learned with."""
    name = "Validation" if is_validation else "Training"
    first = math.inf if before is None else before
    return f"{name} loss decreased ({first:.6f} --> {after:.6f}).  Saving model ..."
