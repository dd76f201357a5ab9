"""Where a tensor changed: a picture of |a - b| of bounded size, and how far each output channel went.

    picture = finish(mapping(before, after))
    picture.mean      [rows, columns], each cell the mean |a - b| of the elements that fall into it
    picture.by_channel

The tensor is seen as a matrix: its first dimension, the output channels of a layer, downwards, and all others across;
a tensor of one dimension is one column. Places where one of the two is not finite are left out of the means.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..checkpoint.arrays import Elements, number_blocks
from ..checkpoint.decoding import Array
from ..checkpoint.entries import Tensor
from ..progress import Progress
from .differences import wide
from .pairing import in_step, numbers_in_one, refuse_what_has_no_distance

CELLS = 256
"""Rows and columns of a picture at most."""
MOST_CHANNELS = 65_536
"""Channels that are told one by one."""

Picture = NDArray[np.float64]


class Changes(NamedTuple):
    """Where two tensors differ."""

    mean: Picture
    """The mean |a - b| of the elements in each cell, [rows, columns]; nan in a cell without a finite pair."""
    most: Picture
    """The largest |a - b| in each cell, [rows, columns]; nan likewise."""
    row_edges: tuple[int, ...]
    """The channels at which rows begin, and the number of all: [rows + 1]."""
    column_edges: tuple[int, ...]
    """The same for the elements of a channel: [columns + 1]."""
    by_channel: Picture
    """|a - b| / |a| of each output channel, [channels]; infinite where a is zero. Empty for more than 65,536."""


def mapping(a: Tensor, b: Tensor, rows: int = CELLS, columns: int = CELLS) -> Generator[Progress, None, Changes]:
    """The picture, of at most `rows` times `columns` cells.

    Raises InspectorError for tensors of two shapes, and FileError for what cannot be read or is no number.
    """
    refuse_what_has_no_distance(a, b)
    for tensor in (a, b):
        Elements(tensor)  # refuses sizes and places that cannot be
    channels = a.shape[0] if a.shape else 1
    numel = a.numel * numbers_in_one(a)
    drawing = _Drawing(channels, numel // channels if channels else 0, rows, columns)
    place = 0
    for block_a, block_b in in_step(number_blocks(a), number_blocks(b)):
        drawing.add(place, wide(block_a), wide(block_b))
        place += block_a.size
        yield Progress(place, numel, "elements")
    return drawing.changes()


class _Drawing:
    """A picture of which a stretch of elements after the other is drawn."""

    def __init__(self, channels: int, across: int, rows: int, columns: int) -> None:
        self._across = across
        self._rows, self._columns = _edges(channels, rows), _edges(across, columns)
        shape = (len(self._rows) - 1, len(self._columns) - 1)
        self._sums, self._most, self._counts = np.zeros(shape), np.full(shape, -np.inf), np.zeros(shape)
        self._squares = np.zeros((2, channels if channels <= MOST_CHANNELS else 0))
        """Of the change and of a, for each channel."""

    @np.errstate(all="ignore")
    def add(self, place: int, a: Array, b: Array) -> None:
        """Draws the elements from `place` on: the end of a row, whole rows, and the beginning of one."""
        change = np.abs(a - b)
        sizes = np.abs(a)
        while change.size:
            row, column = divmod(place, self._across)
            width = min(self._across - column, change.size)
            height = change.size // width if width == self._across else 1
            size = width * height
            self._add_rows(row, column, change[:size].reshape(height, width), sizes[:size].reshape(height, width))
            change, sizes, place = change[size:], sizes[size:], place + size

    def _add_rows(self, row: int, column: int, change: Array, sizes: Array) -> None:
        finite = np.isfinite(change)
        down, across = _cells(self._rows, row, change.shape[0]), _cells(self._columns, column, change.shape[1])
        at = np.ix_(down.cells, across.cells)
        self._counts[at] += _reduced(np.add, finite.astype(np.float64), down, across)
        self._sums[at] += _reduced(np.add, np.where(finite, change, 0), down, across)
        self._most[at] = np.maximum(
            self._most[at], _reduced(np.maximum, np.where(finite, change, -np.inf), down, across)
        )
        if self._squares.size:
            for squares, numbers in zip(self._squares, (change, sizes)):
                squares[row : row + len(change)] += np.square(np.where(finite, numbers, 0)).sum(axis=1)

    @np.errstate(all="ignore")
    def changes(self) -> Changes:
        """The picture as far as it is drawn."""
        most = np.where(self._counts > 0, self._most, np.nan)
        change, size = np.sqrt(self._squares)
        by_channel = np.where(change > 0, change / size, 0.0)
        return Changes(self._sums / self._counts, most, self._rows, self._columns, by_channel)


class _Cells(NamedTuple):
    """The cells that a stretch of rows or columns falls into, and where in the stretch each begins."""

    cells: Array
    starts: Array


def _cells(edges: tuple[int, ...], first: int, size: int) -> _Cells:
    low, high = np.searchsorted(edges, [first, first + size - 1], side="right") - 1
    starts = np.maximum(np.array(edges[low : high + 1]) - first, 0)
    return _Cells(np.arange(low, high + 1), starts)


def _reduced(operation: np.ufunc, numbers: Array, down: _Cells, across: _Cells) -> Array:
    by_column: Array = operation.reduceat(numbers, down.starts, axis=0)  # whole rows at a time, so this comes first
    cells: Array = operation.reduceat(by_column, across.starts, axis=1)
    return cells


def _edges(length: int, most: int) -> tuple[int, ...]:
    """Where at most `most` parts of about the same length begin, and where the last ends."""
    parts = min(length, most)
    return tuple(length * part // parts for part in range(parts + 1)) if parts else (0,)
