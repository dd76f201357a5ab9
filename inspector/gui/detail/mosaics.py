"""Filters laid out side by side on one sheet. Where there is no filter the sheet has NaN."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..widgets.colour_scale import Floats


def columns_for(filters: int, height: int, width: int, aspect: float) -> int:
    """Into how many columns so many filters are laid, so that they fill a room `aspect` times as wide as high."""
    best = round((filters * aspect * height / width) ** 0.5)
    rows = -(-filters // min(max(best, 1), filters))
    return -(-filters // rows)


def mosaic(values: Floats, columns: int) -> Floats:
    """[filters, height, width, ...] as one sheet [rows * height, columns * width, ...]."""
    filters, height, width = values.shape[:3]
    rows = -(-filters // columns)
    sheet = np.full((rows, columns, height, width, *values.shape[3:]), np.nan)
    sheet.reshape(-1, height, width, *values.shape[3:])[:filters] = values
    return sheet.swapaxes(1, 2).reshape(rows * height, columns * width, *values.shape[3:])


def on_own_scale(values: Floats) -> Floats:
    """Each filter divided by its value farthest from zero."""
    finite = np.where(np.isfinite(values), np.abs(values), 0.0)
    farthest = finite.max(axis=tuple(range(1, values.ndim)), keepdims=True)
    return values / np.where(farthest > 0, farthest, 1.0)


def between_ends(values: Floats, *, own: bool) -> Floats:
    """Values as shares, 0 for the least and 1 for the greatest: of each filter if `own`, else of them all."""
    axes = tuple(range(1, values.ndim)) if own else None
    finite = np.isfinite(values)
    low = np.where(finite, values, np.inf).min(axis=axes, keepdims=True)
    high = np.where(finite, values, -np.inf).max(axis=axes, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        span = np.where(high > low, high / 2 - low / 2, 1.0)
        return np.clip((values / 2 - low / 2) / span, 0.0, 1.0)


def colour_sheet(values: Floats, columns: int, *, own: bool) -> Floats:
    """[filters, 3, height, width] as one sheet [..., ..., 3] of shares of red, green and blue."""
    return mosaic(np.moveaxis(between_ends(values, own=own), 1, -1), columns)


def as_bytes(shares: Floats, nothing: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Shares of red, green and blue as uint8, NaN in the colour `nothing`."""
    pixels = (np.nan_to_num(shares) * 255 + 0.5).astype(np.uint8)
    pixels[np.isnan(shares).any(axis=-1)] = nothing
    return pixels
