"""The rows of layers by epochs: all weights, modules, layers and tensors as a flat tree in preorder.

Why this way: a training may have 50 checkpoints of 1,000 layers. So the tree is made once, of plain lists; and of each
checkpoint one column of figures is worked out for all rows at once, with numpy, beside the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...series.figures import LEARNED, Figures, Frame, Series, layer_of
from ...series.merging import Table
from .measures import NAMES

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ALL, MODULE, LAYER, TENSOR = "all", "module", "layer", "tensor"
MOST_TENSORS = 200_000
"""Of larger models only layers have rows."""
MOST_OPEN = 36
"""The tree is opened level by level as long as it has no more rows than this."""
_FEW = 20
"""A tree of no more rows than this is all open."""
_DEEPEST = 60
"""What lies deeper stands as deep."""
_FIELDS = Figures._fields
_AT = {name: place for place, name in enumerate(_FIELDS)}


@dataclass(frozen=True, slots=True, eq=False)
class LayerRows:
    """The tree. Row 0 is all weights; the rows below row r are r + 1 to `ends[r]` - 1."""

    keys: tuple[str, ...]
    """The module path or the key of each row; empty for all weights."""
    kinds: tuple[str, ...]
    """`ALL`, `MODULE` (its own layers below it), `LAYER`, `TENSOR`."""
    depths: tuple[int, ...]
    parents: tuple[int, ...]
    ends: tuple[int, ...]
    learned: tuple[bool, ...]
    """Whether something is learned in it."""
    sources: tuple[tuple[int, int], ...]
    """(row of a layer, row of a module above it or with its name), for every such pair."""

    def __len__(self) -> int:
        return len(self.keys)

    def label(self, row: int) -> str:
        """What stands in the row: the key without that of the row above."""
        key, above = self.keys[row], self.keys[self.parents[row]] if row else ""
        return key[len(above) + 1 :] if above else key

    def row_of(self, key: str) -> int:
        """The first row with this key; -1 where there is none."""
        return self.keys.index(key) if key in self.keys else -1

    def rows_of(self, keys: Iterable[str]) -> frozenset[int]:
        """The rows with these keys, but for that of all weights."""
        wanted = set(keys)
        return frozenset(row for row, key in enumerate(self.keys) if row and key in wanted)

    def has_children(self, row: int) -> bool:
        return self.ends[row] > row + 1

    def opened_first(self) -> frozenset[int]:
        """The rows that are open at first: level by level, as long as all fits on a screen. Layers stay closed."""
        if len(self) <= _FEW:
            return frozenset(row for row in range(len(self)) if self.has_children(row))
        opened = {0}
        level = [row for row in range(1, len(self)) if self.parents[row] == 0]
        seen = len(level) + 1
        while level:
            inner = [row for row in level if self.kinds[row] == MODULE and self.has_children(row)]
            deeper = [row for each in inner for row in range(each + 1, self.ends[each]) if self.parents[row] == each]
            if not deeper or seen + len(deeper) > MOST_OPEN:
                break
            opened |= set(inner)
            level, seen = deeper, seen + len(deeper)
        return frozenset(opened)

    def shown(self, opened: frozenset[int]) -> list[int]:
        """The rows to be seen while these are open."""
        found, row, ends, count = [], 0, self.ends, len(self)
        while row < count:
            found.append(row)
            row = row + 1 if row in opened else ends[row]  # the end of a row with nothing below it is the next one
        return found

    def above(self, row: int) -> list[int]:
        """The rows that have to be open so that this one is seen."""
        found = []
        while row > 0:
            row = self.parents[row]
            found.append(row)
        return found


class Column(NamedTuple):
    """What one checkpoint says in each row."""

    values: dict[str, NDArray[np.float32]]
    """Measure -> [rows]; NaN where nothing can be said."""
    kept: Bools
    """Rows that are bit for bit what they were in the frame before."""
    unfit: Bools
    """Rows with NaN, infinities, or with a tensor that could not be measured."""


def rows_of(keys: Sequence[str], layers: Iterable[str], kinds: Mapping[str, str]) -> LayerRows:
    """The tree of these tensors and the layers they lie in."""
    known = set(layers)
    tensors = keys if len(keys) <= MOST_TENSORS else ()
    below: dict[str, dict[str, None]] = {"": {}}
    own: dict[str, list[str]] = {}
    for layer in layers:
        _hang(below, layer)
    for key in tensors:
        own.setdefault(layer_of(key), []).append(key)
    learning = {layer_of(key) for key, kind in kinds.items() if kind == LEARNED}
    return _Planting(known, below, own, learning, kinds).planted()


def _hang(below: dict[str, dict[str, None]], path: str) -> None:
    """Puts a module below the one that it lies in, and that below its own."""
    parts, above = path.split(".") if path else [], ""
    for depth in range(1, min(len(parts), _DEEPEST) + 1):
        name = path if depth == _DEEPEST else ".".join(parts[:depth])
        below[above].setdefault(name)
        below.setdefault(name, {})
        above = name


class _Planting:
    """Walks the modules in preorder and writes the rows down."""

    def __init__(
        self, known: set[str], below: dict[str, dict[str, None]], own: dict[str, list[str]], learning: set[str],
        kinds: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._known, self._below, self._own, self._learning, self._kinds = known, below, own, learning, kinds
        self._rows: list[list[Any]] = []
        self._sources: list[tuple[int, int]] = []

    def planted(self) -> LayerRows:
        self._plant("", ALL, 0, 0, [])
        keys, kinds, depths, parents, ends, learned = zip(*self._rows)
        return LayerRows(keys, kinds, depths, parents, ends, learned, tuple(self._sources))

    def _plant(self, path: str, kind: str, depth: int, parent: int, above: list[int]) -> None:
        row = self._add(path, kind, depth, parent, False)
        modules = self._below[path]
        is_layer = path in self._known
        if is_layer and kind == MODULE:  # a layer with others in it: its own tensors count with theirs
            self._sources.append((row, row))
        for key in self._own.get(path, ()) if is_layer else ():
            self._add(key, TENSOR, depth + 1, row, self._kinds.get(key) == LEARNED)
        for module in modules:
            inner = MODULE if self._below[module] else LAYER
            self._plant(module, inner, depth + 1, row, [*above, row])
        self._rows[row][4] = len(self._rows)
        self._rows[row][5] = any(bool(each[5]) for each in self._rows[row + 1 :]) or path in self._learning
        if is_layer:
            self._sources.extend((row, each) for each in above[1:])

    def _add(self, key: str, kind: str, depth: int, parent: int, learned: bool) -> int:
        self._rows.append([key, kind, depth, parent, len(self._rows) + 1, learned])
        return len(self._rows) - 1


def frozen_rows(series: Series, rows: LayerRows) -> frozenset[int]:
    """The rows of tensors that are bit for bit the same in all frames, and of layers in which all learned ones are."""
    if not series.frozen:
        return frozenset()
    same = {LAYER: series.frozen_layers(), TENSOR: frozenset(series.frozen)}
    nothing: frozenset[str] = frozenset()
    found = (kind in same and key in same.get(kind, nothing) for key, kind in zip(rows.keys, rows.kinds))
    return frozenset(row for row, is_frozen in enumerate(found) if is_frozen)


def column_of(frame: Frame, rows: LayerRows) -> Column:
    """The figures of one frame in all rows. Modules have those of all their layers together."""
    numbers = np.full((len(rows), len(_FIELDS)), np.nan)
    numbers[:, [_AT[name] for name in ("numel", "zeros", "nans", "infinities", "kept", "refused")]] = 0
    if not frame.problem:
        numbers[0] = frame.whole
        for kind, table in ((TENSOR, frame.tensors), (LAYER, frame.layers), (MODULE, frame.layers)):
            _fill(numbers, [row for row, each in enumerate(rows.kinds) if each == kind], rows, table)
        _add_up(numbers, rows)
    return Column(_measured(numbers), _kept(numbers), _unfit(numbers))


def _fill(numbers: Floats, at: list[int], rows: LayerRows, figures: Mapping[str, Figures]) -> None:
    """Puts the figures of these rows in their places, where there are any."""
    places = {key: place for place, key in enumerate(figures)}
    there = [(row, place) for row in at if (place := places.get(rows.keys[row])) is not None]
    if there:
        known = (
            figures.numbers if isinstance(figures, Table) else [value for each in figures.values() for value in each]
        )
        to, of = np.array(there).T
        numbers[to] = np.asarray(known, np.float64).reshape(-1, len(_FIELDS))[of]


def _add_up(numbers: Floats, rows: LayerRows) -> None:
    """The figures of modules that have others in them, from those of their layers."""
    if not rows.sources:
        return
    layers, modules = np.array(rows.sources).T
    parts, there = numbers[layers].copy(), np.unique(modules)
    sums = np.zeros_like(numbers)
    for name in ("numel", "zeros", "nans", "infinities", "kept", "refused"):
        np.add.at(sums[:, _AT[name]], modules, parts[:, _AT[name]])
    for name in ("norm", "update", "norm_before", "update_before", "away", "norm_first"):
        _root(sums[:, _AT[name]], modules, parts[:, _AT[name]])
    _sum(sums[:, _AT["along"]], modules, parts[:, _AT["along"]])
    _spread(sums, modules, parts)
    numbers[there] = sums[there]


def _root(into: Floats, modules: NDArray[np.int64], values: Floats) -> None:
    with np.errstate(over="ignore"):
        _sum(into, modules, values * values)
    np.sqrt(into, out=into)


def _sum(into: Floats, modules: NDArray[np.int64], values: Floats) -> None:
    """Sums of what is known; NaN where nothing is."""
    known = ~np.isnan(values)
    count = np.zeros_like(into)
    np.add.at(into, modules[known], values[known])
    np.add.at(count, modules[known], 1)
    into[count == 0] = np.nan


def _spread(sums: Floats, modules: NDArray[np.int64], parts: Floats) -> None:
    """Means and deviations, merged as those of groups of numbers are (Chan)."""
    finite = parts[:, _AT["numel"]] - parts[:, _AT["nans"]] - parts[:, _AT["infinities"]]
    means = np.nan_to_num(parts[:, _AT["mean"]])
    count, total = np.zeros(len(sums)), np.zeros(len(sums))
    np.add.at(count, modules, finite)
    np.add.at(total, modules, finite * means)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        sums[:, _AT["mean"]] = total / count
        squares = np.zeros(len(sums))
        apart = means - sums[modules, _AT["mean"]]
        np.add.at(squares, modules, parts[:, _AT["deviation"]] ** 2 + finite * apart * apart)
        sums[:, _AT["deviation"]] = np.sqrt(squares)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _measured(numbers: Floats) -> dict[str, NDArray[np.float32]]:
    """The measures by their formulas in `series.figures.Figures`, for all rows at once."""
    of = {name: numbers[:, place] for name, place in _AT.items()}
    finite = of["numel"] - of["nans"] - of["infinities"]
    size = of["update"] * of["update_before"]
    found = {
        "relative": _ratio(of["update"], of["norm_before"]),
        "norm": of["norm"],
        "mean": of["mean"],
        "std": np.where(finite > 1, of["deviation"] / np.sqrt(np.maximum(finite - 1, 1)), np.nan),
        "drift": _ratio(of["away"], of["norm_first"]),
        "sparsity": np.where(of["numel"] > 0, of["zeros"] / of["numel"], np.nan),
        "turn": np.where((size > 0) & np.isfinite(size), np.clip(of["along"] / size, -1, 1), np.nan),
    }
    return {name: found[name].astype(np.float32) for name in NAMES}


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.where(part == 0, 0.0, part / whole)


def _kept(numbers: Floats) -> Bools:
    numel = numbers[:, _AT["numel"]]
    kept: Bools = (numel > 0) & (numel == numbers[:, _AT["kept"]]) & (numbers[:, _AT["refused"]] == 0)
    return kept


def _unfit(numbers: Floats) -> Bools:
    bad: Bools = (numbers[:, _AT["nans"]] + numbers[:, _AT["infinities"]] + numbers[:, _AT["refused"]]) > 0
    return bad
