"""Which array of a file is what: `x_train`, `train_images`, `Xtrain` are the inputs to train on.

Why this way: arrays have no other sign than their names, and everybody has their own. What is not understood is not
guessed: the names that there are are said, and those that would be understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

INPUTS, TARGETS, NAMES = "inputs", "targets", "names"
TRAIN, VALIDATION, TEST = "train", "validation", "test"

_PARTS = {
    TRAIN: {"train", "training", "tr", "trn"},
    VALIDATION: {"val", "valid", "validation", "dev"},
    TEST: {"test", "testing", "te", "tst", "eval"},
}
_ROLES = {
    NAMES: {"classes", "names", "categories"},
    TARGETS: {"y", "ys", "label", "labels", "target", "targets", "output", "outputs", "class"},
    INPUTS: {"x", "xs", "image", "images", "img", "imgs", "data", "input", "inputs", "feature", "features", "pictures",
             "samples"},
}  # fmt: skip
"""Names before targets: `target_names` are names."""
_SET_WORDS = {"set", "arr", "array", "dataset"}
"""Words that say nothing."""


class Meaning(NamedTuple):
    """What an array is."""

    role: str
    part: str


def meaning_of(name: str) -> Meaning | None:
    """What the array of this name is; None where the name does not say it."""
    words = _words(name)
    roles = [role for role, known in _ROLES.items() if words & known]
    parts = [part for part, known in _PARTS.items() if words & known]
    if not roles or len(parts) > 1 or words - _SET_WORDS - set().union(*_ROLES.values(), *_PARTS.values()):
        return None
    return Meaning(roles[0], parts[0] if parts else TRAIN)


def part_of(name: str) -> str:
    """The part that a name speaks of: `val_loader`, `trainset`, `test`; empty where it speaks of none."""
    words = _words(re.sub(r"(?i)(data)?(set|loader|_?dl|_?ds)s?$", "", name))
    return next((part for part, known in _PARTS.items() if words & known), "")


def _words(name: str) -> set[str]:
    """`Xtrain`, `trainX` and `X_train` alike: x, train."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    spaced = re.sub(r"^([xyXY])(?=(tr|val|te|dev))", r"\1_", spaced)
    spaced = re.sub(r"(?<=train|valid)(?=[xyXY]$)|(?<=test)(?=[xyXY]$)|(?<=val)(?=[xyXY]$)", "_", spaced)
    return {word for word in re.split(r"[\W_]+", spaced.lower()) if word}


def in_places(values: Sequence[Any]) -> Mapping[str, Any] | None:
    """Names for arrays that came as a list; None where their number and lengths do not tell.

    (x, y); (x, y, x, y) or, as scikit-learn splits, (x, x, y, y); (x, y) three times; pairs (x, y) for each part.
    """
    if 0 < len(values) < 4 and all(isinstance(each, (tuple, list)) and len(each) == 2 for each in values):
        return _named([each for pair in values for each in pair], "xy" * len(values))
    lengths = [len(each) if hasattr(each, "__len__") else -1 for each in values]
    if len(values) in (2, 4, 6) and lengths[::2] == lengths[1::2]:
        return _named(values, "xy" * (len(values) // 2))
    half = len(values) // 2
    if len(values) in (4, 6) and lengths[:half] == lengths[half:]:
        return _named([each for pair in zip(values[:half], values[half:]) for each in pair], "xy" * half)
    return _named(values, "xy") if len(values) == 2 else None


def _named(values: Sequence[Any], letters: str) -> Mapping[str, Any]:
    """The arrays x, y, x, y ... by the names of their parts; with two parts the second is tested on."""
    parts = {1: (TRAIN,), 2: (TRAIN, TEST), 3: (TRAIN, VALIDATION, TEST)}[len(values) // 2]
    return {f"{letter}_{parts[place // 2]}": value for place, (letter, value) in enumerate(zip(letters, values))}
