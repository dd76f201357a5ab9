"""Which blocks of one network are which of another, by what they are made of and by their order.

Blocks are alike when they hold tensors of the same shapes, whatever these are called; when the networks differ in
width, when they hold tensors of as many dimensions. Numbers are tried first as they are, then shifted, then in order,
and at last by the longest way through both on which they are alike: what explains most wins, of two that explain as
much the plainer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from .blocks import Block, Numbers
from .in_order import most_alike
from .key_words import alike, words
from .units import Unit

Map = list[tuple[Numbers, Numbers]]

_MOST_KINDS = 64
"""Of so many kinds of blocks a side may have, those with most layers are looked at."""
_MOST_CELLS = 1_000_000
"""The longest way is only sought through so many pairs of blocks, all that are tried taken together."""
_RESIZED, _SAME = 0.25, 0.55
"""How alike blocks have to be: as networks of another width are, and as those that were left over must be."""
_PLAINER = 1.25
"""How much more other numbers must explain than plainer ones, when these leave no more blocks alone."""
_ENOUGH = 0.95
"""What is as alike as this is not compared by any other numbers."""


class BlockPair(NamedTuple):
    """A kind of blocks here, a kind of blocks there, and which is which."""

    ours: str
    theirs: str
    numbers: Map
    alike: float
    """How alike these are on the whole, 0 to 1."""


class _Content:
    """What blocks are made of, compared once for blocks that are made of the same."""

    def __init__(self) -> None:
        self._ids: dict[object, int] = {}
        self._contents: list[tuple[Counter[object], Counter[object]]] = []
        self._known: dict[tuple[int, int], float] = {}
        self.cells = _MOST_CELLS
        """How many pairs of blocks may still be looked at for a longest way."""

    def id(self, layers: Iterable[Unit]) -> int:
        parts = [part for unit in layers for part in unit.parts]
        exact = Counter[object]((part.role, part.plain) for part in parts)
        key = frozenset(exact.items())
        if key not in self._ids:
            self._ids[key] = len(self._contents)
            self._contents.append((exact, Counter((part.role, len(part.plain or ())) for part in parts)))
        return self._ids[key]

    def alike(self, one: int, other: int) -> float:
        """How alike two contents are, 0 to 1."""
        if (one, other) not in self._known:
            mine, theirs = self._contents[one], self._contents[other]
            shares = [(ours & others).total() / max(ours.total(), others.total()) for ours, others in zip(mine, theirs)]
            self._known[one, other] = 0.7 * shares[0] + 0.3 * shares[1]
        return self._known[one, other]


def block_pairs(ours: dict[str, Block], theirs: dict[str, Block]) -> list[BlockPair]:
    """The kinds of blocks that belong together, those that explain most first. No block is in two of them."""
    content = _Content()
    mine, others = _largest(ours, content), _largest(theirs, content)
    found: list[BlockPair] = []
    judged: dict[tuple[str, str], tuple[float, Map]] = {}
    while True:
        for name, other in product(mine, others):
            if (name, other) not in judged:
                whole = len(mine[name]) == len(ours[name]) and len(others[other]) == len(theirs[other])
                judged[name, other] = _judged(content, name, mine[name], other, others[other], whole)
        best = max(judged, key=lambda pair: judged[pair][0], default=None)
        if best is None or judged[best][0] <= 0:
            return found
        name, other = best
        numbers = judged[best][1]
        known = (content.alike(mine[name][one], others[other][another]) for one, another in numbers)
        found.append(BlockPair(name, other, numbers, sum(known) / len(numbers)))
        mine[name] = _without(mine[name], {one for one, _ in numbers})
        others[other] = _without(others[other], {one for _, one in numbers})
        mine, others = ({key: left for key, left in each.items() if left} for each in (mine, others))
        judged = {pair: each for pair, each in judged.items() if pair[0] != name and pair[1] != other}


Contents = dict[Numbers, int]


def _largest(kinds: dict[str, Block], content: _Content) -> dict[str, Contents]:
    names = sorted((name for name in kinds if name), key=lambda name: -sum(map(len, kinds[name].values())))
    return {
        name: {numbers: content.id(layers.values()) for numbers, layers in kinds[name].items()}
        for name in names[:_MOST_KINDS]
    }


def _without(contents: Contents, gone: set[Numbers]) -> Contents:
    return {numbers: content for numbers, content in contents.items() if numbers not in gone}


def _judged(
    content: _Content, name: str, ours: Contents, other: str, theirs: Contents, whole: bool
) -> tuple[float, Map]:
    """How much speaks for two kinds of blocks being the same, and for which blocks."""
    total, numbers = 0.0, Map()
    fewest = min(len(ours), len(theirs))
    for tried in _maps(content, ours, theirs):
        then = sum(content.alike(ours[one], theirs[another]) for one, another in tried)
        more = len(tried) == fewest > len(numbers)
        if then > (1 if more else _PLAINER) * total + 1e-6:
            total, numbers = then, tried
        if total > _ENOUGH * fewest:
            break
    if not numbers or total / len(numbers) < (_RESIZED if whole else _SAME):
        return 0.0, []
    named = alike(words(name), words(other))
    return total * (1 + named), [pair for pair in numbers if content.alike(ours[pair[0]], theirs[pair[1]]) > 0]


def _maps(content: _Content, ours: Contents, theirs: Contents) -> Iterator[Map]:
    mine, others = list(ours), list(theirs)
    if len(mine[0]) == len(others[0]):
        for shifts in product(*(_shifts(ranks, other) for ranks, other in zip(zip(*mine), zip(*others)))):
            shifted = ((one, tuple(number + shift for number, shift in zip(one, shifts))) for one in mine)
            yield [(one, another) for one, another in shifted if another in theirs]
    if len(mine) == len(others):
        yield list(zip(mine, others))
    if len(mine) * len(others) <= content.cells:
        content.cells -= len(mine) * len(others)
        yield _longest_way(content, ours, theirs)


def _shifts(ours: Sequence[int], theirs: Sequence[int]) -> list[int]:
    return list(dict.fromkeys((0, min(theirs) - min(ours), max(theirs) - max(ours))))


def _longest_way(content: _Content, ours: Contents, theirs: Contents) -> Map:
    """The pairs in order that are most alike in sum."""
    mine, others = list(ours.items()), list(theirs.items())
    pairs = most_alike(mine, others, lambda one, other: content.alike(one[1], other[1]))
    return [(mine[one][0], others[other][0]) for one, other in pairs]
