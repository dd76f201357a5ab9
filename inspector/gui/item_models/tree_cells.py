"""What stands in each cell of the key tree: an entry, its sums and its statistics as words.

Texts are made when a cell is first painted, and kept; statistics are asked for anew, as they arrive late.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from ... import wording
from ...checkpoint.entries import Branch, Tensor, Value
from ...checkpoint.outline import Outline
from ...language import marked, tr
from ..theme import Meaning
from .flat_tree import Heading

if TYPE_CHECKING:
    from ...analysis.statistics import Statistics


_LOWEST = 0.08
_MERGED = 200
"""Statistics of so many blocks are merged for one row at most, while it is painted."""


class Column(IntEnum):
    """The columns, in the order in which they stand at first."""

    KEY = 0
    LAYER = 1
    SHAPE = 2
    DTYPE = 3
    PARAMETERS = 4
    SIZE = 5
    HISTOGRAM = 6
    MEAN = 7
    STD = 8
    MINIMUM = 9
    MAXIMUM = 10
    FLAGS = 11


HEADINGS = (
    Heading(marked("Key"), marked("The name in the file; branches sum up what is in them"), 36),
    Heading(marked("Layer"), marked("The layer's type, read off its shapes or from the module itself"), 21),
    Heading(marked("Shape or value"), marked("The shape of a tensor, the value of anything else"), 18),
    Heading(marked("Type"), marked("The dtype of a tensor, the Python type of anything else"), 13),
    Heading(marked("Parameters"), marked("How many numbers it has"), 13),
    Heading(marked("Size"), marked("How many bytes these numbers take"), 10),
    Heading(marked("Histogram"), marked("How the values are spread, from minimum to maximum"), 14),
    Heading(
        marked("Mean"),
        marked("The mean of the finite values; for branches without counters and other whole numbers"),
        10,
    ),
    Heading(marked("Std"), marked("Their standard deviation"), 10),
    Heading(marked("Min"), marked("The smallest finite value"), 10),
    Heading(marked("Max"), marked("The largest finite value"), 10),
    Heading(marked("Flags"), marked("! NaN, Inf or damage; shared storage; buffers"), 16),
)
RIGHT_ALIGNED = frozenset((Column.PARAMETERS, Column.SIZE, Column.MEAN, Column.STD, Column.MINIMUM, Column.MAXIMUM))
_FIELDS = {Column.MEAN: "mean", Column.STD: "std", Column.MINIMUM: "minimum", Column.MAXIMUM: "maximum"}


class Cells:
    """The cells of one outline. `statistics` maps an origin to what was measured, and grows meanwhile."""

    def __init__(
        self,
        outline: Outline,
        statistics: Mapping[int, Statistics],
        flagged: Mapping[int, str],
        layer_word: Callable[[Outline, int], str],
        damaged: Collection[int] = (),
    ) -> None:
        self.outline = outline
        self.statistics = statistics
        self.flagged = flagged
        """Origin -> what is wrong in it or below it (`NaN`, `Inf`), as far as it was measured."""
        self.damaged = damaged
        """The origins of branches with something broken in them."""
        self._layer_word = layer_word
        self._texts: dict[tuple[int, int], str] = {}
        self._bars: dict[int, tuple[float, ...]] = {}
        self._merged: dict[int, Statistics] = {}
        self._is_many = _rows_for_many(outline)

    def text(self, row: int, column: Column) -> str:
        """What stands in the cell of an outline's row."""
        if column in _FIELDS:
            return self._statistic(row, _FIELDS[column])
        if column == Column.HISTOGRAM:
            return ""
        if column == Column.FLAGS:
            return self.flags(row)
        found = self._texts.get((row, column))
        if found is None:
            found = self._texts[row, column] = _MAKERS[column](self, row)
        return found

    def key(self, row: int) -> str:
        return wording.safe(self.outline.key(row))

    def flags(self, row: int) -> str:
        """The marks of a row, those that matter most first: `! NaN`, `! damaged`, `shared`, `buffer`."""
        entry = self.outline.entries[row]
        marks = [f"{Meaning.DAMAGED.symbol} {wrong}" for wrong in self._wrongs(row, entry)]
        if type(entry) is Tensor:
            if self.outline.shared_with(row):
                marks.append(tr("shared"))
            if "buffer" in entry.extra.role:
                marks.append(tr(entry.extra.role))
        return wording.row_of(marks)

    def is_wrong(self, row: int) -> bool:
        """Whether a row carries the sign of NaN, Inf or damage."""
        entry = self.outline.entries[row]
        origin = self.outline.origins[row]
        return origin in self.flagged or origin in self.damaged or bool(getattr(entry, "damage", ""))

    def members(self, row: int) -> list[int]:
        """The origins that a row stands for: several in a folded block, else one."""
        if not self._is_many[row]:
            return [self.outline.origins[row]]
        members = [self.outline.origins[row]]
        above = row
        while above >= 0:
            blocks = self.outline.blocks.get(above, ())
            members = [origin + block - blocks[0] for block in blocks for origin in members] if blocks else members
            above = self.outline.parents[above]
        return members

    def statistics_of(self, row: int) -> Statistics | None:
        """The statistics of a row, those of all its blocks merged; None while one of them is unknown."""
        if not self._is_many[row]:
            return self.statistics.get(self.outline.origins[row])
        if row not in self._merged:
            members = self.members(row)
            parts = [found for origin in members[:_MERGED] if (found := self.statistics.get(origin)) is not None]
            if len(parts) < len(members):
                return None
            from ...analysis.statistics import merge_all

            self._merged[row] = merge_all(parts)
        return self._merged[row]

    def bars(self, row: int, count: int) -> tuple[float, ...]:
        """The heights of a small histogram, 0 to 1; empty while there is none."""
        found = self._bars.get(row)
        if found is None:
            statistics = self.statistics_of(row)
            if statistics is None:
                return ()
            found = self._bars[row] = _heights(statistics, count)
        return found

    def sort_value(self, column: Column) -> Callable[[int], Any]:
        """The function that gives for a row what to sort it by (None: unknown)."""
        if column in _FIELDS:
            return lambda row: _finite(getattr(self.statistics_of(row), _FIELDS[column], None))
        if column == Column.HISTOGRAM:
            return lambda row: _finite(getattr(self.statistics_of(row), "std", None))
        if column == Column.PARAMETERS:
            return lambda row: self.outline.parameters[row]
        if column == Column.SIZE:
            return lambda row: self.outline.nbytes[row]
        return lambda row: self.text(row, column) or None

    def tip(self, row: int, column: Column) -> str:
        """The whole of what a cell may have cut off."""
        entry = self.outline.entries[row]
        if column == Column.KEY:
            notes = [getattr(entry, "damage", ""), getattr(entry, "note", "")]
            return "\n".join([self.key(row), *(wording.safe(note, 500) for note in notes if note)])
        if column == Column.FLAGS and (damage := getattr(entry, "damage", "")):
            return wording.safe(damage, 500)
        return self.text(row, column)

    def _wrongs(self, row: int, entry: object) -> list[str]:
        origin = self.outline.origins[row]
        wrongs = [self.flagged[origin]] if origin in self.flagged else []
        if getattr(entry, "damage", ""):
            return [*wrongs, tr("damaged")]
        return [*wrongs, tr("damage inside")] if origin in self.damaged else wrongs

    def _statistic(self, row: int, field: str) -> str:
        statistics = self.statistics_of(row)
        return _figure(getattr(statistics, field)) if statistics is not None and statistics.finite else ""

    def _label(self, row: int) -> str:
        return wording.safe(self.outline.labels[row]) or tr("(empty name)")

    def _layer(self, row: int) -> str:
        return wording.safe(self._layer_word(self.outline, row), 80)

    def _shape(self, row: int) -> str:
        entry = self.outline.entries[row]
        if type(entry) is Tensor:
            return wording.shape(entry.shape)
        if type(entry) is Value:
            return _value(entry)
        return ""

    def _dtype(self, row: int) -> str:
        entry = self.outline.entries[row]
        if type(entry) is Tensor:
            return wording.safe(entry.dtype, 40)
        if isinstance(entry, (Value, Branch)):
            return wording.safe(entry.type.rpartition(".")[2], 40)
        return ""

    def _parameters(self, row: int) -> str:
        return wording.count(self.outline.parameters[row]) if self.outline.tensors[row] else ""

    def _size(self, row: int) -> str:
        return wording.size(self.outline.nbytes[row]) if self.outline.tensors[row] else ""


_MAKERS: dict[int, Callable[[Cells, int], str]] = {
    Column.KEY: Cells._label,
    Column.LAYER: Cells._layer,
    Column.SHAPE: Cells._shape,
    Column.DTYPE: Cells._dtype,
    Column.PARAMETERS: Cells._parameters,
    Column.SIZE: Cells._size,
}


class ByKey(Mapping[str, Any]):
    """The statistics of an outline's rows by their keys, as the search asks for them."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def __getitem__(self, key: str) -> Statistics:
        row = self._cells.outline.row(key)
        found = self._cells.statistics_of(row) if row is not None else None
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._cells.outline.keys if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return True  # who asks whether there are any should not wait until all are counted


def _rows_for_many(outline: Outline) -> bytearray:
    """For each row whether it stands for several: it is a folded block, or in one."""
    many = bytearray(len(outline))
    for row in outline.blocks:
        many[row : outline.ends[row]] = b"\1" * (outline.ends[row] - row)
    return many


def _value(entry: Value) -> str:
    """A value in one line: numbers and short texts as Python writes them."""
    value = entry.value
    if isinstance(value, str) and entry.type not in ("str", "builtins.str"):
        return wording.safe(value, 120)
    if isinstance(value, (str, bytes)):
        return wording.safe(repr(value[:200]), 120)
    return wording.safe(repr(value), 120) if not isinstance(value, int) or abs(value) < 10**60 else tr("a huge number")


def _figure(value: float | int) -> str:
    """A statistic in three figures, whole numbers and thousands as they are; what cannot be said is empty."""
    if value != value:
        return ""
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"


def _heights(statistics: Statistics, bars: int) -> tuple[float, ...]:
    """The counts of a histogram as so many heights, the highest 1; what is not empty can be seen."""
    counts = statistics.histogram.counts if statistics.histogram else ()
    if not counts:
        return ()
    if len(counts) == 1:
        return tuple(float(bar == bars // 2) for bar in range(bars))
    sums = [_stretch(counts, bar / bars, (bar + 1) / bars) for bar in range(bars)]
    highest = max(sums)
    return tuple(max(one / highest, _LOWEST) if one else 0.0 for one in sums)


def _stretch(counts: Sequence[int], start: float, end: float) -> float:
    """What the shares `start` to `end` of the bins hold, a bin that is cut counting in part."""
    low, high = start * len(counts), end * len(counts)
    first, last = int(low), min(int(high), len(counts) - 1)
    if first == last:
        return counts[first] * (high - low)
    return counts[first] * (first + 1 - low) + sum(counts[first + 1 : last]) + counts[last] * (high - last)


def _finite(value: float | None) -> float | None:
    """NaN has no place in an order."""
    return None if value is None or value != value else value
