"""The rows of an outline as parts of a treemap."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from ... import wording
from ...checkpoint import layers
from ...checkpoint.outline import Outline
from .tensor_words import line_of

_MOST = 120


class OutlineParts:
    """`treemap.Parts` over an outline: sizes in bytes. A row that has only one part is shown as that part."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._known: dict[int, list[int]] = {}

    def children(self, node: int) -> Sequence[int]:
        if node not in self._known:
            sizes = self._outline.nbytes
            rows = (row for row in self._outline.children(node) if sizes[row] > 0)
            largest = heapq.nlargest(_MOST, rows, key=sizes.__getitem__)
            is_chain = len(largest) == 1 and self._outline.ends[largest[0]] > largest[0] + 1
            self._known[node] = list(self.children(largest[0])) if is_chain else largest
        return self._known[node]

    def size(self, node: int) -> float:
        return self._outline.nbytes[node]

    def label(self, node: int) -> str:
        return wording.safe(self._outline.labels[node], 60)

    def words(self, node: int) -> str:
        entry = self._outline.entries[node]
        words = layers.layer(self._outline, node) or (line_of(entry) if entry is not None else "")
        size = self._outline.nbytes[node]
        share = wording.share(size, self._outline.total_nbytes)
        sizes = wording.row_of([wording.size(size), share])
        return "  ".join(filter(None, (wording.safe(self._outline.key(node), 120), words, sizes)))
