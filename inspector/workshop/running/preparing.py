"""Everything that comes before the first step of a training: data, model, weights, device, optimizer, what is restored.

Why this way: a run and its rehearsal prepare in the same way, so what the rehearsal shows is what the run does. The
random number generators are set where the order of things matters: seeded before data and model are made, as a script
does it, and set to the file's states at the end, so that nothing made here counts.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from ...progress import Progress
from ...wording import number, plural
from ..failures import Refusal, text_of
from ..run_requests import Start, Train
from ..run_words import Check, Looked
from . import optimizers, rng, schedulers, states
from .checking import Tried, tried
from .criteria import Criterion, criterion_of
from .data import Data, Order
from .datasets import open_data
from .devices import described, device_of, moved
from .journal import Journal
from .looking import look
from .models import load_file, load_weights, made_model, part
from .precision import Precision
from .teams import ALONE, Team
from .where import MEMORY, is_out_of_memory

TITLE = "Training cannot begin"


@dataclass
class Prepared:
    """A training that is ready to begin, and what moves while it goes."""

    request: Train
    team: Team
    device: torch.device
    data: Data
    model: nn.Module
    """Itself, not wrapped for a team: see `Step`."""
    criterion: Criterion
    optimizer: torch.optim.Optimizer
    scheduler: Any
    precision: Precision
    journal: Journal
    seed: int
    """Of the order of samples."""
    tried: Tried
    notes: tuple[str, ...]
    checks: tuple[Check, ...]
    last_good: str = ""
    """The last file that was saved; before that the one that the run began with."""
    fixed: dict[str, Any] = field(default_factory=dict)
    """The parts of what is saved that stay the same."""

    @property
    def order(self) -> Order:
        """Of the samples in the present epoch."""
        return Order(self.seed, self.journal.epoch, True, self.team.share)

    @property
    def batch_size(self) -> int:
        """Of this process: all of the team together train on what the request says."""
        return share_of_batch(self.request, self.team)

    @property
    def batches(self) -> int:
        """How many the present epoch has."""
        assert self.data.train is not None
        return self.data.train.batch_count(self.batch_size, self.order)


def share_of_batch(request: Train, team: Team) -> int:
    """The batch size of each of the team."""
    return max(1, request.batch_size // team.size)


def prepare(request: Train, team: Team = ALONE, *, pictures: int = 0) -> Generator[Any, None, Prepared]:
    """Yields Progress, and with `pictures` a Looked as soon as there is one: what fails later fails on that data.

    Raises Refusal or WorkshopError where something does not fit, else what user code raises.
    """
    request = absolute(request)
    _check(request)
    criterion = criterion_of(request.criterion)
    device = team.device or device_of(request.device)
    start = request.start
    if start is not None:
        yield Progress(0, 0, "steps", "Reading the file")
    loaded = load_file(start.path) if start is not None else None
    seed = states.seed_of(request, loaded)
    rng.seed_all(seed)
    data = yield from open_data(request.data)
    if data.train is None or not data.train.count:
        raise Refusal(f"{data.name} has nothing to train on.", title=TITLE, hint="Choose data with a training set.")
    if pictures:
        yield Looked(look(data, pictures))
    yield Progress(0, 0, "steps", "Making the model")
    rng.seed_all(seed)
    model = made_model(request.model, request.arguments, fetch=start is None)
    notes = [*data.notes, *(load_weights(model, start, loaded) if start is not None else ())]
    model = _placed_on(model, device)
    precision = Precision(device, request.amp)
    if request.amp and not precision.is_mixed:
        notes.append(f"{described(device)} has no mixed precision here: it is trained in full precision.")
    yield Progress(0, 0, "steps", "Trying a first batch")
    journal = states.journal_from(start, loaded)
    order = Order(seed, journal.epoch, True, team.share)
    if share_of_batch(request, team) * team.size != request.batch_size:
        together = share_of_batch(request, team) * team.size
        notes.append(f"{request.batch_size} samples cannot be shared by {team.size} processes: a batch has {together}.")
    notes += _place_in_epoch(journal, request, loaded, data.train.batch_count(share_of_batch(request, team), order))
    batch = _first_batch(data, share_of_batch(request, team), order, device)
    shown = tried(model, criterion, *batch, data.classes, precision.autocast)
    optimizer, scheduler, checks = _optimizing(request, model, loaded)
    if precision.scaler is not None and start is not None and start.scaler is not None:
        precision.scaler.load_state_dict(part(loaded, start.scaler))
    states.restore_generators(request, loaded, team, seed, journal)
    return Prepared(
        request, team, device, data, model, criterion, optimizer, scheduler, precision, journal, seed, shown,
        (*notes, *shown.notes), (*shown.checks, *checks, _device_check(device, precision)), _given(start),
        states.described(request, data),
    )  # fmt: skip


def absolute(request: Train) -> Train:
    """The request with whole paths: to import user code changes the current folder."""
    start, model = request.start, request.model
    if start is not None:
        start = start._replace(path=os.path.abspath(start.path))
    if model.kind != "package" and model.path:
        model = model._replace(path=os.path.abspath(os.path.expanduser(model.path)))
    data = request.data._replace(path=os.path.abspath(request.data.path)) if request.data.path else request.data
    folder = os.path.abspath(os.path.expanduser(request.folder))
    return request._replace(start=start, model=model, data=data, folder=folder)


def _check(request: Train) -> None:
    if request.batch_size < 1:
        raise Refusal(f"A batch of {request.batch_size} samples cannot be trained on.", title=TITLE)
    if request.model.kind == "torchscript":
        hint = "Choose the class that it was made of."
        raise Refusal("TorchScript can be tested here, and not trained on.", title=TITLE, hint=hint)
    if request.epochs < 1:
        raise Refusal(f"It cannot be trained until epoch {request.epochs}: epochs count from 1.", title=TITLE)


def _given(start: Start | None) -> str:
    return "" if start is None else os.path.abspath(start.shown or start.path)


def _placed_on(model: nn.Module, device: torch.device) -> nn.Module:
    try:
        return model.to(device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        message = f"The model does not fit into the memory of {described(device)}: {text_of(error)}"
        raise Refusal(message, title=MEMORY, hint="Choose another device.") from error


def _first_batch(data: Data, size: int, order: Order, device: torch.device) -> tuple[Any, Any]:
    assert data.train is not None
    inputs, targets = next(iter(data.train.batches(size, order)))
    return moved(inputs, device), moved(targets, device)


def _place_in_epoch(journal: Journal, request: Train, loaded: Any, batches: int) -> list[str]:
    """Brings the place within the epoch to the batches that it has now; gives what is to be said of that."""
    notes = []
    arguments = loaded.get("arguments") if isinstance(loaded, dict) else None
    size = arguments.get("batch_size") if isinstance(arguments, dict) else None
    is_own = request.start is not None and request.start.is_own
    if journal.batch and is_own and size not in (None, request.batch_size):
        journal.batch = journal.batch * int(size) // request.batch_size
        notes.append(f"The file has batches of {size}: it goes on after batch {journal.batch} of the new size.")
    if journal.batch > batches:
        notes.append(f"The epoch has {plural(batches, 'batch', 'batches')} now; {journal.batch:,} were done.")
        journal.batch = batches
    return notes


# -- optimizer ---------------------------------------------------------------------------------------------


def _optimizing(request: Train, model: nn.Module, loaded: Any) -> tuple[Any, Any, list[Check]]:
    """(optimizer, scheduler, what is to be said of them), with the file's states in them."""
    start = request.start
    state = _part_of(loaded, start.optimizer if start is not None else None)
    schedule = _part_of(loaded, start.scheduler if start is not None else None)
    lr = request.lr
    optimizer = optimizers.made_optimizer(model, request.optimizer, state, lr=lr, fused=request.fused)
    scheduler = None
    if request.scheduler is not None and schedule is not None:  # made first: to make one changes learning rates
        scheduler = schedulers.made_scheduler(optimizer, request.scheduler, request.epochs, schedule)
    if state is not None:
        optimizers.load(optimizer, state, request.fused)
    if lr is not None:
        optimizers.set_rate(optimizer, lr)
        schedulers.set_base_rate(scheduler, lr)
    if request.scheduler is not None and scheduler is None:
        scheduler = schedulers.made_scheduler(optimizer, request.scheduler, request.epochs)
    return optimizer, scheduler, [*_optimizer_checks(request, optimizer, state, schedule)]


def _part_of(loaded: Any, keys: Any) -> Any:
    return None if keys is None else part(loaded, keys)


def _optimizer_checks(request: Train, optimizer: Any, state: Any, schedule: Any) -> Any:
    rate = f"learning rate {number(optimizers.rate_of(optimizer))}"
    name = request.optimizer.name
    if state is not None:
        many = plural(len(state["state"]), "parameter")
        yield Check("Optimizer", "ok", f"{name} goes on with its state for {many}, {rate}.")
    else:
        yield Check("Optimizer", "assumed" if request.start else "ok", f"{name} begins afresh, {rate}.")
    if request.scheduler is not None and schedule is not None:
        yield Check("Scheduler", "ok", f"{request.scheduler.name} goes on where it was.")
    elif request.scheduler is not None:
        yield Check("Scheduler", "assumed" if request.start else "ok", f"{request.scheduler.name} begins afresh.")
    elif schedule is not None:
        yield Check("Scheduler", "warning", "The file has a scheduler's state, and none was chosen: it is not used.")


def _device_check(device: torch.device, precision: Precision) -> Check:
    return Check("Device", "ok", described(device) + (", mixed precision." if precision.is_mixed else "."))
