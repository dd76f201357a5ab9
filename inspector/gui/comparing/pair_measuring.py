"""How far apart the values of two files are, as it is wanted: the pairs in view first, then the rest, then the sums."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

from ...comparing.item_values import nbytes_of, tensor_of
from ...comparing.sides import Item
from ...progress import Progress
from ..item_models.pair_rows import PairTree
from ..wanted_first import WantedFirst

if TYPE_CHECKING:
    from ...analysis.distances import Distance

_WHOLE = ("int", "uint", "bool")


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
        self._whole: set[int] = set()
        """The branches that hold nothing but whole numbers."""

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
        twin: Distance | None = self._done.get(self._same.setdefault((_view(a), _view(b)), row))
        if twin is not None:
            return twin
        return (yield from measure(tensor_of(a), tensor_of(b)))

    def _merged(self, branch: int) -> Distance | None:
        """The distance of a branch whose parts are all known.

        Whole numbers count only where there is nothing else: a counter of batches is no weight that moved by 320.
        """
        from ...analysis.distances import merge_all

        measured = [child for child in self._outline.children(branch) if self._done.get(child) is not None]
        weights = [child for child in measured if not self._is_whole(child)]
        if not weights:
            self._whole.add(branch)
        return merge_all(self._done[child] for child in weights or measured) if measured else None

    def _is_whole(self, row: int) -> bool:
        return row in self._whole or (row in self._rows and self._items(row)[1].dtype.startswith(_WHOLE))

    def _items(self, row: int) -> tuple[Item, Item]:
        pair = self._tree.pair(row)
        assert pair is not None
        assert pair.a is not None
        assert pair.b is not None
        return pair.a, pair.b


def _view(item: Item) -> object:
    """What is equal for two items that have the very same numbers."""
    tensor = item.tensor
    if tensor is None or tensor.storage is None or tensor.extra.quantization is not None or item.made is not None:
        return id(item)
    extra = tensor.extra
    return tensor.storage, tensor.dtype, tensor.offset, tensor.shape, tensor.stride, extra.conj, extra.neg
