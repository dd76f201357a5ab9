"""What stands in each cell of the tree of pairs, as words: keys of both sides, what differs, how far apart.

Between two files the words are "only in A" and "only in B"; against a model they are torch's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from ... import wording
from ...comparing.diffing import DTYPE, KINDS, MISSING, RENAMED, SAME, SIZE, UNEXPECTED, VALUES
from ...comparing.pair_words import Part, counted, dtype_text, kind_words, shape_parts
from ...language import marked, tr
from ..theme import Meaning
from .flat_tree import Heading
from .pair_rows import PairTree

if TYPE_CHECKING:
    from ...analysis.distances import Distance


class PairColumn(IntEnum):
    """The columns, in the order in which they stand at first."""

    KEY_A = 0
    DIFFERENCE = 1
    KEY_B = 2
    SHAPE = 3
    DTYPE = 4
    PARAMETERS = 5
    MAX_ABS = 6
    REL_L2 = 7
    COSINE = 8
    EQUAL = 9


MEANINGS = {
    MISSING: Meaning.MISSING,
    UNEXPECTED: Meaning.UNEXPECTED,
    SIZE: Meaning.SIZE_MISMATCH,
    DTYPE: Meaning.DTYPE_DIFFERS,
    VALUES: Meaning.VALUES_DIFFER,
    RENAMED: Meaning.RENAMED,
    SAME: Meaning.SAME,
}
VALUE_COLUMNS = (PairColumn.MAX_ABS, PairColumn.REL_L2, PairColumn.COSINE, PairColumn.EQUAL)
RIGHT_ALIGNED = frozenset((PairColumn.PARAMETERS, *VALUE_COLUMNS))

_BETWEEN_FILES = {MISSING: marked("only in B"), UNEXPECTED: marked("only in A")}
_DIFFERS = {VALUES: marked("values differ"), DTYPE: marked("dtype differs")}
_ROLES = {"value": marked("value"), "extra state": marked("extra state")}
"""What has no dtype."""
_TAIL = (
    Heading(marked("Difference"), marked("What differs between the two; branches count what is in them"), 11),
    Heading("", "", 34),
    Heading(marked("Shape"), marked("The shape; where the two differ, 512→400 is from A to B"), 20),
    Heading(marked("Type"), marked("The dtype; where the two differ, from A to B"), 16),
    Heading(marked("Parameters"), marked("How many numbers it has"), 12),
    Heading(marked("Max |a−b|"), marked("The largest difference of two values"), 10),
    Heading(marked("Relative L2"), marked("The norm of the difference over the norm of A"), 11),
    Heading(marked("Cosine"), marked("The cosine of the angle between the two"), 12),
    Heading(marked("Equal"), marked("The share of values that are equal; ≈ where only checksums say so"), 11),
)


def words_of(kind: str, *, with_model: bool) -> str:
    """A kind of pair in a few words."""
    words = _DIFFERS.get(kind) or (None if with_model else _BETWEEN_FILES.get(kind))
    return tr(words) if words else kind_words(kind)


def headings(tree: PairTree) -> tuple[Heading, ...]:
    """The headings, with the names of the two sides over their keys."""
    a, b = tree.comparison.a, tree.comparison.b
    letters = ("", "") if b.kind == "model" else ("A  ", "B  ")
    titles = (f"{letter}{wording.safe(side.name, 60)}" for letter, side in zip(letters, (a, b)))
    first, second = (Heading(title, tr("The keys of {title}", title=title), 34) for title in titles)
    return (first, _TAIL[0], second, *_TAIL[2:])


class PairCells:
    """The cells of one tree of pairs. Texts are made when a cell is first painted, and kept; figures arrive late."""

    def __init__(self, tree: PairTree) -> None:
        self.tree = tree
        self.with_model = tree.comparison.b.kind == "model"
        self._texts: dict[tuple[int, int], str] = {}
        self._parts: dict[int, list[Part]] = {}

    def text(self, row: int, column: int) -> str:
        if column == PairColumn.DIFFERENCE or column in VALUE_COLUMNS:
            return self.difference(row) if column == PairColumn.DIFFERENCE else self._figure(row, column)
        found = self._texts.get((row, column))
        if found is None:
            found = self._texts[row, column] = _MAKERS[column](self, row)
        return found

    def whole_key(self, row: int, column: int) -> str:
        """The whole key of a side, as it is shown in a flat list; empty where the side has none."""
        if not self.has(row, column):
            return ""
        former = self.tree.former(row) if column == PairColumn.KEY_A else ()
        return _listed(former) if former else wording.safe(self.tree.outline.key(row))

    def has(self, row: int, column: int) -> bool:
        """Whether the side whose keys stand in `column` has a row, or something below it."""
        return bool((self.tree.has_a if column == PairColumn.KEY_A else self.tree.has_b)[row])

    def shape_parts(self, row: int) -> list[Part]:
        """The shape in pieces, and which of them differ."""
        found = self._parts.get(row)
        if found is None:
            pair = self.tree.pair(row)
            found = self._parts[row] = shape_parts(pair) if pair is not None else []
        return found

    def counted(self, row: int) -> list[tuple[str, int]]:
        """What differs below a group: (kind, how many), what matters most first; `same` where nothing does."""
        found = [(kind, count) for kind, count in self.tree.counts(row).items() if count and kind != SAME]
        return found or [(SAME, 0)]

    def difference(self, row: int) -> str:
        """The sign of a pair; the signs and counts of a group."""
        if row in self.tree.refusals:
            return Meaning.DAMAGED.symbol
        if self.tree.ranks[row]:
            return MEANINGS[self.tree.kind(row)].symbol
        marks = ((MEANINGS[kind].symbol, count) for kind, count in self.counted(row))
        return "  ".join(f"{symbol} {count:,}" if count else symbol for symbol, count in marks)

    def words(self, row: int) -> str:
        """What the difference column says, in words."""
        if row in self.tree.refusals:
            return wording.safe(self.tree.refusals[row], 400)
        if self.tree.ranks[row]:
            return self._words(self.tree.kind(row))
        found = [counted(count, self._words(kind)) for kind, count in self.tree.counts(row).items() if count]
        return wording.row_of(found)

    def strength(self, row: int) -> float:
        """How strongly the values differ, 0 to 1, by the order of magnitude of the relative L2 (10^-6 to 1)."""
        distance = self.tree.distances.get(row)
        if distance is None or distance.is_same:
            return 0.0
        return max(0.08, min(1.0, 1 + _magnitude(distance.rel_l2) / 6))

    def tip(self, row: int, column: int) -> str:
        """The whole of what a cell may have cut off."""
        if column in (PairColumn.KEY_A, PairColumn.KEY_B):
            return self.whole_key(row, column)
        if column == PairColumn.DIFFERENCE:
            return self.words(row)
        if column in VALUE_COLUMNS:
            return wording.safe(self.tree.refusals.get(row, ""), 400) or self._hint(row)
        return self.text(row, column)

    def sort_value(self, column: int) -> Callable[[int], Any]:
        """The function that gives for a row what to sort it by (None: unknown)."""
        if column == PairColumn.DIFFERENCE:
            return lambda row: self.tree.ranks[row]
        if column == PairColumn.PARAMETERS:
            return lambda row: self.tree.outline.parameters[row]
        if column in VALUE_COLUMNS:
            return lambda row: _known(self.tree.distances.get(row), _FIELDS[column])
        return lambda row: self.text(row, column) or None

    def _hint(self, row: int) -> str:
        """What is thought of values that were not compared yet."""
        is_open = row in self.tree.probably_equal and row not in self.tree.distances and row not in self.tree.refusals
        return tr("Probably equal: sizes and checksums agree. Not compared yet.") if is_open else ""

    def _words(self, kind: str) -> str:
        return words_of(kind, with_model=self.with_model)

    def _key_a(self, row: int) -> str:
        former = self.tree.former(row)
        return _listed(former) if former else self._label(row, PairColumn.KEY_A)

    def _key_b(self, row: int) -> str:
        return self._label(row, PairColumn.KEY_B)

    def _label(self, row: int, column: int) -> str:
        return (wording.safe(self.tree.outline.labels[row]) or tr("(empty name)")) if self.has(row, column) else ""

    def _shape(self, row: int) -> str:
        return "".join(text for text, _ in self.shape_parts(row))

    def _dtype(self, row: int) -> str:
        pair = self.tree.pair(row)
        if pair is None:
            return ""
        roles = (item.role for item in (pair.b, pair.a) if item is not None and item.shape is None)
        role = next(roles, "")
        return wording.safe(dtype_text(pair) or tr(_ROLES.get(role, role)), 60)

    def _parameters(self, row: int) -> str:
        count = self.tree.outline.parameters[row]
        return wording.count(count) if self.tree.outline.tensors[row] else ""

    def _figure(self, row: int, column: int) -> str:
        distance = self.tree.distances.get(row)
        if distance is None:
            return "≈ 100 %" if column == PairColumn.EQUAL and self._hint(row) else ""
        if column == PairColumn.EQUAL:
            return wording.share(distance.equal, distance.numel)
        value = getattr(distance, _FIELDS[column])
        if value is None or value != value:
            return ""
        return _cosine(value) if column == PairColumn.COSINE else f"{value:.3g}"


_FIELDS = {
    PairColumn.MAX_ABS: "max_abs",
    PairColumn.REL_L2: "rel_l2",
    PairColumn.COSINE: "cosine",
    PairColumn.EQUAL: "share_equal",
}
_MAKERS: dict[int, Callable[[PairCells, int], str]] = {
    PairColumn.KEY_A: PairCells._key_a,
    PairColumn.KEY_B: PairCells._key_b,
    PairColumn.SHAPE: PairCells._shape,
    PairColumn.DTYPE: PairCells._dtype,
    PairColumn.PARAMETERS: PairCells._parameters,
}


def counted_words(tree: PairTree) -> str:
    """All that differs in one line: `size mismatch: 2, same: 36`."""
    with_model = tree.comparison.b.kind == "model"
    counts = tree.counts()
    words = ((kind, words_of(kind, with_model=with_model)) for kind in KINDS if counts[kind])
    return wording.row_of([counted(counts[kind], said) for kind, said in words])


def _listed(keys: tuple[str, ...]) -> str:
    return wording.names([wording.safe(key) for key in keys])


def _cosine(value: float) -> str:
    """Six figures, for what is interesting is how far it is from 1; `1` only for what is."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    if abs(value) < 1 and text in ("1", "-1"):
        return ">0.999999" if value > 0 else "<-0.999999"
    return text


def _magnitude(value: float) -> float:
    """The power of ten of a relative difference; that of one without a measure counts as 1."""
    if not math.isfinite(value):
        return 0.0
    return math.log10(value) if value > 0 else -math.inf


def _known(distance: Distance | None, field: str) -> float | None:
    """NaN has no place in an order."""
    value = getattr(distance, field, None)
    return None if value is None or value != value else value
