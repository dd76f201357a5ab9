"""What changed in the model half way: tensors that came, went, got other names or other shapes.

Why this way: measured and drawn is what has the same keys and shapes, so that a model that was changed is another
training from there on. Where one begins behind the end of the other, in the same folder, they are told to be one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..comparing.key_groups import covering
from ..language import ntr
from ..wording import names, safe
from .members import EPOCH, STEP, Training
from .places import place_words


class KeyChange(NamedTuple):
    """One change, told."""

    sentence: str
    keys: tuple[str, ...]
    path: str
    """The first checkpoint that has it."""


def key_changes(training: Training, found: Sequence[Training]) -> Iterator[KeyChange]:
    """What the training has other than the one that it goes on from, and what the one has that goes on from it."""
    line = [training, *(each for each in found if _is_beside(each, training))]
    line.sort(key=lambda each: each.drawn[0].at)
    for a, b in pairwise(line):
        if training in (a, b) and a.drawn[-1].at < b.drawn[0].at:
            yield from _between(a, b)


def _is_beside(other: Training, training: Training) -> bool:
    if other is training or other.axis != training.axis or other.axis not in (EPOCH, STEP):
        return False
    return _folder(other) == _folder(training) and other.keys != () and training.keys != ()


def _folder(training: Training) -> str:
    return os.path.dirname(training.drawn[0].path)


def _between(a: Training, b: Training) -> Iterator[KeyChange]:
    before, after = dict(zip(a.keys, a.shapes)), dict(zip(b.keys, b.shapes))
    gone = [key for key in before if key not in after]
    new = [key for key in after if key not in before]
    are_renamed = bool(gone) and [before[key] for key in gone] == [after[key] for key in new]
    if not are_renamed and 2 * (len(before) - len(gone)) < min(len(before), len(after)):
        return  # a model of another kind
    first = b.drawn[0]
    place = place_words(first, b.axis)
    if are_renamed:
        sentence = ntr("From {place} on {n} tensor has another name: {names}.",
                       "From {place} on {n} tensors have other names: {names}.", len(new), place=place,
                       names=_renamed(gone, new))  # fmt: skip
        yield KeyChange(sentence, (*gone, *new), first.path)
    if new and not are_renamed:
        sentence = ntr("From {place} on there is {n} tensor more: {where}.",
                       "From {place} on there are {n} tensors more: {where}.", len(new), place=place,
                       where=_listed(new, b.keys))  # fmt: skip
        yield KeyChange(sentence, tuple(new), first.path)
    if gone and not are_renamed:
        sentence = ntr("From {place} on there is {n} tensor less: {where}.",
                       "From {place} on there are {n} tensors less: {where}.", len(gone), place=place,
                       where=_listed(gone, a.keys))  # fmt: skip
        yield KeyChange(sentence, tuple(gone), first.path)
    other = [key for key, shape in before.items() if key in after and after[key] != shape]
    if other:
        sentence = ntr("From {place} on {n} tensor has another shape: {where}.",
                       "From {place} on {n} tensors have other shapes: {where}.", len(other), place=place,
                       where=_listed(other, b.keys))  # fmt: skip
        yield KeyChange(sentence, tuple(other), first.path)


def _renamed(before: Sequence[str], after: Sequence[str]) -> str:
    """A few of the pairs, or what was set before all of them."""
    added = after[0].removesuffix(before[0])
    if all(new == added + old for old, new in zip(before, after)):
        return f"`*` → `{safe(added, 80)}*`"
    return names([f"`{safe(old, 80)}` → `{safe(new, 80)}`" for old, new in zip(before, after)], 2)


def _listed(keys: Sequence[str], among: Sequence[str]) -> str:
    return names([f"`{safe(pattern, 80)}`" for pattern in covering(keys, among)])
