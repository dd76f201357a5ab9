"""What stands where in a file, and a `Field`: one thing that it says of its training.

A key is made of names joined by dots, as people see it; names may have dots themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from ..checkpoint.entries import Branch, Entry, Tensor, Value
from ..errors import InspectorError
from ..language import marked
from ..workshop.run_requests import Keys

ROLES: Mapping[str, str] = {
    "weights": marked("Weights"),
    "ema": marked("Averaged weights"),
    "optimizer": marked("Optimizer"),
    "scheduler": marked("Scheduler"),
    "scaler": marked("AMP scaler"),
    "epoch": marked("Epoch"),
    "batch": marked("Batch"),
    "step": marked("Step"),
    "best": marked("Best validation loss"),
    "best_epoch": marked("Best epoch"),
    "best_accuracy": marked("Best accuracy"),
    "train_loss": marked("Training loss"),
    "valid_loss": marked("Validation loss"),
    "accuracy": marked("Accuracy"),
    "lr": marked("Learning rate"),
    "planned": marked("Epochs planned"),
    "rng": marked("RNG states"),
    "history": marked("History"),
    "classes": marked("Class names"),
    "arguments": marked("Arguments"),
    "monitored": marked("Monitored value"),
}
"""Role -> what people call it."""

_KNOWN = (("mapping", False), ("sequence", True))
"""Kinds of branches and whether the name is a number: a number in a dict may be one or the text of one."""
_MOST, _DEEPEST = 1000, 6
"""Items of each branch that become plain values, and how deep."""


class Field(NamedTuple):
    """One thing that a file says of its training."""

    role: str
    """One of `ROLES`."""
    key: str
    """Where it stands, the names joined by dots; empty for the whole file."""
    value: object
    """A number, a text, a tuple of names or of numbers; None for what has many parts."""
    text: str
    """The same in a few words: `4`, `Adam with 10 states, step 240`."""


def entry_at(root: Branch, key: str) -> Entry | None:
    """What stands at `key`; None when nothing does."""
    found = way_to(root, key)
    return found[-1] if found else None


def way_to(root: Branch, key: str) -> tuple[Entry, ...]:
    """The entries from the root down to that at `key`; empty when nothing stands there. A name may have dots in it."""
    if not key:
        return (root,)
    for child in root.children:
        if child.name == key:
            return (root, child)
        if isinstance(child, Branch) and key.startswith(f"{child.name}."):
            below = way_to(child, key[len(child.name) + 1 :])
            if below:
                return (root, *below)
    return ()


def keys_to(root: Branch, key: str) -> Keys | None:
    """The way to `key` as keys of a loaded file; None where a key might be no text, or leads through an object."""
    way = way_to(root, key)
    found: list[str | int] = []
    for above, entry in pairwise(way):
        if not isinstance(above, Branch) or (above.kind, entry.name.isdigit()) not in _KNOWN:
            return None
        found.append(int(entry.name) if above.kind == "sequence" else entry.name)
    return tuple(found) if way else None


def number_at(entry: Entry | None) -> float | int | None:
    """A number, also one that was saved as a tensor of one element; None for all else."""
    if isinstance(entry, Value):
        return _plain_number(entry.value)
    if isinstance(entry, Tensor) and entry.numel == 1 and len(entry.shape) <= 1:
        return _number_of(entry)
    return None


def count_at(entry: Entry | None) -> int | None:
    """A whole number of no less than 0; None for all else."""
    value = number_at(entry)
    return int(value) if value is not None and math.isfinite(value) and 0 <= value == int(value) else None


def is_cut(entry: Entry | None) -> bool:
    """Whether a list was too long to be read to its end."""
    return isinstance(entry, Branch) and entry.kind == "sequence" and bool(entry.note)


def _number_of(tensor: Tensor) -> float | int | None:
    from ..checkpoint.arrays import read

    try:
        return _plain_number(read(tensor).reshape(-1)[0].item())
    except InspectorError:
        return None


def _plain_number(value: object) -> float | int | None:
    """A number that torch has as well: a pickle may hold whole numbers of any length."""
    if isinstance(value, float):
        return value
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63 else None


def numbers_at(entry: Entry | None) -> tuple[float, ...] | None:
    """A list, tuple or one-dimensional tensor of numbers; None for all else, and for a list that was cut."""
    if isinstance(entry, Tensor) and len(entry.shape) == 1 and entry.numel:
        return _numbers_of(entry)
    if not isinstance(entry, Branch) or entry.kind != "sequence" or not entry.children or is_cut(entry):
        return None
    if not all(isinstance(child, (Value, Tensor)) for child in entry.children):
        return None
    found = [number_at(child) for child in entry.children]
    return None if None in found else tuple(map(float, found))  # type: ignore[arg-type]


def _numbers_of(tensor: Tensor) -> tuple[float, ...] | None:
    from ..checkpoint.arrays import read

    if tensor.dtype in ("bool", "uint8") or tensor.dtype.startswith("complex"):
        return None
    try:
        return tuple(map(float, read(tensor).reshape(-1).tolist()))
    except InspectorError:
        return None


def plain_at(root: Branch, key: str) -> object:
    """What stands at `key` as a plain value: dict, list, number, text, None. A tensor counts as its number or None."""
    entry = entry_at(root, key)
    return None if entry is None else plain(entry)


def plain(entry: Entry, depth: int = 0) -> object:
    if isinstance(entry, Tensor):
        return number_at(entry)
    if isinstance(entry, Value):
        return entry.value if isinstance(entry.value, (int, float, str, bool)) else None
    if depth > _DEEPEST:
        return None
    parts = [(child.name, plain(child, depth + 1)) for child in entry.children[:_MOST]]
    return [value for _, value in parts] if entry.kind in ("sequence", "set") else dict(parts)
