"""The learning rate over epochs: any scheduler of `torch.optim.lr_scheduler` by name, stepped after each epoch."""

from __future__ import annotations

import contextlib
import inspect
import math
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim import lr_scheduler

from ...language import marked, tr
from ..failures import Refusal, text_of
from ..named import similar
from ..run_requests import Chosen
from .optimizers import rate_of

TITLE = marked("The scheduler cannot be used")
ON_PLATEAU = "ReduceLROnPlateau"
_NEED_CODE = ("LambdaLR", "MultiplicativeLR", "SequentialLR", "ChainedScheduler")
"""They are made of functions or of other schedulers, which a name and options cannot tell."""
_BASES = ("LRScheduler", "_LRScheduler")


def made_scheduler(
    optimizer: torch.optim.Optimizer, chosen: Chosen, epochs: int, state: Any = None
) -> lr_scheduler.LRScheduler:
    """The scheduler for `optimizer`, with `state` loaded; `epochs` for those that ask how long it will be.

    The optimizer's learning rates are afterwards what the scheduler says; whoever loads a state loads the optimizer's
    after it. Raises Refusal.
    """
    made = scheduler_class(chosen.name)
    options = _options(made, chosen, optimizer, epochs)
    try:
        with _quietly():
            scheduler: lr_scheduler.LRScheduler = made(optimizer, **options)
    except (TypeError, ValueError) as error:
        raise Refusal(
            tr("{name} could not be made: {reason}", name=chosen.name, reason=text_of(error)), title=TITLE
        ) from error
    if state is not None:
        _load(scheduler, state)
    return scheduler


def scheduler_class(name: str) -> Any:
    """The class by its name. Raises Refusal."""
    found = getattr(lr_scheduler, name, None)
    if name in _NEED_CODE:
        raise Refusal(
            tr("{name} is made of code that a name cannot tell.", name=name),
            title=TITLE,
            hint=tr("Choose another one."),
        )
    if not isinstance(found, type) or name in _BASES or not hasattr(found, "step"):
        known = [key for key in vars(lr_scheduler) if key.endswith(("LR", "Plateau", "Restarts"))]
        raise Refusal(tr("torch has no scheduler {name!r}.", name=name), title=TITLE, hint=similar(name, known))
    return found


def _options(made: Any, chosen: Chosen, optimizer: torch.optim.Optimizer, epochs: int) -> dict[str, Any]:
    takes = inspect.signature(made).parameters
    unknown = [name for name in chosen.options if name not in takes]
    if unknown:
        message = tr("{name} takes no option {unknown!r}.", name=chosen.name, unknown=unknown[0])
        raise Refusal(message, title=TITLE, hint=similar(unknown[0], [*takes][1:]))
    options = dict(chosen.options)
    if chosen.name == "CosineAnnealingLR":
        options.setdefault("T_max", epochs)
    if chosen.name == "OneCycleLR":
        options.setdefault("max_lr", rate_of(optimizer))
        if "total_steps" not in options and "epochs" not in options:
            options["total_steps"] = epochs
    return options


def _load(scheduler: Any, state: Any) -> None:
    if not isinstance(state, Mapping):
        raise Refusal(tr("The file's scheduler state is a {type}.", type=type(state).__name__), title=TITLE)
    counters = [name for name, value in vars(scheduler).items() if isinstance(value, Counter)]
    try:
        with _quietly():
            scheduler.load_state_dict(dict(state))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        kind = type(scheduler).__name__
        raise Refusal(
            tr("The file's scheduler state does not fit {kind}: {reason}", kind=kind, reason=text_of(error)),
            title=TITLE,
        ) from error
    for name in counters:
        setattr(scheduler, name, Counter(getattr(scheduler, name)))


def set_base_rate(scheduler: Any, lr: float) -> None:
    """From now on `lr` is what the schedule is of."""
    if hasattr(scheduler, "base_lrs"):
        scheduler.base_lrs = [lr for _ in scheduler.base_lrs]


def step(scheduler: Any, loss: float) -> None:
    """After an epoch; `loss` is what a plateau is seen by. Raises Refusal when the schedule is at its end."""
    try:
        with _quietly():
            if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
                scheduler.step(loss)
            else:
                scheduler.step()
    except ValueError as error:
        hint = tr("Choose a longer schedule, or fewer epochs.")
        raise Refusal(
            tr("{name} ended: {reason}", name=type(scheduler).__name__, reason=text_of(error)), title=TITLE, hint=hint
        ) from error


def future_rates(
    optimizer: torch.optim.Optimizer, chosen: Chosen | None, scheduler: Any, epochs: int, last: int
) -> tuple[float, ...]:
    """The learning rates of the next `epochs` epochs, of which the last is epoch number `last`.

    A plateau is not foreseen. A copy is asked: nothing changes. A schedule that ends too early tells what it has.
    """
    groups = [{**group, "params": [nn.Parameter(torch.zeros(1))]} for group in optimizer.param_groups]
    copy = torch.optim.SGD(groups, lr=rate_of(optimizer))
    follower = None
    if chosen is not None and scheduler is not None:
        follower = made_scheduler(copy, chosen, last, _plain_state(scheduler))
        for group, kept in zip(copy.param_groups, optimizer.param_groups):
            group["lr"] = kept["lr"]
    rates = []
    for number in range(epochs):
        rates.append(rate_of(copy))
        with contextlib.suppress(Refusal):
            if follower is not None:
                step(follower, -float(number))
    return tuple(rate for rate in rates if math.isfinite(rate))


def _plain_state(scheduler: Any) -> dict[str, Any]:
    state: dict[str, Any] = scheduler.state_dict()
    return {name: list(value) if isinstance(value, list) else value for name, value in state.items()}


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without the warnings about an order of calls that a run keeps to by itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
