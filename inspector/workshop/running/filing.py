"""The files of a run while it goes: when each is written, and what is in it.

Why this way: before anything takes the place of a good file, the weights are looked through. A loss that is a number
can leave weights behind that are none, and a best model full of NaN would be worse than no file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, Generator  # noqa: UP035  # Python 3.8 cannot subscript that of collections.abc

from ...language import marked, sentences, tr
from ...wording import names
from ..requests import WorkshopError
from ..run_words import Message, Saved
from . import rng, saving, states
from .finite import not_finite_parameters
from .journal import Journal
from .preparing import Prepared
from .where import batch_of

NOT_A_NUMBER = marked("The loss is not a number")
BROKEN = marked("The weights are not numbers")
_LOWER = marked("Try a lower learning rate or gradient clipping, and look at the data of that batch.")

Words = Generator[Any, None, None]


class Files:
    """What `run` has saved, and saves."""

    def __init__(self, run: Prepared) -> None:
        self.latest = ""
        """The path of the latest file; empty while nothing was saved."""
        self.saved_at = time.perf_counter()
        """When a file was written last; at first, when the run began."""
        self._run = run

    def save_latest(self, generators: Mapping[str, Any]) -> Words:
        """Within an epoch; `generators` are the states that belong to that place."""
        yield from self._save(saving.latest_path(self._run.request.folder), "latest", self._state(generators))

    def save_epoch(self, epoch: int, best: str) -> Words:
        """At the end of `epoch`: the best where `best` is what is said of it, then every so many epochs, the latest."""
        request = self._run.request
        state = self._state(rng.states())
        if best:
            yield Message(best)
            yield from self._save(saving.best_path(request.folder), "best", state)
        if request.save_every and epoch % request.save_every == 0:
            yield from self._save(saving.epoch_path(request.folder, request.name, epoch), "epoch", state)
        yield from self._save(saving.latest_path(request.folder), "latest", state)

    def _state(self, generators: Mapping[str, Any]) -> dict[str, Any]:
        """What is saved now. Raises WorkshopError where the weights are none any more."""
        run = self._run
        if run.request.stop_at_nan and (broken := not_finite_parameters(run.model)):
            told = tr(
                "After {place} NaN or Inf is in the weights: {broken}. They were not saved.",
                place=_done(run.journal),
                broken=names(broken),
            )
            raise WorkshopError(sentences(told, last_good(run)), title=BROKEN, hint=tr(_LOWER))
        first, *others = run.team.gathered(dict(generators))
        both = {**first, "others": others} if others else first
        changing = states.state_of(
            run.model, run.optimizer, run.scheduler, run.precision.scaler, run.journal, both, run.seed
        )
        return {**changing, **run.fixed}

    def _save(self, path: str, kind: str, state: Mapping[str, Any]) -> Words:
        run = self._run
        began = time.perf_counter()
        if run.team.is_first:
            nbytes = saving.save(path, state, run.last_good)
            run.last_good = path
            self.latest = path if kind == "latest" else self.latest
            yield Saved(path, kind, state["epoch"], state["batch"], nbytes, time.perf_counter() - began)
        run.team.barrier()
        self.saved_at = time.perf_counter()


def not_a_number(run: Prepared, batch: int, where: str) -> WorkshopError:
    """The loss of `batch` is none; `where` says which layer made it."""
    told = tr("The loss of {batch} is not a number.", batch=batch_of(run.journal.epoch, batch))
    message = sentences(told, where, last_good(run))
    return WorkshopError(message, title=NOT_A_NUMBER, hint=tr(_LOWER))


def last_good(run: Prepared) -> str:
    """A sentence with the last file that is whole; empty where there is none."""
    good = run.last_good
    return tr("The last good file is whole: {path}.", path=good) if good and os.path.exists(good) else ""


def _done(journal: Journal) -> str:
    """`batch 31 of epoch 2`, or `epoch 2` at its end."""
    return batch_of(journal.epoch, journal.batch) if journal.batch else tr("epoch {epoch}", epoch=journal.epoch - 1)
