"""What a file says was chosen, with whatever cannot be meant left out, and beside what a person chose."""

from __future__ import annotations

import re

from ..workshop.run_requests import DataSource
from .choices import Choices

KINDS = ("shapes", "torchvision", "images", "arrays", "function")
_RANGES: dict[str, tuple[float, float]] = {
    "more_epochs": (1, 1e6), "batch_size": (1, 1 << 20), "clip": (0, 1e30), "threads": (0, 1024), "workers": (0, 64),
    "seed": (0, 2**31 - 1), "save_every": (0, 1e6), "minutes": (0, 1e6), "processes": (1, 64),
}  # fmt: skip
_OF_DATA = {"validation": (0.0, 0.5), "seed": (0, 2**31 - 1), "size": (0, 200_000)}
_WHOLE = {"more_epochs", "batch_size", "threads", "workers", "seed", "save_every", "processes", "size"}


def sound(choices: Choices) -> Choices:
    """`choices` with the defaults in place of numbers out of range and data that cannot be: a file may say anything."""
    usual = Choices()
    wrong = [name for name, bounds in _RANGES.items() if not _is_within(name, getattr(choices, name), bounds)]
    wrong += [] if is_file_name(choices.name) else ["name"]
    made = choices._replace(**{name: getattr(usual, name) for name in wrong})
    return made._replace(data=made.data if _is_sound(made.data) else usual.data)


def is_file_name(name: str) -> bool:
    """Whether files can be called so, on any system, and lie where they should."""
    return re.fullmatch(r"[^/\\\0:*?\"<>|]{1,100}", name) is not None and name not in (".", "..")


def code_of(choices: Choices) -> dict[str, object]:
    """The fields that name code which would be run. A file may say anything: nobody asked for that code yet."""
    found: dict[str, object] = {"data": choices.data} if choices.data.kind == "function" else {}
    return {**found, "criterion": choices.criterion} if ":" in choices.criterion else found


def followed(mine: Choices, before: Choices, usual: Choices) -> Choices:
    """`usual`, with what a person chose: where `mine` is not what it was `before` by itself."""
    chosen = {name: value for name, value in mine._asdict().items() if value != getattr(before, name)}
    return usual._replace(**chosen)


def _is_within(name: str, value: object, bounds: tuple[float, float]) -> bool:
    if isinstance(value, bool) or not isinstance(value, int if name in _WHOLE else (int, float)):
        return False
    least, most = bounds
    return least <= value <= most


def _is_sound(data: DataSource) -> bool:
    texts = isinstance(data.path, str) and isinstance(data.name, str) and data.kind in KINDS
    steps = all(isinstance(each, tuple) for each in (data.transforms or (), data.augmentation))
    return texts and steps and all(_is_within(name, getattr(data, name), _OF_DATA[name]) for name in _OF_DATA)
