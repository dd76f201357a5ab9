"""The pairs of a comparison as the rows of one tree, both sides aligned in it. Knows no Qt.

A comparison is a list of pairs; people see layers in it. So the pairs are listed as the entries of a state_dict
would be, under the keys they go by, and become an `Outline`: preorder, groups from dots, all of it searchable with
the usual language. What a row is to the comparison stands in lists beside those of the outline.

Why this way: the tree of a file and the tree of two files are then one thing, drawn, searched and opened by the
same means; and 100,000 pairs are lists of numbers and not objects.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import accumulate, compress
from typing import TYPE_CHECKING

from ...checkpoint.entries import Branch, Entry, Tensor, Value
from ...checkpoint.outline import Outline
from ...comparing.diffing import KINDS, RENAMED, SAME, VALUES, Comparison, Pair
from ...comparing.item_values import has_values
from ...comparing.through import SeenThrough

if TYPE_CHECKING:
    from ...analysis.distances import Distance

RANKS = {kind: len(KINDS) - place for place, kind in enumerate(KINDS)}
"""How much a kind matters: the highest is told where there is room for one only. 0 is for what has no kind."""
_BY_RANK = {rank: kind for kind, rank in RANKS.items()}
FIRST_ROWS = 60
"""A tree is opened level by level, where there are differences, as long as it has no more rows than this."""


class PairTree:
    """The rows of a comparison. Only the kinds of rows change: when values turn out to differ."""

    def __init__(self, comparison: Comparison, prefix: str = "") -> None:
        """`prefix` is what all keys of one side begin with and those of the other do not: it is left out."""
        self.comparison = comparison
        self._through = SeenThrough(comparison, prefix, "")
        entries = tuple(_entry(pair, prefix) for pair in comparison.pairs)
        self.outline = Outline.of(Branch("", "collections.OrderedDict", "mapping", entries))
        numbers = {id(entry): number for number, entry in enumerate(entries)}
        self.numbers = [numbers.get(id(entry), -1) for entry in self.outline.entries]
        """For each row the number of its pair; -1 for a group."""
        self.ranks = bytearray(RANKS[self._pair(number).kind] if number >= 0 else 0 for number in self.numbers)
        """For each row the rank of its kind; 0 for a group."""
        self._counts = {kind: self._summed(kind) for kind in KINDS}
        self.has_a = self._any(lambda pair: pair.a is not None)
        """For each row whether side a has it, or something below it."""
        self.has_b = self._any(lambda pair: pair.b is not None)
        self.distances: dict[int, Distance] = {}
        """Row -> how far apart its tensors are, those of a branch taken together; as far as it was measured."""
        self.refusals: dict[int, str] = {}
        """Row -> why its values cannot be compared."""
        self.probably_equal: frozenset[int] = frozenset()
        """The rows of which the files' directories say that their bytes are probably equal: a hint, and no proof."""
        self.first_open = self._first_open()
        """The groups to open at first."""
        self.has_values = bool(self.measurable())
        """Whether there are tensors on both sides whose values can be compared."""
        _ = self.outline.leaves, self.outline.lowered_keys, self.outline.row("")  # what the first click will ask for

    def __len__(self) -> int:
        return len(self.outline)

    def pair(self, row: int) -> Pair | None:
        """The pair of a row; None for a group."""
        number = self.numbers[row]
        return self.comparison.pairs[number] if number >= 0 else None

    def former(self, row: int) -> tuple[str, ...]:
        """The keys of side a where they are others than that of side b; empty for all other rows."""
        pair = self.pair(row)
        return self._through.former(pair) if pair is not None else ()

    def kind(self, row: int) -> str:
        """The kind of a row by what is known by now; of a group the kind that matters most below it."""
        if self.ranks[row]:
            return _BY_RANK[self.ranks[row]]
        return next((kind for kind in KINDS if self._counts[kind][row]), SAME)

    def counts(self, row: int = -1) -> dict[str, int]:
        """How many pairs of each kind lie below a row; with -1 in all."""
        if row >= 0:
            return {kind: self._counts[kind][row] for kind in KINDS}
        return {kind: sum(self._counts[kind][top] for top in self.outline.children()) for kind in KINDS}

    def differing(self, row: int) -> int:
        """How many pairs below a row are of another kind than `same`."""
        return sum(self._counts[kind][row] for kind in KINDS if kind != SAME)

    def leaves_of(self, kinds: Collection[str]) -> list[int]:
        """The rows of all pairs of these kinds."""
        wanted = bytes(rank in {RANKS[kind] for kind in kinds} for rank in range(len(KINDS) + 1))
        return list(compress(range(len(self)), self.ranks.translate(wanted.ljust(256, b"\0"))))

    def with_ancestors(self, rows: Iterable[int]) -> list[int]:
        """These rows and the groups that they lie in, in order."""
        shown, parents = bytearray(len(self)), self.outline.parents
        for row in rows:
            while row >= 0 and not shown[row]:
                shown[row] = 1
                row = parents[row]
        return list(compress(range(len(self)), shown))

    def rows_of(self, keys: Iterable[str]) -> list[int]:
        """The rows of the pairs that have one of these keys on either side, or had it before a step."""
        return sorted({row for key in keys for row in self._rows_by_key.get(key, ())})

    def expect_equal(self, places: Iterable[int]) -> None:
        """Takes in which pairs, by their place in the comparison, are probably equal."""
        rows = {number: row for row, number in enumerate(self.numbers) if number >= 0}
        self.probably_equal = frozenset(rows[place] for place in places)

    def take(self, measured: Mapping[int, Distance], refused: Mapping[int, str]) -> bool:
        """Takes in what was measured, by row; says whether rows are of another kind now."""
        self.distances.update(measured)
        self.refusals.update(refused)
        fresh = [row for row, distance in measured.items() if self._now_differs(row, distance)]
        for row in fresh:
            self._recount(row, VALUES)
        return bool(fresh)

    def _now_differs(self, row: int, distance: Distance) -> bool:
        return not distance.is_same and self.ranks[row] in (RANKS[SAME], RANKS[RENAMED])

    def _recount(self, row: int, kind: str) -> None:
        """Makes a row of another kind, here and in the counts of the groups it lies in."""
        former = _BY_RANK[self.ranks[row]]
        self.ranks[row] = RANKS[kind]
        less, more = self._counts[former], self._counts[kind]
        while row >= 0:
            less[row] -= 1
            more[row] += 1
            row = self.outline.parents[row]

    def measurable(self) -> list[int]:
        """The rows whose values can be compared: tensors of one shape on both sides."""
        return [row for row, number in enumerate(self.numbers) if number >= 0 and has_two_tensors(self._pair(number))]

    def _first_open(self) -> list[int]:
        """Level by level, as long as all fits on a screen: those with differences, or all where nothing differs."""
        opened: list[int] = []
        level = list(self.outline.children())
        count, anything = len(level), any(map(self.differing, level))
        while True:
            groups = [
                row for row in level if self.outline.ends[row] > row + 1 and (self.differing(row) or not anything)
            ]
            deeper = [child for row in groups for child in self.outline.children(row)]
            if not deeper or count + len(deeper) > FIRST_ROWS:
                return opened
            opened, level, count = opened + groups, deeper, count + len(deeper)

    def _pair(self, number: int) -> Pair:
        return self.comparison.pairs[number]

    def _summed(self, kind: str) -> list[int]:
        """For each row how many pairs of a kind lie in its subtree."""
        rank, ends = RANKS[kind], self.outline.ends
        before = [0, *accumulate(int(each == rank) for each in self.ranks)]
        return [before[end] - before[row] for row, end in enumerate(ends)]

    def _any(self, holds: Callable[[Pair], bool]) -> bytearray:
        """For each row whether something in its subtree is a pair that holds."""
        found = (number >= 0 and holds(self._pair(number)) for number in self.numbers)
        before = [0, *accumulate(map(int, found))]
        return bytearray(before[end] > before[row] for row, end in enumerate(self.outline.ends))

    @cached_property
    def _rows_by_key(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, number in enumerate(self.numbers):
            for key in _keys(self._pair(number)) if number >= 0 else ():
                found.setdefault(key, []).append(row)
        return found


def _entry(pair: Pair, prefix: str) -> Entry:
    """A pair as an entry of a state_dict, under the key that it goes by."""
    item = pair.b or pair.a
    assert item is not None
    name = item.key.removeprefix(prefix)
    if item.tensor is not None:
        return item.tensor._replace(name=name)
    if item.shape is None:
        return Value(name, item.role or "value")
    return Tensor(name, item.dtype, item.shape, (0,) * len(item.shape), 0, None)


def _keys(pair: Pair) -> set[str]:
    return {key for item in (pair.a, pair.b) if item is not None for key in (item.key, *item.origins)}


def has_two_tensors(pair: Pair) -> bool:
    """Whether the values of a pair can be compared: both sides have some, of one shape."""
    a, b = pair.a, pair.b
    return a is not None and b is not None and a.shape == b.shape and has_values(a) and has_values(b)
