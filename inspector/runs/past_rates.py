"""The learning rates that a file's epochs were trained with, worked out from what its scheduler is.

Formulas: the closed forms in `torch/optim/lr_scheduler.py` of torch 2.13.

Why this way: hardly anybody stores the rates, but nearly all of them follow from a few settings. What they come to is
held against the rate that is stored; where the two differ, nothing is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..checkpoint.entries import Checkpoint
from .optimizing import scheduler_of, state_of
from .resume import Resume
from .stored import plain_at

Points = tuple[tuple[float, float], ...]
Rate = Callable[[float, int, Mapping[str, Any]], float]
"""The rate after so many steps: base rate, steps, settings."""

_MOST = 100_000
_CLOSE = 1e-6
_MOST_MILESTONES = 1000


def past_rates(checkpoint: Checkpoint, resume: Resume) -> Points:
    """(epochs done, rate with which the epoch that ends there was trained); empty where it cannot be known."""
    state = state_of(checkpoint, resume)
    rate = state.groups[0].get("lr") if state is not None and state.groups else None
    done = resume.epoch - 1
    if not isinstance(rate, (int, float)) or not 0 < done <= _MOST or "epoch" not in resume.used:
        return ()
    if resume.scheduler is None:
        return ((float(done), float(rate)),)
    return _by_scheduler(checkpoint, resume, float(rate), done)


def _by_scheduler(checkpoint: Checkpoint, resume: Resume, rate: float, done: int) -> Points:
    found = plain_at(checkpoint.root, resume.scheduler or "")
    settings: Mapping[str, Any] = found if isinstance(found, dict) else {}
    chosen = scheduler_of(checkpoint, resume)
    formula = _FORMULAS.get(chosen.name) if chosen is not None else None
    if formula is None or chosen is None or settings.get("last_epoch") != done:
        return ()
    try:
        base = float(settings["base_lrs"][0])
        options = {name: _as_float(value) for name, value in chosen.options.items()}
        rates = [formula(base, step, options) for step in range(done + 1)]
    except (ArithmeticError, IndexError, KeyError, TypeError, ValueError):
        return ()
    if not math.isclose(rates[-1], rate, rel_tol=_CLOSE):
        return ()
    return tuple((float(epoch + 1), value) for epoch, value in enumerate(rates[:-1]))


def _as_float(value: Any) -> Any:
    """Whole numbers of any length are no settings; and what is computed with them takes for ever."""
    if not isinstance(value, list):
        return float(value)
    if len(value) > _MOST_MILESTONES:
        raise ValueError("too many")
    return [float(each) for each in value]


def _step(base: float, step: int, settings: Mapping[str, Any]) -> float:
    return float(base * settings["gamma"] ** (step // settings["step_size"]))


def _multi_step(base: float, step: int, settings: Mapping[str, Any]) -> float:
    return float(base * settings["gamma"] ** sum(milestone <= step for milestone in settings["milestones"]))


def _exponential(base: float, step: int, settings: Mapping[str, Any]) -> float:
    return float(base * settings["gamma"] ** step)


def _cosine(base: float, step: int, settings: Mapping[str, Any]) -> float:
    low = settings.get("eta_min", 0.0)
    return float(low + (base - low) * (1 + math.cos(math.pi * step / settings["T_max"])) / 2)


def _linear(base: float, step: int, settings: Mapping[str, Any]) -> float:
    start, end, total = settings["start_factor"], settings["end_factor"], settings["total_iters"]
    return float(base * (start + (end - start) * min(total, step) / total))


def _constant(base: float, step: int, settings: Mapping[str, Any]) -> float:
    return float(base * (settings["factor"] if step < settings["total_iters"] else 1.0))


def _polynomial(base: float, step: int, settings: Mapping[str, Any]) -> float:
    total = settings["total_iters"]
    return float(base * (1.0 - min(total, step) / total) ** settings["power"])


_FORMULAS: Mapping[str, Rate] = {
    "StepLR": _step, "MultiStepLR": _multi_step, "ExponentialLR": _exponential, "CosineAnnealingLR": _cosine,
    "LinearLR": _linear, "ConstantLR": _constant, "PolynomialLR": _polynomial,
}  # fmt: skip
