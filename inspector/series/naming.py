"""What the name of a checkpoint says: its epoch, its step, whether it is the best or the latest of its training.

named("epoch=4-step=1000.ckpt")       Name(epoch=4, step=1000)
named("mnist_best-v1.ckpt")           Name(roles=("best",), family=("mnist",))
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..checkpoint.folders import CHECKPOINT_ENDINGS
from ..runs.field_words import words_of
from .members import BEST, LATEST

_EPOCH = re.compile(r"(?<![a-z])(?:ep(?:och)?s?|e)[_=\-. ]{0,2}0*(\d{1,7})(?!\d)", re.IGNORECASE)
_EPOCH_BEHIND = re.compile(r"(?<!\d)0*(\d{1,7})[_\- ]?ep(?:och)?s?(?![a-z])", re.IGNORECASE)
_STEP = re.compile(r"(?<![a-z])(?:global[_\-]?)?(?:steps?|iter(?:ation)?s?|it|updates?)[_=\-. ]{0,2}0*(\d{1,12})(?!\d)",
                   re.IGNORECASE)  # fmt: skip
_STEP_BEHIND = re.compile(r"(?<!\d)0*(\d{1,12})[_\- ]?(?:steps?|iter(?:ation)?s?)(?![a-z])", re.IGNORECASE)
_STEP_OF_FOLDER = re.compile(r"checkpoint[_\-](\d{1,12})", re.IGNORECASE)
"""As the trainer of transformers calls its folders."""
_NUMBER = re.compile(r"(?<![\d.])0*(\d{1,12})$")
_VERSION = re.compile(r"-v\d{1,3}$")
"""Behind the names that Lightning would otherwise give twice."""
_ROLES = {"best": BEST, "last": LATEST, "latest": LATEST, "current": LATEST, "final": LATEST, "newest": LATEST}
_OF_NO_FAMILY = {
    "checkpoint", "checkpoints", "ckpt", "chkpt", "cp", "model", "models", "net", "weights", "state", "dict", "params",
    "epoch", "epochs", "ep", "e", "step", "steps", "iter", "iters", "iteration", "it", "global", "update", "updates",
    "at", "after", "of", "the", "v", "full", "snapshot", "save", "saved", "trained", "training", "pytorch", "val",
    "valid", "loss", "acc", "accuracy", "score", "metric", "f", "top", "consolidated", *_ROLES,
}  # fmt: skip
"""Words, without digits, that do not tell one training from another."""
_LONGEST = 255


class Name(NamedTuple):
    """What a name says."""

    epoch: int | None = None
    step: int | None = None
    number: int | None = None
    """A number at its end of which nothing says what it counts."""
    roles: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    """The words that may tell one training from another: `("resnet",)`."""


def named(name: str, *, is_folder: bool = False) -> Name:
    """What the name of a file or a folder says."""
    stem = _VERSION.sub("", stem_of(name))
    step = _number(stem, _STEP, _STEP_BEHIND, *([_STEP_OF_FOLDER] if is_folder else []))
    epoch = _number(stem, _EPOCH, _EPOCH_BEHIND)
    words = words_of(stem)
    return Name(
        epoch,
        step,
        _number(stem, _NUMBER) if epoch is None and step is None else None,
        tuple(dict.fromkeys(_ROLES[word] for word in words if word in _ROLES)),
        tuple(bare for word in words if (bare := word.strip("0123456789")) and bare not in _OF_NO_FAMILY),
    )


def pattern(name: str) -> str:
    """The name with a star for its last number: `model_epoch_*.pth`. What has no number stays as it is."""
    ending = name[len(stem_of(name)) :]
    return re.sub(r"\d+(?=\D*$)", "*", stem_of(name), count=1) + ending


def stem_of(name: str) -> str:
    """The name without the endings of checkpoints, `.pth.tar` as a whole."""
    name = name[-_LONGEST:]
    for _ in range(2):
        ending = next(
            (each for each in CHECKPOINT_ENDINGS if name.lower().endswith(each) and len(name) > len(each)), ""
        )
        name = name[: len(name) - len(ending)]
    return name


def _number(text: str, *patterns: re.Pattern[str]) -> int | None:
    """The last number that the first pattern finds which finds any."""
    for each in patterns:
        found = each.findall(text)
        if found:
            return int(found[-1])
    return None
