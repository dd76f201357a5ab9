"""How far apart the values of two files are, as it is wanted: the pairs in view first, then the rest, then the sums."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

from ...checkpoint.entries import is_whole
from ...comparing.item_values import nbytes_of, tensor_of, view_of
from ...comparing.sides import Item
from ...progress import Progress
from ..item_models.pair_rows import PairTree
from ..wanted_first import WantedFirst

if TYPE_CHECKING:
    from ...analysis.distances import Distance



class PairMeasuring(WantedFirst):
    """The distances of one tree of pairs."""

    def __init__(self, tree: PairTree) -> None:
        self._tree = tree
        self._rows = frozenset(tree.measurable())
        before = [0, *accumulate(row in self._rows for row in range(len(tree)))]
        below = [before[end] - before[row] for row, end in enumerate(tree.outline.ends)]
        super().__init__(tree.outline, below, before[-1])
        self.total_bytes = sum(map(self._nbytes, self._rows))
        """The bytes that comparing everything reads, of both files together."""
        self._same: dict[object, int] = {}

    @property
    def is_done(self) -> bool:
        """Whether everything is compared."""
        return not self._left[-1]

    def _order(self) -> Iterable[int]:
        """What differs is what is looked for: what is probably equal comes last."""
        return sorted(self._rows, key=lambda row: (row in self._tree.probably_equal, row))

    def _can_measure(self, row: int) -> bool:
        return row in self._rows

    def _nbytes(self, row: int) -> int:
        return sum(map(nbytes_of, self._items(row)))

    def _measured(self, row: int) -> Generator[Progress, None, Distance]:
        """The distance of a pair; that of another pair of the very same views."""
        from ...analysis.distances import measure

        a, b = self._items(row)
        twin: Distance | None = self._done.get(self._same.setdefault((view_of(a), view_of(b)), row))
        if twin is not None:
            return twin
        return (yield from measure(tensor_of(a), tensor_of(b)))

    def _together(self, results: list[Distance]) -> Distance | None:
        from ...analysis.distances import merge_all

        return merge_all(results) if results else None

    def _counts(self, row: int) -> bool:
        return row in self._rows and is_whole(self._items(row)[1].dtype)

    def _items(self, row: int) -> tuple[Item, Item]:
        pair = self._tree.pair(row)
        assert pair is not None
        assert pair.a is not None
        assert pair.b is not None
        return pair.a, pair.b
