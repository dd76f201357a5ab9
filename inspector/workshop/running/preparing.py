"""Everything that comes before the first step of a training: data, model, weights, device, optimizer, what is restored.

Why this way: a run and its rehearsal prepare in the same way, so what the rehearsal shows is what the run does. The
random number generators are set where the order of things matters: seeded before data and model are made, as a script
does it, and set to the file's states at the end, so that nothing made here counts.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from ...language import marked, tr
from ...progress import Progress
from ...wording import names
from ..failures import Refusal, text_of
from ..run_requests import Start, Train
from ..run_words import Check, Looked
from . import rng, states
from .checking import Tried, tried
from .criteria import Criterion, criterion_of
from .data import Data, Order
from .datasets import open_data
from .devices import described, device_of, moved
from .journal import Journal
from .looking import look
from .models import load_file, load_weights, made_model
from .precision import Precision
from .resuming import load_scaler, optimizing, place_in_epoch
from .teams import ALONE, Team
from .where import MEMORY, is_out_of_memory

TITLE = marked("Training cannot begin")


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
    precision: Precision
    journal: Journal
    seed: int
    """Of the order of samples."""
    optimizer: torch.optim.Optimizer = field(init=False)
    scheduler: Any = None
    tried: Tried = field(init=False)
    notes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
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
        return max(1, self.request.batch_size // self.team.size)

    @property
    def batches(self) -> int:
        """How many the present epoch has."""
        assert self.data.train is not None
        return self.data.train.batch_count(self.batch_size, self.order)


def prepare(request: Train, team: Team = ALONE, *, pictures: int = 0) -> Generator[Any, None, Prepared]:
    """Yields Progress, and with `pictures` a Looked as soon as there is one: what fails later fails on that data.

    Raises Refusal or WorkshopError where something does not fit, else what user code raises.
    """
    request = absolute(request)
    check(request)
    criterion = criterion_of(request.criterion)
    device = team.device or device_of(request.device)
    yield Progress(0, 0, "steps", tr("Reading the file") if request.start else tr("Preparing"))
    loaded = load_file(request.start.path) if request.start is not None else None
    seed = states.seed_of(request, loaded)
    with team.in_turn() if request.data.download else contextlib.nullcontext():  # one fetches it, the others find it
        data = yield from _opened(request, seed, pictures)
    yield Progress(0, 0, "steps", tr("Making the model"))
    model, notes = _made(request, device, seed, loaded)
    precision = Precision(device, request.amp)
    yield Progress(0, 0, "steps", tr("Trying a first batch"))
    journal = states.journal_from(request.start, loaded)
    run = Prepared(request, team, device, data, model, criterion, precision, journal, seed)
    run.notes = (*data.notes, *notes, *_precision_notes(run), *_share_notes(run))
    run.notes += place_in_epoch(journal, request, loaded, run.batches)
    _try_out(run)
    run.notes += tuple(_model_notes(run))
    run.optimizer, run.scheduler, checks = optimizing(request, model, loaded)
    run.checks = (*run.tried.checks, *checks, _device_check(run))
    load_scaler(request, precision, loaded)
    run.last_good = _given(request.start)
    run.fixed = states.described(request, data)
    states.restore_generators(request, loaded, team, seed, journal)  # nothing that was made here counts
    return run


def _opened(request: Train, seed: int, pictures: int) -> Generator[Any, None, Data]:
    """The data; user code that makes it finds the generators as a script would that begins with the seed."""
    rng.seed_all(seed)
    data = yield from open_data(request.data)
    if data.train is None or not data.train.count:
        raise Refusal(
            tr("{name} has nothing to train on.", name=data.name),
            title=TITLE,
            hint=tr("Choose data with a training set."),
        )
    if pictures:
        yield Looked(look(data, pictures))
    return data


def _made(request: Train, device: torch.device, seed: int, loaded: Any) -> tuple[nn.Module, tuple[str, ...]]:
    """(the model on its device, with the weights that it begins with; what is to be said of these)."""
    start = request.start
    rng.seed_all(seed)
    model = made_model(request.model, request.arguments, fetch=start is None)
    notes = load_weights(model, start, loaded) if start is not None else ()
    return _placed_on(model, device), notes


def _try_out(run: Prepared) -> None:
    """Puts a first batch through the model."""
    assert run.data.train is not None
    batch = next(iter(run.data.train.batches(run.batch_size, run.order)))
    inputs, targets = (moved(each, run.device) for each in batch)
    run.tried = tried(run.model, run.criterion, inputs, targets, run.data.classes, run.precision.autocast)
    run.notes += run.tried.notes


def _model_notes(run: Prepared) -> Iterator[str]:
    if kept := states.left_out(run.model):
        yield tr("Only their own class could read them, so they cannot be saved: {names}.", names=names(kept))


def _precision_notes(run: Prepared) -> Iterator[str]:
    if run.request.amp and not run.precision.is_mixed:
        yield tr("{device} has no mixed precision here: it is trained in full precision.", device=described(run.device))


def _share_notes(run: Prepared) -> Iterator[str]:
    together = run.batch_size * run.team.size
    if together != run.request.batch_size:
        size, many = run.request.batch_size, run.team.size
        yield tr(
            "{size} samples cannot be shared by {many} processes: a batch has {together}.",
            size=size,
            many=many,
            together=together,
        )


def absolute(request: Train) -> Train:
    """The request with whole paths: to import user code changes the current folder."""
    start, model = request.start, request.model
    if start is not None:
        start = start._replace(path=os.path.abspath(start.path))
    if model.kind != "package" and model.path:
        model = model._replace(path=os.path.abspath(os.path.expanduser(model.path)))
    data = request.data._replace(path=os.path.abspath(request.data.path)) if request.data.path else request.data
    folder = os.path.abspath(os.path.expanduser(request.folder))
    path, colon, name = request.criterion.rpartition(":")
    criterion = f"{os.path.abspath(os.path.expanduser(path))}:{name}" if colon else request.criterion
    return request._replace(start=start, model=model, data=data, folder=folder, criterion=criterion)


def check(request: Train) -> None:
    """Raises Refusal for what can be seen to be wrong before anything is opened."""
    if request.batch_size < 1:
        raise Refusal(
            tr("A batch of {batch_size} samples cannot be trained on.", batch_size=request.batch_size), title=TITLE
        )
    if request.model.kind == "torchscript":
        hint = tr("Choose the class that it was made of.")
        raise Refusal(tr("TorchScript can be tested here, and not trained on."), title=TITLE, hint=hint)
    if not request.name or os.path.basename(request.name) != request.name:
        raise Refusal(
            tr("{name!r} is no name for a file.", name=request.name), title=TITLE, hint=tr("A word without / will do.")
        )
    if request.epochs < 1:
        raise Refusal(
            tr("It cannot be trained until epoch {epochs}: epochs count from 1.", epochs=request.epochs), title=TITLE
        )


def _given(start: Start | None) -> str:
    return "" if start is None else os.path.abspath(start.shown or start.path)


def _placed_on(model: nn.Module, device: torch.device) -> nn.Module:
    try:
        return model.to(device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        message = tr(
            "The model does not fit into the memory of {device}: {reason}",
            device=described(device),
            reason=text_of(error),
        )
        raise Refusal(message, title=MEMORY, hint=tr("Choose another device.")) from error


def _device_check(run: Prepared) -> Check:
    text = marked("{device}, mixed precision.") if run.precision.is_mixed else marked("{device}.")
    return Check(marked("Device"), "ok", tr(text, device=described(run.device)))
