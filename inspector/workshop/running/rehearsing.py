"""Everything that comes before the first step, and the loss that training would begin with. Nothing is changed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any

import torch

from ...language import marked, tr
from ...progress import Progress
from ...wording import number
from ..handshake import BATCHES, judged, standard_error
from ..run_requests import Rehearse
from ..run_words import Check, Rehearsal
from . import boards, launching
from .devices import described, moved, threads
from .evaluating import evaluate
from .looking import look
from .models import parameter_count
from .optimizers import has_fused, rate_of
from .preparing import Prepared, prepare
from .schedulers import future_rates
from .states import bare
from .where import batch_of, placed

PICTURES = 32


def rehearse(request: Rehearse) -> Generator[Any, None, Rehearsal]:
    """Yields Progress, and Looked before the model is made.

    Raises Refusal or WorkshopError where training could not begin, and what user code raises.
    """
    with threads(request.train.threads):
        run = yield from prepare(request.train, pictures=PICTURES)
        valid_loss = yield from _valid_loss(run)
        losses = yield from _train_losses(run)
    train_loss = sum(losses) / len(losses) if losses else None
    epochs = max(0, run.request.epochs - run.journal.epoch + 1)
    rates = future_rates(run.optimizer, run.request.scheduler, run.scheduler, epochs, run.request.epochs)
    return Rehearsal(
        look(run.data, PICTURES), run.tried.output, parameter_count(bare(run.model)),
        (*run.checks, *_notes(run), *_engine_checks(run), *_loss_check(run, losses)), train_loss, valid_loss,
        described(run.device), rate_of(run.optimizer), rates, has_fused(run.request.optimizer.name),
    )  # fmt: skip


def _notes(run: Prepared) -> Iterator[Check]:
    yield from (Check(marked("Note"), "assumed", note) for note in run.notes)


def _engine_checks(run: Prepared) -> Iterator[Check]:
    """Of what training needs beside itself."""
    yield from launching.checks(run.request, run.device)
    yield from boards.checks(run.request)


def _loss_check(run: Prepared, losses: list[float]) -> Iterator[Check]:
    """The first batches against what the file has stored."""
    if not losses:
        return
    mean, expected = sum(losses) / len(losses), run.request.expected
    if expected is None:
        state = "ok" if mean == mean else "bad"
        loss = number(float(f"{mean:.3g}"))
        said = (
            tr("The first batch has a loss of {loss}.", loss=loss)
            if len(losses) == 1
            else tr("The first {batches} batches have a loss of {loss}.", batches=len(losses), loss=loss)
        )
        yield Check(marked("Loss"), state, said)
        return
    shake = judged(len(losses), mean, expected, run.request.expected_is, standard_error(losses))
    yield Check(marked("Loss"), "warning" if shake.is_jump else "ok", shake.text)


def _valid_loss(run: Prepared) -> Generator[Progress, None, float | None]:
    pile = run.data.validation
    if pile is None or not pile.count:
        return None
    found = yield from evaluate(
        run.model, pile, run.criterion, run.device, run.request.batch_size,
        most_batches=BATCHES, inference=False, autocast=run.precision.autocast,
    )  # fmt: skip
    return found.loss


def _train_losses(run: Prepared) -> Generator[Progress, None, list[float]]:
    """Of the first batches that would be trained, in training mode: dropout and batch statistics as they will be."""
    pile = run.data.train
    assert pile is not None
    run.model.train()
    losses: list[float] = []
    first = min(run.journal.batch, max(0, run.batches - 1))
    batches = islice(pile.batches(run.request.batch_size, run.order, first), BATCHES)
    try:
        for inputs, targets in batches:
            with torch.no_grad(), run.precision.autocast():
                output = run.model(moved(inputs, run.device))
                losses.append(float(run.criterion(output, moved(targets, run.device))))
            yield Progress(len(losses), BATCHES, "batches", tr("Trying the first batches"))
    except Exception as error:
        place = batch_of(run.journal.epoch, first + len(losses) + 1)
        raise placed(error, run.model, place, marked("Training would fail")) from error
    return losses
