"""What a run takes over from the file that it begins with: the place within the epoch, optimizer, scheduler, scaler.

Why this way: to make a scheduler changes learning rates, and a state's rates are those of the moment when it was saved.
So where the file has a scheduler's state, the scheduler is made first and the optimizer's state is loaded over it; a
fresh scheduler is made last, of the rates that there are then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import nn

from ...language import marked, tr
from ...wording import number, plural
from ..failures import Refusal
from ..run_requests import Train
from ..run_words import Check
from . import optimizers, schedulers
from .journal import Journal
from .models import part
from .precision import Precision


class Optimizing(NamedTuple):
    """What changes the weights, with the states of the file in it."""

    optimizer: torch.optim.Optimizer
    scheduler: Any
    """None where there is none."""
    checks: tuple[Check, ...]
    """What is to be said of them."""


def optimizing(request: Train, model: nn.Module, loaded: Any) -> Optimizing:
    """Optimizer and scheduler of `request`. Raises Refusal where the file's states do not fit."""
    if not any(each.requires_grad for each in model.parameters()):
        raise Refusal(tr("The model has nothing to learn: none of its parameters is trained."), title=optimizers.TITLE)
    start, chosen, lr = request.start, request.scheduler, request.lr
    state = _part_of(loaded, start.optimizer if start is not None else None)
    schedule = _part_of(loaded, start.scheduler if start is not None else None)
    optimizer = optimizers.made_optimizer(model, request.optimizer, state, lr=lr, fused=request.fused)
    scheduler = None
    if chosen is not None and schedule is not None:
        scheduler = schedulers.made_scheduler(optimizer, chosen, request.epochs, schedule)
    if state is not None:
        optimizers.load(optimizer, state, request.fused)
    if lr is not None:
        optimizers.set_rate(optimizer, lr)
        schedulers.set_base_rate(scheduler, lr)
    if chosen is not None and scheduler is None:
        scheduler = schedulers.made_scheduler(optimizer, chosen, request.epochs)
    said = (*_optimizer_checks(request, optimizer, state), *_scheduler_checks(request, schedule))
    return Optimizing(optimizer, scheduler, said)


def _part_of(loaded: Any, keys: Any) -> Any:
    return None if keys is None else part(loaded, keys)


def _optimizer_checks(request: Train, optimizer: Any, state: Any) -> Iterator[Check]:
    rate = number(optimizers.rate_of(optimizer))
    name = request.optimizer.name
    if state is not None:
        many = plural(len(state["state"]), "parameter")
        yield Check(
            marked("Optimizer"),
            "ok",
            tr(
                "{name} goes on with its state for {parameters}, learning rate {rate}.",
                name=name,
                parameters=many,
                rate=rate,
            ),
        )
    else:
        yield Check(
            marked("Optimizer"),
            "assumed" if request.start else "ok",
            tr("{name} begins afresh, learning rate {rate}.", name=name, rate=rate),
        )


def _scheduler_checks(request: Train, schedule: Any) -> Iterator[Check]:
    chosen = request.scheduler
    if chosen is not None and schedule is not None:
        yield Check(marked("Scheduler"), "ok", tr("{name} goes on where it was.", name=chosen.name))
    elif chosen is not None:
        yield Check(
            marked("Scheduler"), "assumed" if request.start else "ok", tr("{name} begins afresh.", name=chosen.name)
        )
    elif schedule is not None:
        yield Check(
            marked("Scheduler"), "warning", tr("The file has a scheduler's state, and none was chosen: it is not used.")
        )


def load_scaler(request: Train, precision: Precision, loaded: Any) -> None:
    """Gives the scaler the file's state, where both are there."""
    if precision.scaler is not None and request.start is not None and request.start.scaler is not None:
        precision.scaler.load_state_dict(part(loaded, request.start.scaler))


def place_in_epoch(journal: Journal, request: Train, loaded: Any, batches: int) -> tuple[str, ...]:
    """Brings the place within the epoch to the batches that it has now; gives what is to be said of that."""
    notes = []
    arguments = loaded.get("arguments") if isinstance(loaded, dict) else None
    size = arguments.get("batch_size") if isinstance(arguments, dict) else None
    is_own = request.start is not None and request.start.is_own
    if journal.batch and is_own and size not in (None, request.batch_size):
        journal.batch = journal.batch * int(size) // request.batch_size
        notes.append(
            tr(
                "The file has batches of {size}: it goes on after batch {batch} of the new size.",
                size=size,
                batch=journal.batch,
            )
        )
    if journal.batch > batches:
        notes.append(
            tr(
                "The epoch has {batches} now; {done:,} were done.",
                batches=plural(batches, "batch", "batches"),
                done=journal.batch,
            )
        )
        journal.batch = batches
    return tuple(notes)
