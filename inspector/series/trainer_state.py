"""`trainer_state.json`, in which the trainer of transformers keeps its account beside the weights.

{"epoch": 1.5, "global_step": 500, "log_history": [{"epoch": 0.5, "loss": 2.1, "learning_rate": 1e-4, "step": 10},
 {"epoch": 1.0, "eval_loss": 1.9, "eval_accuracy": 0.4, ...}]}
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

_LARGEST = 32 * 1024 * 1024
"""Bytes: more than that no account takes."""
_ROLES = {"loss": "train_loss", "eval_loss": "valid_loss", "eval_accuracy": "accuracy", "learning_rate": "lr"}


class TrainerState(NamedTuple):
    """What such a file says."""

    epoch: float | None
    step: int | None
    curves: Mapping[str, tuple[tuple[float, float], ...]]
    """Role of `Curve.measure` -> (epoch, value), by epoch."""

    @property
    def last(self) -> dict[str, float]:
        """The last value of each curve."""
        return {role: points[-1][1] for role, points in self.curves.items()}


def trainer_state(folder: str) -> TrainerState | None:
    """The account in a folder; None where there is none, or it cannot be understood."""
    path = os.path.join(folder, "trainer_state.json")
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:
            return None
        with open(path, encoding="utf-8") as file:
            said = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    step = _number(said.get("global_step"))
    return TrainerState(
        _number(said.get("epoch")), None if step is None else int(step), _curves(said.get("log_history"))
    )


def _curves(rows: Any) -> dict[str, tuple[tuple[float, float], ...]]:
    curves: dict[str, dict[float, float]] = {}
    for row in rows if isinstance(rows, list) else []:
        epoch = _number(row.get("epoch")) if isinstance(row, dict) else None
        if epoch is None:
            continue
        for name, role in _ROLES.items():
            value = row.get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                curves.setdefault(role, {})[epoch] = _float(value)
    return {role: tuple(sorted(points.items())) for role, points in curves.items()}


def _number(value: Any) -> float | None:
    """A number that an epoch or a step may be."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    found = _float(value)
    return found if math.isfinite(found) and 0 <= found < 1e15 else None


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
