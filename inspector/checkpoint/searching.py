"""The part of a tree that matches a query, within a keystroke.

A query picks leaves: tensors, values, and branches that are empty. What holds of a branch's name or of a layer's
type holds for all that is in it. `found.rows` are these leaves with the branches they lie in, ready to be drawn.

Why this way: the keys of 100,000 rows are made once and kept with the outline; a word is then looked for by one
list comprehension (some 5 ms), and every further word only in what is left. The generator rests after each slice of
rows, so that a window can drop a search when the next key is pressed.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

from ..progress import Progress, finish
from .entries import Branch, Entry, Tensor, Value
from .layers import layer
from .outline import Outline
from .querying import Query, Term, glob_pattern, parse

SLICE = 20_000
"""Rows that are looked at between two rests: some 5 ms."""

Statistics = Mapping[str, Any]
"""Key -> what was measured of the tensor there, an `analysis.statistics.Statistics`."""


class Found(NamedTuple):
    """What a search left: `rows` in preorder, among them the `hits`, the leaves that match."""

    rows: Sequence[int]
    hits: Sequence[int]
    undecided: Sequence[int] = ()
    """Tensors that might match as well, but were not measured yet."""

    @property
    def unmeasured(self) -> int:
        """How many these are."""
        return len(self.undecided)


def matching(outline: Outline, query: str | Query, statistics: Statistics | None = None) -> Found:
    """The rows that `query` leaves of `outline`. Raises QueryError when it is not understood."""
    return finish(search(outline, query, statistics))


def search(
    outline: Outline, query: str | Query, statistics: Statistics | None = None
) -> Generator[Progress, None, Found]:
    """The same, resting after each slice of rows. Who does not ask on has cancelled."""
    alternatives = parse(query) if isinstance(query, str) else query
    leaves = outline.leaves
    if not alternatives:
        return Found(range(len(outline)), leaves)
    looking = _Looking(outline, statistics or {})
    filters = []
    for terms in alternatives:
        for term in terms:
            if term.field == "type":
                yield from _classify(outline)
        # Statistics last: what another term rules out need not be measured.
        filters.append([looking.filter(term) for term in sorted(terms, key=lambda term: term.field in _STATISTICS)])
    hits: list[int] = []
    for start in range(0, len(leaves), SLICE):
        hits += _pick(leaves[start : start + SLICE], filters)
        yield Progress(min(start + SLICE, len(leaves)), len(leaves), "rows")
    return Found(_with_ancestors(outline, hits), hits, sorted(looking.unmeasured.difference(hits)))


Filter = Callable[[list[int]], list[int]]


def _pick(rows: list[int], alternatives: list[list[Filter]]) -> list[int]:
    picked: list[list[int]] = []
    for filters in alternatives:
        left = rows
        for keep in filters:
            left = keep(left)
        picked.append(left)
    return picked[0] if len(picked) == 1 else sorted(set().union(*picked))


def _with_ancestors(outline: Outline, hits: Sequence[int]) -> list[int]:
    shown = bytearray(len(outline))
    parents = outline.parents
    for row in hits:
        shown[row] = 1
        parent = parents[row]
        while parent >= 0 and not shown[parent]:
            shown[parent] = 1
            parent = parents[parent]
    return list(compress(range(len(outline)), shown))


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class _Looking:
    """Filters for the terms of one search. A filter gets rows of leaves and gives those for which the term holds."""

    def __init__(self, outline: Outline, statistics: Statistics) -> None:
        self.outline = outline
        self.statistics = statistics
        self.unmeasured: set[int] = set()

    def filter(self, term: Term) -> Filter:
        if term.field in _STATISTICS:
            return self._by_statistics(term)
        keep = self._filter(term)
        if not term.negated:
            return keep

        def leave(rows: list[int]) -> list[int]:
            dropped = set(keep(rows))
            return [row for row in rows if row not in dropped]

        return leave

    def _filter(self, term: Term) -> Filter:
        if term.field == "name":
            return self._by_name(term)
        if term.field in ("dims", "params", "size"):
            return self._by_number(term)
        if term.field == "type":
            return self._by_type(str(term.operand))
        if term.field == "shared":
            shared = {row for rows in self.outline.sharing.values() for row in rows}
            return lambda rows: [row for row in rows if row in shared]
        entries, holds = self.outline.entries, _ENTRY_TESTS[term.field](term)
        return lambda rows: [row for row in rows if holds(entries[row])]

    def _by_name(self, term: Term) -> Filter:
        keys, word = self.outline.lowered_keys, str(term.operand)
        if term.operator == ":":
            return lambda rows: [row for row in rows if word in keys[row]]
        literal = word.strip("*")
        if word == f"*{literal}" and not any(mark in literal for mark in "*?[{"):
            within = f"{literal}."
            return lambda rows: [row for row in rows if (key := keys[row]).endswith(literal) or within in key]
        matches = glob_pattern(word).fullmatch
        return lambda rows: [row for row in rows if matches(keys[row])]

    def _by_number(self, term: Term) -> Filter:
        outline, compare, wanted = self.outline, _COMPARE[term.operator], term.operand
        if term.field == "dims":
            return self._tensors(lambda row, tensor: compare(len(tensor.shape), wanted))
        sums = outline.parameters if term.field == "params" else outline.nbytes
        return self._tensors(lambda row, tensor: compare(sums[row] // outline.tensors[row], wanted))

    def _by_statistics(self, term: Term) -> Filter:
        """What was not measured is neither what has NaN nor what has none: it is counted apart."""
        statistics, keys, test = self.statistics, self.outline.keys, _STATISTICS[term.field](term)

        def holds(row: int, tensor: Tensor) -> bool:
            measured = statistics.get(keys[row])
            if measured is None:
                self.unmeasured.add(row)
                return False
            return test(measured) != term.negated

        return self._tensors(holds)

    def _by_type(self, wanted: str) -> Filter:
        outline, words = self.outline, _LAYERS[self.outline]
        fits = glob_pattern(f"{wanted}*").fullmatch
        inside = bytearray(len(outline))
        for row, (entry, text) in enumerate(zip(outline.entries, words, strict=True)):
            if not inside[row] and _is_of_type(entry, text, fits):
                inside[row : outline.ends[row]] = b"\1" * (outline.ends[row] - row)
        return lambda rows: [row for row in rows if inside[row]]

    def _tensors(self, holds: Callable[[int, Tensor], bool]) -> Filter:
        entries = self.outline.entries
        return lambda rows: [row for row in rows if type(entry := entries[row]) is Tensor and holds(row, entry)]


# -- what is asked of one entry ----------------------------------------------------------------------

EntryTest = Callable[[Entry | None], bool]
StatisticsTest = Callable[[Any], bool]


def _of_dtype(term: Term) -> EntryTest:
    name = str(term.operand)
    if term.operator == "=":
        return lambda entry: type(entry) is Tensor and entry.dtype == name
    return lambda entry: type(entry) is Tensor and entry.dtype.lower().startswith(name)


def _of_shape(term: Term) -> EntryTest:
    wanted = term.operand
    if not isinstance(wanted, tuple):
        return lambda entry: type(entry) is Tensor and wanted in entry.shape
    if None not in wanted:
        return lambda entry: type(entry) is Tensor and entry.shape == wanted
    return lambda entry: (
        type(entry) is Tensor
        and len(entry.shape) == len(wanted)
        and all(size in (None, found) for size, found in zip(wanted, entry.shape, strict=True))
    )


def _on_device(term: Term) -> EntryTest:
    name = str(term.operand)
    return lambda entry: type(entry) is Tensor and entry.device.lower().startswith(name)


def _reading(term: Term) -> EntryTest:
    text = str(term.operand)
    return lambda entry: type(entry) is Value and text in _text(entry.value)


def _text(value: object) -> str:
    """A value as text in small letters; numbers too long for Python to write in decimals are left out."""
    try:
        return str(value).lower()
    except ValueError:
        return ""


def _damaged(entry: Entry | None) -> bool:
    if type(entry) is Tensor:
        return bool(entry.damage or (entry.storage and entry.storage.damage))
    return type(entry) is Branch and bool(entry.damage)


_ENTRY_TESTS: dict[str, Callable[[Term], EntryTest]] = {
    "dtype": _of_dtype,
    "shape": _of_shape,
    "device": _on_device,
    "value": _reading,
    "damaged": lambda term: _damaged,
    "trainable": lambda term: lambda entry: type(entry) is Tensor and entry.requires_grad,
}


def _of_statistic(term: Term) -> StatisticsTest:
    compare, wanted = _COMPARE[term.operator], term.operand
    name = {"min": "minimum", "max": "maximum"}.get(term.field, term.field)
    return lambda measured: compare(getattr(measured, name), wanted)


_STATISTICS: dict[str, Callable[[Term], StatisticsTest]] = {
    "nan": lambda term: lambda measured: measured.nans > 0,
    "inf": lambda term: lambda measured: measured.positive_infinities + measured.negative_infinities > 0,
    "zero": lambda term: lambda measured: measured.zeros == measured.count > 0,
    **dict.fromkeys(("mean", "std", "min", "max"), _of_statistic),
}

# -- layers, told once for each outline --------------------------------------------------------------

_LAYERS: weakref.WeakKeyDictionary[Outline, list[str]] = weakref.WeakKeyDictionary()


def _classify(outline: Outline) -> Iterator[Progress]:
    """Tells the layer of every row, for the first search by type."""
    if outline in _LAYERS:
        return
    words: list[str] = []
    for row in range(len(outline)):
        words.append(layer(outline, row))
        if row % (SLICE // 20) == 0:
            yield Progress(row, len(outline), "rows")
    _LAYERS[outline] = words


def _is_of_type(entry: Entry | None, layer_words: str, fits: Callable[[str], object]) -> bool:
    """Whether its layer's words, or its class with or without the module, fit."""
    if layer_words and fits(layer_words.lower()):
        return True
    if not isinstance(entry, (Branch, Value)):
        return False
    name = entry.type.lower()
    return bool(fits(name) or fits(name.rpartition(".")[2]))
