"""Labels that look permuted: what the data calls a coat, the model has learned as a shirt, and the other way about.

It happens when names of classes are sorted in one program and not in the other, or counted from 1. Weights and
accuracy say nothing of it; the confusion matrix does: nearly all of a row lies in one column, which is not its own.

Why this way: a hint that is wrong costs more trust than a missing one earns. So a class only counts as moved when
certainly more than half of its samples go to one other, which gets most of what it is given from there; when those
classes change places among themselves, so that other names would set it right; and when the model is then a good one,
nearer to always right than to chance. A model that learned nothing passes none of these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ...language import sentences, tr
from ...wording import names, safe, share

LEAST = 20
"""Samples of a class that are needed to judge it."""
_SURE = 3.0
"""Standard errors that the share of a class must lie above one half."""
_LEFT = 0.25
"""Of those that moved at most so many, for each of them, are still taken for their own class."""


def permutation(confusion: Sequence[Sequence[int]]) -> dict[int, int]:
    """Label -> the class as which it is predicted, for the labels that look permuted; empty when none do."""
    columns = [sum(column) for column in zip(*confusion)]
    supports = [sum(row) for row in confusion]
    moved = {}
    for label, row in enumerate(confusion):
        target = max(range(len(row)), key=row.__getitem__)
        if _has_moved(row, label, target, supports[label], columns[target]):
            moved[label] = target
    moved = _closed(moved, supports)
    return moved if moved and _is_good(confusion, moved) else {}


def _has_moved(row: Sequence[int], label: int, target: int, support: int, given: int) -> bool:
    times = row[target]
    if target == label or support < LEAST or 2 * times <= given:
        return False
    return times - _SURE * math.sqrt(support) / 2 > support / 2 and row[label] <= _LEFT * times


def _closed(moved: dict[int, int], supports: Sequence[int]) -> dict[int, int]:
    """Without those that go to a class which stays where it is; one without samples is free."""
    while True:
        kept = {label: to for label, to in moved.items() if to in moved or not supports[to]}
        if len(kept) == len(moved):
            return kept
        moved = kept


def _is_good(confusion: Sequence[Sequence[int]], moved: Mapping[int, int]) -> bool:
    return _accuracy(confusion, moved) > (1 + 1 / len(confusion)) / 2


def _accuracy(confusion: Sequence[Sequence[int]], moved: Mapping[int, int]) -> float:
    right = sum(row[moved.get(label, label)] for label, row in enumerate(confusion))
    return right / sum(map(sum, confusion))


# -- in words --------------------------------------------------------------------------------------------------


def hint(confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> str:
    """A sentence or two when labels look permuted; empty when they do not."""
    moved = permutation(confusion)
    if not moved:
        return ""
    before, after = _percent(_accuracy(confusion, {})), _percent(_accuracy(confusion, moved))
    gain = tr(
        "With these labels put right the accuracy would be {after} instead of {before}.", after=after, before=before
    )
    return sentences(_looks(confusion, moved, [safe(name, 60) for name in classes]), gain)


def _looks(confusion: Sequence[Sequence[int]], moved: Mapping[int, int], classes: Sequence[str]) -> str:
    told, count = _told(confusion, moved, classes), len(confusion)
    steps = {(to - label) % count for label, to in moved.items()}
    if len(moved) > 2 and len(steps) == 1:
        step = steps.pop()
        return tr("The labels look shifted by {steps:+d}: {told}.", steps=min(step, step - count, key=abs), told=told)
    if len(moved) == 2 and all(moved.get(to) == label for label, to in moved.items()):
        first, second = (classes[label] for label in moved)
        return tr("{first} and {second} look swapped: {told}.", first=first, second=second, told=told)
    return tr("{labels} labels look permuted: {told}.", labels=len(moved), told=told)


def _told(confusion: Sequence[Sequence[int]], moved: Mapping[int, int], classes: Sequence[str]) -> str:
    return names([_taken(confusion[label], label, other, classes) for label, other in moved.items()])


def _taken(row: Sequence[int], label: int, other: int, classes: Sequence[str]) -> str:
    part = share(row[other], sum(row))
    return tr("{part} of {name} are taken for {other}", part=part, name=classes[label], other=classes[other])


def _percent(part: float) -> str:
    return f"{part * 100:.2f} %"
