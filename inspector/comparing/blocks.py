"""Which numbers in the paths of layers count blocks, and which are mere names.

    encoder.layers.7.mlp.fc2   ->  block `encoder.layers.#` number (7,), and within it `mlp.fc2`
    layer1.0.conv2             ->  block `layer#.#` number (1, 0), and within it `conv2`

A number counts blocks when what lies below it is larger than a layer or two, or when there are many of it. The few
that tell siblings apart (`norm1`, `norm2`; the 0 and 3 of a small Sequential) are names.

Why this way: networks repeat themselves. Two of them are held against each other block by block, and what a layer is
called within its block is found out once for all blocks together, from the evidence of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from .units import Unit

_NUMBER = re.compile(r"(?<![0-9])(?:0|[1-9][0-9]{0,8})(?![0-9])")
_MOST_NUMBERS = 6
_LONGEST = 500
_FEW_ITEMS, _FEW_LAYERS = 8, 2
"""Up to so many siblings of up to so many layers each are told apart by name."""
_FEW_KINDS = 4
"""Up to so many siblings that have little in common are parts of a block and no blocks."""

Numbers = tuple[int, ...]


class Place(NamedTuple):
    """Where a layer is: in which block, and what it is called there."""

    block: str
    """Its path with `#` for the numbers that count; empty for what is in no block."""
    numbers: Numbers
    inner: str


Block = dict[Numbers, dict[str, Unit]]
"""The layers of each of the blocks of one kind, by what they are called there."""


def blocks(all_units: Iterable[Unit]) -> dict[str, Block]:
    """The layers sorted into blocks, in natural order; those in none under the empty name."""
    paths = list(all_units)
    lists = _lists([unit.path for unit in paths])
    found: dict[str, Block] = {"": {(): {}}}
    for unit in paths:
        place = _place(unit.path, lists)
        found.setdefault(place.block, {}).setdefault(place.numbers, {})[place.inner] = unit
    return {name: dict(sorted(members.items())) for name, members in found.items()}


_Items = dict[str, dict[str, list[str]]]
"""For one list: the path before the number -> the path with it -> what lies below, numbers not told apart."""


def _lists(paths: Iterable[str]) -> dict[str, bool]:
    """Each list, by its path with # for all numbers, and whether its numbers count blocks."""
    lists: dict[str, _Items] = {}
    for path in paths:
        for start, end in _numbers(path):
            items = lists.setdefault(_NUMBER.sub("#", path[:end]), {}).setdefault(path[:start], {})
            items.setdefault(path[:end], []).append(_NUMBER.sub("#", path[end:]))
    return {name: _counts(found, name.count("#") > 1) for name, found in lists.items()}


def _numbers(path: str) -> list[tuple[int, int]]:
    """Where the numbers of a path are; none in a name that no network has."""
    if len(path) > _LONGEST:
        return []
    found = [match.span() for match in _NUMBER.finditer(path)]
    return found if len(found) <= _MOST_NUMBERS else []


def _counts(found: _Items, nested: bool) -> bool:
    most = max(len(items) for items in found.values())
    layers = max(len(below) for items in found.values() for below in items.values())
    if most == len(found) == 1 or (most <= _FEW_ITEMS and layers <= _FEW_LAYERS):
        return False
    return not (nested and most <= _FEW_KINDS and _differ(max(found.values(), key=len)))


def _differ(items: dict[str, list[str]]) -> bool:
    """Whether items that stand side by side have little in common."""
    below = [set(each) for each in items.values()]
    shared = [len(one & other) / len(one | other) for one, other in pairwise(below)]
    return bool(shared) and sum(shared) < 0.5 * len(shared)


def _place(path: str, lists: dict[str, bool]) -> Place:
    name, at, inner, numbers = "", 0, 0, []
    block = ""
    for start, end in _numbers(path):
        name += path[at:start]
        if lists[_NUMBER.sub("#", path[:end])]:
            numbers.append(int(path[start:end]))
            name += "#"
            block, inner = name, end
        else:
            name += path[start:end]
        at = end
    return Place(block, tuple(numbers), path[inner:].lstrip("."))


def ranked(inners: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """For each name within a block the ranks of its numbers among its siblings: the 0 and 3 of `mlp.0`, `mlp.3` are
    first and second."""
    siblings: dict[str, set[int]] = {}
    for inner in inners:
        for start, end in _numbers(inner):
            siblings.setdefault(inner[:start], set()).add(int(inner[start:end]))
    places = {before: {number: rank for rank, number in enumerate(sorted(found))} for before, found in siblings.items()}
    return {
        inner: tuple(
            places[inner[:start]][int(inner[start:end])]
            for start, end in _numbers(inner)
            if len(places[inner[:start]]) > 1
        )
        for inner in inners
    }
