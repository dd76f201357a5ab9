"""What a person changed of a set-up, in a few words: each field is undone by itself, and named by its title."""

from __future__ import annotations

from typing import NamedTuple

from ...language import marked, tr
from ...workshop.run_requests import DataSource
from .setup import Setup

_TITLES = {
    "folder": marked("Folder"),
    "more_epochs": marked("More epochs"),
    "optimizer": marked("Optimizer"),
    "criterion": marked("Criterion"),
    "scheduler": marked("Scheduler"),
    "batch_size": marked("Batch size"),
    "lr": marked("Learning rate"),
    "clip": marked("Clipping"),
    "device": marked("Device"),
    "amp": marked("Mixed precision"),
    "fused": marked("Fused kernels"),
    "threads": marked("Threads"),
    "workers": marked("Loaders"),
    "processes": marked("Processes"),
    "seed": marked("Seed"),
    "name": marked("Name"),
    "save_every": marked("Every epochs"),
    "minutes": marked("Within epochs"),
    "stop_at_nan": marked("Stop when the loss is NaN"),
    "board": marked("Logs for TensorBoard"),
}
_OF_DATA = {
    "kind": marked("Data"),
    "size": marked("Pictures"),
    "name": marked("Name"),
    "path": marked("Folder"),
    "transforms": marked("Transforms"),
    "augmentation": marked("Augmentation"),
    "validation": marked("Held back"),
    "seed": marked("Seed"),
}
"""The titles as they stand beside the fields."""


class AsSetUp(NamedTuple):
    """A set-up as it stands at one time."""

    by_hand: dict[str, object]
    data: DataSource
    corrections: dict[str, object]
    split: str
    runs_module: bool


def as_set_up(setup: Setup) -> AsSetUp:
    """As it stands now."""
    own = setup.own_module is not None
    return AsSetUp(setup.by_hand, setup.data, dict(setup.corrections), setup.split, own)


def words_for(before: AsSetUp, now: AsSetUp, setup: Setup) -> str:
    """The deed that led from one to the other, by what says most of it; empty where it is the same."""
    title = _title(before, now, setup)
    return tr("Change {field}", field=title) if title else ""


def _title(before: AsSetUp, now: AsSetUp, setup: Setup) -> str:
    roles = _others(before.corrections, now.corrections)
    if roles:
        return next((need.title for need in setup.needs if need.role == roles[0]), tr("Set-Up"))
    if before.runs_module != now.runs_module:
        return tr("Model")
    if before.split != now.split:
        return tr("Tested on")
    fields = _others(before.by_hand, now.by_hand)
    if "data" in fields:
        parts = _others(before.data._asdict(), now.data._asdict())
        return tr(next((_OF_DATA[name] for name in _OF_DATA if name in parts), _OF_DATA["kind"]))
    return tr(_TITLES.get(fields[0], "Set-Up")) if fields else ""


def _others(before: dict[str, object], now: dict[str, object]) -> list[str]:
    """The names of what is another, or is only in one of the two."""
    missing = object()
    return [name for name in (before | now) if before.get(name, missing) != now.get(name, missing)]
