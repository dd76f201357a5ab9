"""Layers that are one, and how sure that is: what equal elements and the layers before and behind add to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from .causes import CERTAIN, LIKELY, POSSIBLE
from .sides import Item
from .units import TURNED, Unit, fit

Values = Callable[[Item], str]
"""A word for the elements of an item, the same for equal elements; empty when they cannot be read. Asked only where
names and shapes leave a choice."""

_MOST_RIVALS = 8
"""Of more layers that one could be as well, these are named."""


class Match(NamedTuple):
    """Two layers that are one."""

    ours: Unit
    theirs: Unit
    confidence: str
    rivals: tuple[str, ...] = ()
    """Paths of other layers there that it could be as well."""


class Link(NamedTuple):
    """Tensors of the file that are tensors of the other side: one and one, several and one, or one and several."""

    ours: tuple[Item, ...]
    theirs: tuple[Item, ...]
    match: Match


def by_shapes(found: list[Match], ours: Sequence[Unit], theirs: Sequence[Unit]) -> list[Match]:
    """What is left, in order, where both sides have as many layers of one shape. Only one of a shape is no guess."""
    kinds = [_by_shape(layers) for layers in _unmatched(ours, theirs, found)]
    added = []
    for kind, mine in kinds[0].items():
        others = kinds[1].get(kind, [])
        if len(mine) == len(others):
            paths = [unit.path for unit in others[:_MOST_RIVALS]]
            for one, other in zip(mine, others):
                rivals = tuple(path for path in paths if path != other.path)
                added.append(Match(one, other, POSSIBLE if rivals else LIKELY, rivals))
    return added


def _by_shape(layers: Iterable[Unit]) -> dict[tuple[object, ...], list[Unit]]:
    kinds: dict[tuple[object, ...], list[Unit]] = {}
    for unit in layers:
        if unit.first.shape is not None:
            kinds.setdefault(tuple((part.role, part.shape) for part in unit.parts), []).append(unit)
    return kinds


def by_values(found: list[Match], ours: Sequence[Unit], theirs: Sequence[Unit], values: Values) -> list[Match]:
    """The matches, with those in doubt and those that are lacking decided by equal elements where these tell."""
    sure = [each for each in found if each.confidence != POSSIBLE]
    left, left_there = _unmatched(ours, theirs, sure)
    words, words_there = _by_word(left, left_there, values), _by_word(left_there, left, values)
    told = [
        Match(mine[0], words_there[word][0], CERTAIN)
        for word, mine in words.items()
        if len(mine) == len(words_there.get(word, ())) == 1
    ]
    done, done_there = {each.ours.path for each in told}, {each.theirs.path for each in told}
    doubtful = (each for each in found if each.confidence == POSSIBLE)
    return sure + told + [each for each in doubtful if not (each.ours.path in done or each.theirs.path in done_there)]


def _unmatched(ours: Sequence[Unit], theirs: Sequence[Unit], found: Iterable[Match]) -> tuple[list[Unit], list[Unit]]:
    used = {each.ours.path for each in found}
    used_there = {each.theirs.path for each in found}
    return [unit for unit in ours if unit.path not in used], [unit for unit in theirs if unit.path not in used_there]


def _by_word(layers: Sequence[Unit], others: Sequence[Unit], values: Values) -> dict[tuple[object, ...], list[Unit]]:
    """Layers by shape and elements of their first tensor, as far as the other side has one of that shape."""
    shapes = {unit.first.shape for unit in others}
    found: dict[tuple[object, ...], list[Unit]] = {}
    for unit in layers:
        if len(unit.first.items) == 1 and unit.first.shape in shapes:
            word = values(unit.first.items[0])
            if word:
                found.setdefault((unit.first.role, unit.first.shape, word), []).append(unit)
    return found


def by_neighbours(
    found: list[Match], ours: Sequence[Unit], theirs: Sequence[Unit], held: Collection[str] = ()
) -> list[Match]:
    """The matches, with what stands between the same neighbours on both sides, where the order of keys means anything.

    A layer whose neighbours are matched is matched too, unless it is `held` by the block it lies in; one that was in
    doubt is likely when a neighbour agrees.
    """
    if _is_sorted(ours) or _is_sorted(theirs):
        return found
    partner = {each.ours.path: each.theirs.path for each in found if each.confidence != POSSIBLE}
    around, around_there = _around(ours), _around(theirs)
    judged = []
    for each in found:
        agree = _agreeing(each.ours, each.theirs, partner, around, around_there)
        doubtful = each.confidence == POSSIBLE and True in agree
        judged.append(each._replace(confidence=LIKELY, rivals=()) if doubtful else each)
    left, left_there = _unmatched(ours, theirs, found)
    followers = {around_there[unit.path][0]: unit for unit in left_there if unit.path not in held}
    for unit in (unit for unit in left if unit.path not in held):
        before = around[unit.path][0]
        other = followers.get(partner.get(before, "") if before else "")
        if other is not None and fit(unit, other) > 0.7 * TURNED:
            if False not in _agreeing(unit, other, partner, around, around_there):
                judged.append(Match(unit, other, LIKELY))
    return judged


def _is_sorted(layers: Sequence[Unit]) -> bool:
    """Whether they stand in the order of the alphabet, as safetensors writes them: that says nothing."""
    paths = [unit.path for unit in layers]
    return paths == sorted(paths)


Around = dict[str, tuple[str, str]]
"""For the path of each layer that of the layer before and that of the one behind; empty at the ends."""


def _around(layers: Sequence[Unit]) -> Around:
    paths = ["", *(unit.path for unit in sorted(layers, key=lambda unit: unit.place)), ""]
    return {path: (paths[at], paths[at + 2]) for at, path in enumerate(paths[1:-1])}


def _agreeing(
    ours: Unit, theirs: Unit, partner: dict[str, str], here: Around, there: Around
) -> tuple[bool | None, bool | None]:
    """Whether the layers before are matched with each other, and those behind; None where both sides end."""
    before, behind = (
        partner.get(one, "") == other if one else False if other else None
        for one, other in zip(here[ours.path], there[theirs.path])
    )
    return before, behind
