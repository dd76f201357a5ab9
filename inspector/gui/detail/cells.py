"""The cells of a picture: how a plane of any size is divided into them, and how blocks of values are folded in.

Why this way: a picture is never larger than a screen can show. Where one of its cells stands for several
values it keeps their mean, their minimum and their maximum, so that neither a single outlier nor a sign
is averaged away. Blocks are folded in one after the other: memory is bounded whatever the size. Beyond
`BUDGET` values only the first rows of each cell's stretch are read, and the picture says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..widgets.colour_scale import Floats

Values = NDArray[np.generic]

CELLS = 512
"""Cells of a picture along one side, at most."""
BUDGET = 1 << 26
"""Values of which a picture is made at most."""
_MOST_READS = 16_384
_LONG = 16
"""Up to so many neighbours in a row are joined column by column, more at a stretch."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Cells of a heat map or a line. All arrays have the shape [rows, columns]; NaN where nothing is finite."""

    mean: Floats
    low: Floats
    high: Floats
    unfit: NDArray[np.bool_]
    """Where a NaN or an Inf lies."""
    steps: tuple[int, int]
    """How many values of the tensor one cell stands for, down and across."""
    size: tuple[int, int]
    """How many values of the tensor the picture stands for, down and across."""
    sampled: int = 1
    """One of so many rows was read; 1 when all were."""

    @property
    def is_reduced(self) -> bool:
        return self.steps != (1, 1)

    def farthest(self) -> Floats:
        """Of each cell the value that is farthest from zero."""
        return np.where(np.abs(self.low) > np.abs(self.high), self.low, self.high)


class Folding:
    """The cells of a picture while blocks are folded into them."""

    def __init__(self, rows: int, columns: int) -> None:
        self.sum = np.zeros((rows, columns))
        self.count = np.zeros((rows, columns))
        self.low = np.full((rows, columns), np.inf)
        self.high = np.full((rows, columns), -np.inf)
        self.unfit = np.zeros((rows, columns), dtype=bool)

    def add(self, block: Floats, row: int, column: int, down: int, across: int) -> None:
        """Folds `down` by `across` values into each cell, the first of which is at (row, column)."""
        with np.errstate(over="ignore"):
            self._add(block, row, column, down, across)

    def _add(self, block: Floats, row: int, column: int, down: int, across: int) -> None:
        finite = np.isfinite(block)
        at = (slice(row, row + -(-block.shape[0] // down)), slice(column, column + -(-block.shape[1] // across)))
        if finite.all():
            self.count[at] += np.outer(_extents(block.shape[0], down), _extents(block.shape[1], across))
            self.sum[at] += _folded(np.add, block, down, across)
            self.low[at] = np.minimum(self.low[at], _folded(np.minimum, block, down, across))
            self.high[at] = np.maximum(self.high[at], _folded(np.maximum, block, down, across))
            return
        self.unfit[at] |= _folded(np.logical_or, ~finite, down, across)
        self.count[at] += _folded(np.add, finite.astype(np.float64), down, across)
        self.sum[at] += _folded(np.add, np.where(finite, block, 0.0), down, across)
        self.low[at] = np.minimum(self.low[at], _folded(np.minimum, np.where(finite, block, np.inf), down, across))
        self.high[at] = np.maximum(self.high[at], _folded(np.maximum, np.where(finite, block, -np.inf), down, across))

    def picture(self, steps: tuple[int, int], size: tuple[int, int], sampled: int) -> Picture:
        empty = self.count == 0
        mean = np.divide(self.sum, self.count, out=np.full(self.sum.shape, np.nan), where=~empty)
        self.low[empty] = self.high[empty] = np.nan
        mean = np.clip(mean, self.low, self.high)  # a sum may leave what a float can hold
        return Picture(mean, self.low, self.high, self.unfit, steps, size, sampled)


def _folded(ufunc: np.ufunc, block: Values, down: int, across: int) -> Values:
    """`block` with each `down` by `across` values made one; what is left over at the edges makes a cell too."""
    # Rows first: they are joined a whole row at a time, and leave less to be joined across. (`ufunc.reduceat`
    # would do both in a line, and takes twenty times as long.)
    return _across(ufunc, _down(ufunc, block, down), across)


def _down(ufunc: np.ufunc, block: Values, step: int) -> Values:
    if step == 1:
        return block
    whole = len(block) // step * step
    parts = [ufunc.reduce(block[:whole].reshape(-1, step, block.shape[1]), axis=1)]
    if whole < len(block):
        parts.append(ufunc.reduce(block[whole:], axis=0, keepdims=True))
    return np.concatenate(parts)


def _across(ufunc: np.ufunc, block: Values, step: int) -> Values:
    if step == 1:
        return block
    whole = block.shape[1] // step * step
    if step <= _LONG:
        parts = [reduce(ufunc, (block[:, start:whole:step] for start in range(step)))]
    else:
        parts = [ufunc.reduce(block[:, :whole].reshape(len(block), -1, step), axis=2)]
    if whole < block.shape[1]:
        parts.append(ufunc.reduce(block[:, whole:], axis=1, keepdims=True))
    return np.concatenate(parts, axis=1)


def _extents(length: int, step: int) -> Floats:
    """How many of `length` values fall into each cell of `step`."""
    return np.minimum(step, length - np.arange(0, length, step)).astype(np.float64)


class Grid(NamedTuple):
    """How a plane is divided into cells: values per cell, and how many of these are read, down and across."""

    down: int
    across: int
    taken_down: int
    taken_across: int


def grid(height: int, width: int, cells: int) -> Grid:
    """Cells for a plane of `height` by `width` values, of which no more than about BUDGET are to be read."""
    down, across = -(-height // cells), -(-width // cells)
    if height * width <= BUDGET:
        return Grid(down, across, down, across)
    rows = -(-height // down)
    taken_down = max(1, min(down, BUDGET // (rows * width)))
    if rows * taken_down * width <= 2 * BUDGET:
        return Grid(down, across, taken_down, across)
    # Even a row for each cell is too much. Each stretch of columns is a read by itself: fewer, wider cells.
    across = max(across, -(-width // max(64, _MOST_READS // rows)))
    return Grid(down, across, 1, max(1, min(across, BUDGET // (rows * -(-width // across)))))
