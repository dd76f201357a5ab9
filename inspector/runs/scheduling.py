"""Which scheduler of `torch.optim.lr_scheduler` left a state, with the arguments that make it anew.

A state is all that the scheduler's object had but its optimizer: the arguments of the constructor are among it under
their own names (torch 2.13, `torch/optim/lr_scheduler.py`; the names are older than `weights_only`). A run steps its
scheduler after each epoch, so that one which was stepped after each batch cannot go on; that is said, and the learning
rate stays as the optimizer's state has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..checkpoint.entries import Checkpoint
from ..language import marked, tr
from ..wording import count, plural
from ..workshop.run_requests import Chosen
from .own_files import own_chosen
from .resume import Resume
from .stored import plain_at


class RecognisedScheduler(NamedTuple):
    """What wrote a state."""

    chosen: Chosen | None
    """None where there is none, or none that could go on."""
    sentence: str = ""
    """Why there is none."""


class _Kind(NamedTuple):
    """A scheduler: what its state has, and which of that its constructor takes."""

    name: str
    telling: frozenset[str]
    options: tuple[str, ...]


def _kind(name: str, telling: str, options: str) -> _Kind:
    return _Kind(name, frozenset(telling.split()), tuple(options.split()))


_KINDS = (
    _kind("ReduceLROnPlateau", "factor patience num_bad_epochs",
          "mode factor patience threshold threshold_mode cooldown min_lr eps"),
    _kind("MultiStepLR", "milestones gamma", "milestones gamma"),
    _kind("StepLR", "step_size gamma", "step_size gamma"),
    _kind("CosineAnnealingWarmRestarts", "T_0 T_mult", "T_0 T_mult eta_min"),
    _kind("CosineAnnealingLR", "T_max eta_min", "T_max eta_min"),
    _kind("LinearLR", "start_factor end_factor total_iters", "start_factor end_factor total_iters"),
    _kind("ConstantLR", "factor total_iters", "factor total_iters"),
    _kind("PolynomialLR", "power total_iters", "total_iters power"),
    _kind("ExponentialLR", "gamma", "gamma"),
)  # fmt: skip
"""The first whose names are all there is it."""
_REFUSED = (
    ("lr_lambdas", marked("its learning rate comes of a function that the file does not have")),
    ("_schedulers", marked("it is made of several others")),
    ("_schedule_phases", marked("OneCycleLR is stepped after each batch, and a run steps after each epoch")),
    ("step_ratio", marked("CyclicLR is stepped after each batch, and a run steps after each epoch")),
)
"""What a state has that cannot go on, and why."""
_CALLED_WITH = marked("constructor arguments")
"""What the listing of a file calls the arguments that an object was made with."""
_STAYS = marked("The scheduler is not taken over: {reason}. The learning rate stays as it is; choose another one.")


def recognised_scheduler(checkpoint: Checkpoint, resume: Resume) -> RecognisedScheduler:
    """The scheduler whose state is taken over."""
    if resume.is_own:
        return RecognisedScheduler(own_chosen(checkpoint, "scheduler"))
    if resume.scheduler is None:
        return RecognisedScheduler(None)
    found = plain_at(checkpoint.root, resume.scheduler)
    settings: Mapping[str, object] = found if isinstance(found, dict) else {}
    per_batch = _per_batch(settings, resume)
    if per_batch:
        return RecognisedScheduler(None, tr(_STAYS, reason=per_batch))
    for name, why in _REFUSED:
        if name in settings:
            return RecognisedScheduler(None, tr(_STAYS, reason=tr(why)))
    kind = next((kind for kind in _KINDS if kind.telling <= settings.keys()), None)
    if kind is None:
        return RecognisedScheduler(None, tr(_STAYS, reason=tr("which kind it is cannot be told")))
    return RecognisedScheduler(Chosen(kind.name, _options(kind, settings)))


def _per_batch(settings: Mapping[str, object], resume: Resume) -> str:
    """Why it is thought to have been stepped after each batch; empty when it is not."""
    steps = settings.get("last_epoch")
    if not isinstance(steps, int) or "epoch" not in resume.used or steps <= 2 * resume.epoch + 1:
        return ""
    return tr(
        "it was stepped {times}, and epoch {epoch} is next, so that it was stepped after batches",
        times=plural(steps, "time"),
        epoch=count(resume.epoch),
    )


def _options(kind: _Kind, settings: Mapping[str, object]) -> dict[str, object]:
    found = {name: settings[name] for name in kind.options if settings.get(name) is not None}
    if kind.name == "MultiStepLR":
        found["milestones"] = _milestones(settings["milestones"])
    if kind.name == "ReduceLROnPlateau":
        rates = settings.get("min_lrs")
        if isinstance(rates, list) and rates:
            found["min_lr"] = rates[0] if len(set(map(str, rates))) == 1 else rates
    return found


def _milestones(counted: object) -> list[int]:
    """torch keeps them as a Counter: epoch -> how often it was named. Read as data, it is what it was called with."""
    if isinstance(counted, Mapping):
        called = next((counted[name] for name in (_CALLED_WITH, tr(_CALLED_WITH)) if name in counted), None)
        if isinstance(called, list) and called:
            return _milestones(called[0])
        times = {int(epoch): number for epoch, number in counted.items() if epoch.isdecimal()}
        known = {epoch: number for epoch, number in times.items() if isinstance(number, int)}
        return sorted(epoch for epoch, number in known.items() for _ in range(min(number, 100)))
    return [int(epoch) for epoch in counted if isinstance(epoch, int)] if isinstance(counted, list) else []
