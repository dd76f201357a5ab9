"""A small picture of a file: the filters of its first convolution, or the shape of its weights' histogram."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from ...checkpoint.arrays import read
from ...checkpoint.entries import Checkpoint, Tensor
from ...errors import InspectorError

_FILTERS, _COLUMNS, _GAP = 16, 4, 1
_MOST_SIDE = 15
"""Pixels of a filter; larger ones are no filters."""
_BARS = 24
_MOST_VALUES = 200_000
"""Values that the histogram is made of, from the start of the largest tensor."""


def picture_of(path: str, checkpoint: Checkpoint, section: str, folder: Path) -> dict[str, Any]:
    """`picture`, the name of a PNG of a few kB in `folder`, or `bars`, or nothing where nothing can be read."""
    try:
        sheet, bars = seen_in(checkpoint, section)
        return {"picture": _kept(path, checkpoint, sheet, folder) if sheet is not None else "", "bars": bars}
    except (InspectorError, OSError, ValueError):
        return {"bars": [], "picture": ""}


def seen_in(checkpoint: Checkpoint, section: str) -> tuple[NDArray[np.uint8] | None, list[int]]:
    """A sheet of filters [height, width, 3], or the heights of a histogram's bars. Raises InspectorError and others."""
    inside = f"{section}." if section else ""
    tensors = [tensor for key, tensor in checkpoint.tensors() if key.startswith(inside) and not tensor.damage]
    filters = next((each for each in tensors if _has_filters(each)), None)
    if filters is not None:
        return _sheet(filters), []
    largest = max((each for each in tensors if "float" in each.dtype), key=lambda each: each.nbytes, default=None)
    return None, _bars(largest) if largest is not None else []


def _has_filters(tensor: Tensor) -> bool:
    shape = tensor.shape
    is_filter = len(shape) == 4 and shape[0] >= 4 and 3 <= shape[2] == shape[3] <= _MOST_SIDE
    return is_filter and "float" in tensor.dtype


def _sheet(tensor: Tensor) -> NDArray[np.uint8]:
    """[height, width, 3]: filters side by side, each stretched to its own range; three channels as colours."""
    count, channels, side = min(_FILTERS, tensor.shape[0]), tensor.shape[1], tensor.shape[2]
    taken = slice(0, 3) if channels == 3 else slice(0, 1)
    values = np.asarray(read(tensor, (slice(0, count), taken)), dtype=np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = (end(axis=(1, 2, 3), keepdims=True) for end in (values.min, values.max))
    shares = (values - low) / np.where(high > low, high - low, 1.0)
    if channels != 3:
        shares = np.repeat(shares, 3, axis=1)
    step, rows = side + _GAP, -(-count // _COLUMNS)
    sheet = np.full((rows * step - _GAP, _COLUMNS * step - _GAP, 3), 128, dtype=np.uint8)
    for number in range(count):
        top, left = number // _COLUMNS * step, number % _COLUMNS * step
        pixels = np.moveaxis(shares[number], 0, -1) * 255
        sheet[top : top + side, left : left + side] = pixels.astype(np.uint8)
    return sheet


def _kept(path: str, checkpoint: Checkpoint, sheet: NDArray[np.uint8], folder: Path) -> str:
    stamp = repr((os.path.abspath(path), checkpoint.stamps)).encode("utf-8", "backslashreplace")
    name = f"{hashlib.sha1(stamp, usedforsecurity=False).hexdigest()}.png"
    height, width = sheet.shape[:2]
    pixels = np.ascontiguousarray(sheet)
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    folder.mkdir(parents=True, exist_ok=True)
    if not image.save(str(folder / name), "PNG"):  # type: ignore[call-overload]
        return ""
    return name


def _bars(tensor: Tensor) -> list[int]:
    """The shape of a histogram within four standard deviations, its highest bar 99."""
    if not tensor.shape or 0 in tensor.shape:
        return []
    row = max(1, int(np.prod(tensor.shape[1:], dtype=np.int64)))
    values = np.asarray(read(tensor, (slice(0, max(1, _MOST_VALUES // row)),)), dtype=np.float64).ravel()[:_MOST_VALUES]
    values = values[np.isfinite(values)]
    if values.size < 2 or values.min() == values.max():
        return []
    middle, spread = float(values.mean()), float(values.std())
    ends = max(float(values.min()), middle - 4 * spread), min(float(values.max()), middle + 4 * spread)
    counts, _ = np.histogram(values, bins=_BARS, range=ends)
    return [int(99 * each / counts.max()) for each in counts]
