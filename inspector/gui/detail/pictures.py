"""How each picture of a tensor is read: generators that give frozen pictures.

    read_map(...)            two axes of any tensor as a heat map
    read_filters(...)        a page of convolution filters side by side
    read_image(...)          a tensor looked at as an RGB or grey picture
    read_series(...)         one axis as a line

They read blocks of about a million values, and no more of them than a picture needs (see `cells`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...checkpoint.entries import Tensor
from ...language import tr
from ...progress import Progress
from ..widgets.colour_scale import Floats, shares
from .cells import CELLS, Folding, Picture, grid

Index = tuple[int | slice, ...]
Reader = Callable[[Tensor, Index], NDArray[np.generic]]
"""Reads part of a tensor: one int or slice per dimension (`inspector.checkpoint.arrays.read`)."""

BLOCK = 1 << 20
"""Values that are read at a time, about."""
FILTERS = 256
"""Filters on one page, at most."""


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


def read_map(
    read: Reader, tensor: Tensor, rows: int, columns: int, others: Sequence[int], cells: int = CELLS
) -> Generator[Progress, None, Picture]:
    """Axis `rows` of `tensor` downwards against axis `columns`, all other axes held at `others`.

    `others` has one number per dimension; those of the two axes are not looked at. Raises FileError.
    """
    height, width = tensor.shape[rows], tensor.shape[columns]
    down, across, taken_down, taken_across = grid(height, width, cells)
    made = Folding(-(-height // down), -(-width // across))
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
        low, high, words = 0.0, 255.0, tr("0 to 255, shown as they are")
    elif 0.0 <= low and high <= 1.0:
        low, high, words = 0.0, 1.0, tr("0 to 1, shown as they are")
    elif -1.0 <= low and high <= 1.0:
        low, high, words = -1.0, 1.0, tr("−1 (black) to 1 (white)")
    elif 0.0 <= low and high <= 255.0 and high > 1.5:
        low, high, words = 0.0, 255.0, tr("0 to 255, shown as they are")
    else:
        words = tr("stretched from {low:.3g} (black) to {high:.3g} (white)", low=low, high=high)
    pixels = (np.nan_to_num(shares(values, low, high)) * 255 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3))), words


def as_floats(values: NDArray[np.generic]) -> Floats:
    """Values as float64, complex ones as their magnitudes."""
    if np.iscomplexobj(values):
        values = np.abs(values)
    return np.asarray(values, dtype=np.float64)


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
