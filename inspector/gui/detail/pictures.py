"""Which pictures a tensor offers by its shape, and how each is read: generators that give frozen pictures.

    offers(shape)            the kinds of picture that make sense, the best one first
    read_map(...)            two axes of any tensor as a heat map
    read_filters(...)        a page of convolution filters side by side
    read_image(...)          a tensor looked at as an RGB or grey picture
    read_series(...)         one axis as a line

Why this way: a picture is never larger than a screen can show. Where one of its cells stands for several
values it keeps their mean, their minimum and their maximum, so that neither a single outlier nor a sign
is averaged away. Blocks of about a million values are read and folded one after the other: memory is
bounded whatever the size. Beyond `BUDGET` values only the first rows of each cell's stretch are read, and
the picture says so.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...checkpoint.entries import Tensor
from ...progress import Progress
from ..widgets.colour_scale import Floats, shares

Index = tuple[int | slice, ...]
Reader = Callable[[Tensor, Index], NDArray[np.generic]]
"""Reads part of a tensor: one int or slice per dimension (`inspector.checkpoint.arrays.read`)."""

CELLS = 512
"""Cells of a picture along one side, at most."""
BLOCK = 1 << 20
"""Values that are read at a time, about."""
BUDGET = 1 << 26
"""Values of which a picture is made at most."""
FILTERS = 256
"""Filters on one page, at most."""
_MOST_READS = 16_384
_SMALLEST_IMAGE = 8


class Kind(Enum):
    """A way to look at a tensor; the value is its name for a person."""

    SERIES = "Line"
    MAP = "Heat map"
    FILTERS = "Filters"
    IMAGE = "Image"


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


@dataclass(frozen=True, slots=True)
class Gallery:
    """A page of filters. `values` is [filters, height, width], or [filters, 3, height, width] in colour."""

    values: Floats
    first: int
    """The number of the first filter on the page."""
    total: int

    @property
    def in_colour(self) -> bool:
        return self.values.ndim == 4


@dataclass(frozen=True, slots=True)
class Image:
    """A tensor as a picture: `pixels` is uint8 [height, width, 3], `values` what was read [height, width, 1 or 3]."""

    pixels: NDArray[np.uint8]
    values: Floats
    steps: tuple[int, int]
    words: str
    """How values became colours."""


def offers(shape: Sequence[int]) -> list[Kind]:
    """The kinds of picture that make sense for a shape, the most telling first; none for a scalar."""
    if not shape or 0 in shape:
        return []
    if max(shape) == _product(shape):
        return [Kind.SERIES]
    kinds = [Kind.FILTERS, Kind.MAP] if is_filters(shape) else [Kind.MAP]
    if image_axes(shape):
        kinds.insert(0 if len(shape) > 2 else len(kinds), Kind.IMAGE)
    return kinds


def is_filters(shape: Sequence[int]) -> bool:
    """Whether a shape is that of convolution kernels worth looking at: [out, in, height, width], not 1x1."""
    if len(shape) != 4 or min(shape) < 1:
        return False
    height, width = shape[2:]
    return 1 < max(height, width) <= (64 if height == width else 16)


def image_axes(shape: Sequence[int]) -> tuple[int | None, int, int] | None:
    """(channel axis or None, row axis, column axis) of a shape that may be a picture's; None when it is not.

    Taken for pictures: [H, W], [1 or 3, H, W], [H, W, 1 or 3], the same with leading ones, at least 8 by 8,
    and no more than four times as long as wide.
    """
    lead = next((i for i, n in enumerate(shape) if n != 1), len(shape))
    axes = list(range(min(lead, max(0, len(shape) - 3)), len(shape)))
    if len(axes) == 3 and lead < axes[0]:
        return None
    sizes = [shape[axis] for axis in axes]
    found: tuple[int | None, int, int] | None = None
    if len(axes) == 2:
        found = None, axes[0], axes[1]
    elif len(axes) == 3 and sizes[0] in (1, 3):
        found = axes[0], axes[1], axes[2]
    elif len(axes) == 3 and sizes[2] in (1, 3):
        found = axes[2], axes[0], axes[1]
    if found is None:
        return None
    short, long = sorted((shape[found[1]], shape[found[2]]))
    return found if short >= _SMALLEST_IMAGE and long <= 4 * short else None


def usual_axes(shape: Sequence[int]) -> tuple[int, int]:
    """The two axes to look at first, rows and columns: the two longest, of equals the last ones.

    Of convolution kernels the output and input channels, or one kernel where there are few of those.
    """
    if is_filters(shape):
        return (0, 1) if min(shape[:2]) >= _SMALLEST_IMAGE else (2, 3)
    by_length = sorted(range(len(shape)), key=lambda axis: (shape[axis], axis), reverse=True)
    rows, columns = sorted(by_length[:2])
    return rows, columns


def read_map(
    read: Reader, tensor: Tensor, rows: int, columns: int, others: Sequence[int], cells: int = CELLS
) -> Generator[Progress, None, Picture]:
    """Axis `rows` of `tensor` downwards against axis `columns`, all other axes held at `others`.

    `others` has one number per dimension; those of the two axes are not looked at. Raises FileError.
    """
    height, width = tensor.shape[rows], tensor.shape[columns]
    down, across, taken_down, taken_across = _grid(height, width, cells)
    made = _Folding(-(-height // down), -(-width // across))
    columns_at_once = across * max(1, min(width, BLOCK) // across)
    rows_at_once = down if taken_down < down else down * max(1, BLOCK // (down * min(width, columns_at_once)))
    for top in range(0, height, rows_at_once):
        taken = slice(top, min(height, top + (taken_down if taken_down < down else rows_at_once)))
        for left in range(0, width, columns_at_once):
            yield Progress(top * width + left, height * width, "values")
            for part in _stretches(left, min(width, left + columns_at_once), across, taken_across):
                block = _oriented(read(tensor, _index(others, rows, taken, columns, part)), rows, columns)
                made.add(block, top // down, part.start // across, min(down, taken_down), min(across, taken_across))
    return made.picture((down, across), (height, width), (down // taken_down) * (across // taken_across))


def read_filters(
    read: Reader, tensor: Tensor, first: int, channel: int | None, page: int = FILTERS
) -> Generator[Progress, None, Gallery]:
    """The filters from `first` on of `tensor` [out, in, h, w]: input `channel` of each, or all three in colour."""
    yield Progress(0, 1, "values", "filters")
    last = min(tensor.shape[0], first + page)
    chosen: int | slice = slice(0, 3) if channel is None else channel
    values = read(tensor, (slice(first, last), chosen, slice(0, tensor.shape[2]), slice(0, tensor.shape[3])))
    return Gallery(as_floats(values), first, tensor.shape[0])


def filters_per_page(shape: Sequence[int]) -> int:
    """How many filters make a page that is no larger than a picture may be."""
    return max(1, min(FILTERS, (CELLS // shape[2]) * (CELLS // shape[3])))


def read_image(
    read: Reader, tensor: Tensor, axes: tuple[int | None, int, int], cells: int = CELLS
) -> Generator[Progress, None, Image]:
    """`tensor` looked at as a picture, `axes` as `image_axes` gives them."""
    channel, rows, columns = axes
    planes = []
    for number in range(tensor.shape[channel] if channel is not None else 1):
        others = [0] * len(tensor.shape)
        if channel is not None:
            others[channel] = number
        picture = yield from read_map(read, tensor, rows, columns, others, cells)
        planes.append(picture.mean)
    values = np.stack(planes, axis=-1)
    pixels, words = as_pixels(values, tensor.dtype)
    return Image(pixels, values, picture.steps, words)


def read_series(
    read: Reader, tensor: Tensor, axis: int, others: Sequence[int], cells: int = 2_000
) -> Generator[Progress, None, Picture]:
    """One axis as a picture of one row."""
    flat = tensor._replace(shape=(1, *tensor.shape), stride=(0, *tensor.stride))
    return (yield from read_map(_one_row(read, tensor), flat, 0, axis + 1, (0, *others), cells))


def as_pixels(values: Floats, dtype: str) -> tuple[NDArray[np.uint8], str]:
    """[height, width, 1 or 3] values as uint8 [height, width, 3], and how, in words."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if dtype == "uint8":
        low, high, words = 0.0, 255.0, "0 to 255, shown as they are"
    elif 0.0 <= low and high <= 1.0:
        low, high, words = 0.0, 1.0, "0 to 1, shown as they are"
    elif -1.0 <= low and high <= 1.0:
        low, high, words = -1.0, 1.0, "−1 (black) to 1 (white)"
    elif 0.0 <= low and high <= 255.0 and high > 1.5:
        low, high, words = 0.0, 255.0, "0 to 255, shown as they are"
    else:
        words = f"stretched from {low:.3g} (black) to {high:.3g} (white)"
    pixels = (np.nan_to_num(shares(values, low, high)) * 255 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3))), words


def as_floats(values: NDArray[np.generic]) -> Floats:
    """Values as float64, complex ones as their magnitudes."""
    if np.iscomplexobj(values):
        values = np.abs(values)
    return np.asarray(values, dtype=np.float64)


class _Folding:
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


def _folded(ufunc: np.ufunc, block: NDArray[np.generic], down: int, across: int) -> NDArray[np.generic]:
    """`block` with each `down` by `across` values made one; what is left over at the edges makes a cell too."""
    if across > 1:
        block = ufunc.reduceat(block, np.arange(0, block.shape[1], across), axis=1)
    if down > 1:
        block = ufunc.reduceat(block, np.arange(0, block.shape[0], down), axis=0)
    return block


def _extents(length: int, step: int) -> Floats:
    """How many of `length` values fall into each cell of `step`."""
    return np.minimum(step, length - np.arange(0, length, step)).astype(np.float64)


class _Grid(NamedTuple):
    """How a plane is divided into cells: values per cell, and how many of these are read, down and across."""

    down: int
    across: int
    taken_down: int
    taken_across: int


def _grid(height: int, width: int, cells: int) -> _Grid:
    """Cells for a plane of `height` by `width` values, of which no more than about BUDGET are to be read."""
    down, across = -(-height // cells), -(-width // cells)
    if height * width <= BUDGET:
        return _Grid(down, across, down, across)
    rows = -(-height // down)
    taken_down = max(1, min(down, BUDGET // (rows * width)))
    if rows * taken_down * width <= 2 * BUDGET:
        return _Grid(down, across, taken_down, across)
    # Even a row for each cell is too much. Each stretch of columns is a read by itself: fewer, wider cells.
    across = max(across, -(-width // max(64, _MOST_READS // rows)))
    return _Grid(down, across, 1, max(1, min(across, BUDGET // (rows * -(-width // across)))))


def _stretches(left: int, right: int, across: int, taken: int) -> list[slice]:
    """The columns to be read: all at once, or the first `taken` of each cell's stretch."""
    if taken == across:
        return [slice(left, right)]
    return [slice(start, min(right, start + taken)) for start in range(left, right, across)]


def _index(others: Sequence[int], rows: int, taken_rows: slice, columns: int, taken_columns: slice) -> Index:
    index: list[int | slice] = list(others)
    index[rows], index[columns] = taken_rows, taken_columns
    return tuple(index)


def _oriented(block: NDArray[np.generic], rows: int, columns: int) -> Floats:
    return as_floats(block if rows < columns else block.T)


def _one_row(read: Reader, tensor: Tensor) -> Reader:
    """Reads `tensor` as if it had a leading dimension of one."""
    return lambda _, index: read(tensor, index[1:])[None]


def _product(numbers: Sequence[int]) -> int:
    product = 1
    for each in numbers:
        product *= each
    return product
