"""Repeated blocks as one row: `layers.{0-47}` instead of 48 times the same.

Why this way: folding makes a new outline and leaves the old one as it is. A folded row is a row like any
other, so whatever draws, searches or exports an outline needs to know nothing of it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from .entries import Branch, Entry, Tensor, Value
from .outline import Outline

MAX_RANGES = 4
"""A label names so many ranges of numbers at most (`{0,2,4,…,46}`)."""


def fold(outline: Outline, unfolded: Collection[str] = ()) -> Outline:
    """An outline in which runs of like siblings with whole numbers for names are one row, `{0-47}`.

    Siblings are alike when their subtrees have the same labels, types, shapes, dtypes and values. The row
    and those below it show the first of them, while `tensors`, `parameters` and `nbytes` are of all of them;
    `blocks` tells which rows of `outline` they are, `origins` which row each row shows. A run whose folded key
    (`layers.{0-47}`) is in `unfolded` stays open. Runs inside of a folded block are folded too.
    """
    folding = _Folding(outline, unfolded)
    folding.walk()
    return folding.outline()


class _Folding:
    """One walk over the rows of an outline, in which those of repeated blocks are passed by."""

    def __init__(self, whole: Outline, unfolded: Collection[str]) -> None:
        self._whole = whole
        self._unfolded = unfolded
        self._likeness = _likeness(whole)
        self._runs: dict[int, tuple[str, tuple[int, ...]]] = {}
        """First row of a run -> its label and all its rows."""
        self._jumps: dict[int, int] = {}
        """The row after the first block of a run -> the row after its last."""
        self._rows: list[int] = []
        self._labels: list[str] = []
        self._keys: list[str] = []
        self._parents: list[int] = []
        self._factors: list[int] = []
        self._ends: list[int] = []
        self._blocks: dict[int, tuple[int, ...]] = {}

    def walk(self) -> None:
        number_of = {-1: -1}
        self._find_runs(-1, "")
        row = 0
        while row < len(self._whole):
            number_of[row] = self._add(row, number_of[self._whole.parents[row]])
            row += 1
            while row in self._jumps:  # no two runs have the same place: one that ends a block has a later sibling
                row = self._jumps.pop(row)

    def outline(self) -> Outline:
        whole, rows = self._whole, self._rows
        for number in range(len(rows) - 1, -1, -1):
            parent = self._parents[number]
            if parent >= 0:
                self._ends[parent] = max(self._ends[parent], self._ends[number])
        return Outline(
            labels=self._labels,
            depths=[whole.depths[row] for row in rows],
            ends=self._ends,
            parents=self._parents,
            entries=[whole.entries[row] for row in rows],
            tensors=self._times(whole.tensors),
            parameters=self._times(whole.parameters),
            nbytes=self._times(whole.nbytes),
            origins=rows,
            blocks=self._blocks,
        )

    def _times(self, sums: Sequence[int]) -> list[int]:
        return [sums[row] * factor for row, factor in zip(self._rows, self._factors, strict=True)]

    def _add(self, row: int, parent: int) -> int:
        """Adds a row; its number among those that are left."""
        number = len(self._rows)
        label, run = self._runs.get(row, (self._whole.labels[row], ()))
        key = _joined(self._keys[parent] if parent >= 0 else "", label)
        self._rows.append(row)
        self._labels.append(label)
        self._keys.append(key)
        self._parents.append(parent)
        self._factors.append((self._factors[parent] if parent >= 0 else 1) * max(1, len(run)))
        self._ends.append(number + 1)
        if run:
            self._blocks[number] = run
        if self._whole.ends[row] > row + 1:
            self._find_runs(row, key)
        return number

    def _find_runs(self, parent: int, key: str) -> None:
        run: list[int] = []
        for child in self._whole.children(parent):
            if not self._may_repeat(child):
                self._take(run, key)
                run = []
            elif run and self._likeness[child] == self._likeness[run[0]]:
                run.append(child)
            else:
                self._take(run, key)
                run = [child]
        self._take(run, key)

    def _may_repeat(self, row: int) -> bool:
        label = self._whole.labels[row]
        return self._whole.ends[row] > row + 1 and label.isascii() and label.isdecimal() and len(label) < 19

    def _take(self, run: list[int], key: str) -> None:
        if len(run) < 2:
            return
        label = _run_label([int(self._whole.labels[row]) for row in run])
        if _joined(key, label) not in self._unfolded:
            self._runs[run[0]] = (label, tuple(run))
            self._jumps[self._whole.ends[run[0]]] = self._whole.ends[run[-1]]


def _joined(key: str, label: str) -> str:
    return f"{key}.{label}" if key else label


def _run_label(numbers: list[int]) -> str:
    """`{0-47}`, `{0,2-5}`, `{0,2,4,…,46}`."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    if len(words) > MAX_RANGES:
        words[MAX_RANGES - 1 : -1] = ["…"]
    return f"{{{','.join(words)}}}"


def _likeness(outline: Outline) -> list[int]:
    """A number for each row; two rows have the same one when they and all below them are alike but for their names."""
    known: dict[Hashable, int] = {}
    likeness = [0] * len(outline)
    below: list[list[Hashable]] = [[] for _ in range(len(outline) + 1)]
    for row in range(len(outline) - 1, -1, -1):
        what = (_what(outline.entries[row]), tuple(below[row]))
        likeness[row] = known.setdefault(what, len(known))
        below[row] = []
        below[outline.parents[row]].append((outline.labels[row], likeness[row]))
    return likeness


def _what(entry: Entry | None) -> Hashable:
    if type(entry) is Tensor:
        extra = entry.extra
        parts = tuple((part.dtype, part.shape) for part in extra.parts)
        return (
            entry.dtype,
            entry.shape,
            entry.layout,
            entry.requires_grad,
            entry.damage,
            extra.subclass,
            extra.role,
            parts,
        )
    if type(entry) is Branch:
        return (entry.type, entry.kind, entry.attribute, entry.note, entry.damage)
    if type(entry) is Value:
        return (entry.type, type(entry.value), entry.value, entry.note)
    return None
