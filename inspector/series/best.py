"""Which epoch of a training is the best, by what, and how that was found."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..language import marked, tr
from ..wording import number, safe
from .members import BEST, EPOCH, Training
from .places import beginning, words_at

Points = tuple[tuple[float, float], ...]


class Best(NamedTuple):
    """The best epoch."""

    epoch: float
    """Its place on the training's axis, where that is of epochs the epoch."""
    measure: str
    """`valid_loss`, `accuracy`, `train_loss`: what it is the best by; empty where only a name says so."""
    value: float | None
    path: str
    """The checkpoint that has its weights; empty where there is none."""
    sentence: str
    """How it was found."""


_LOWEST_VALID = marked("{place} has the lowest stored validation loss, {value}.")
_HIGHEST = marked("{place} has the highest stored accuracy, {value}.")
_LOWEST_TRAIN = marked("{place} has the lowest stored training loss, {value}; no validation loss is stored.")
_CURVES: tuple[tuple[str, str, Callable[..., tuple[float, float]]], ...] = (
    ("valid_loss", _LOWEST_VALID, min),
    ("accuracy", _HIGHEST, max),
    ("train_loss", _LOWEST_TRAIN, min),
)


def best_of(training: Training, curves: Mapping[str, Points]) -> Best | None:
    """The best epoch; None where nothing tells. Our own files name it; else what is stored is compared; else a name."""
    return _named_by_a_run(training) or _by_curves(training, curves) or _stored(training) or _by_name(training)


def _named_by_a_run(training: Training) -> Best | None:
    own = [member for member in training.members if member.is_own and "best_epoch" in member.measures]
    if not own or training.axis != EPOCH:
        return None
    last = max(own, key=lambda member: member.at)
    epoch, value = last.measures["best_epoch"], last.measures.get("best")
    sentence = tr(
        "The run itself kept epoch {epoch} as its best ({name}).", epoch=number(epoch), name=safe(last.name, 60)
    )
    return Best(epoch, "valid_loss", value, _path_at(training, epoch), sentence)


def _by_curves(training: Training, curves: Mapping[str, Points]) -> Best | None:
    for measure, sentence, choose in _CURVES:
        points = [point for point in curves.get(measure, ()) if math.isfinite(point[1])]
        if len(points) > 1:
            at, value = choose(points, key=lambda point: point[1])
            said = tr(sentence, place=beginning(words_at(training, at)), value=number(value))
            return Best(at, measure, value, _path_at(training, at), said)
    return None


def _stored(training: Training) -> Best | None:
    """A `best_epoch` that the last file has."""
    known = [member for member in training.drawn if "best_epoch" in member.measures]
    if not known or training.axis != EPOCH:
        return None
    last = max(known, key=lambda member: member.at)
    epoch = last.measures["best_epoch"]
    sentence = tr("`{name}` says that epoch {epoch} is the best.", name=safe(last.name, 60), epoch=number(epoch))
    return Best(epoch, "", last.measures.get("best"), _path_at(training, epoch), sentence)


def _by_name(training: Training) -> Best | None:
    named = next((member for member in training.members if BEST in member.roles), None)
    if named is None or len(training.members) < 2:
        return None
    path = named.twin_of or named.path
    return Best(named.at, "", None, path, tr("`{name}` is called the best.", name=safe(named.name, 60)))


def _path_at(training: Training, at: float) -> str:
    return next((member.path for member in training.drawn if member.at == at), "")
