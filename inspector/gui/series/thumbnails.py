"""A small picture of each checkpoint for its card: the filters of its first convolution, or a histogram's outline."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...checkpoint.reading import open_checkpoint
from ...errors import InspectorError
from ..collecting import uncollected
from ..recents.small_picture import seen_in


class Thumbnail(NamedTuple):
    """One of the two, or nothing."""

    path: str
    sheet: NDArray[np.uint8] | None = None
    """[height, width, 3]."""
    bars: tuple[int, ...] = ()
    """Heights, 0 to 99."""


def thumbnail(path: str, section: str) -> Thumbnail:
    """The picture of the checkpoint at `path`. Raises nothing: what cannot be read has none."""
    try:
        with uncollected():
            sheet, bars = seen_in(open_checkpoint(path), section)
    except (InspectorError, OSError, ValueError):
        return Thumbnail(path)
    return Thumbnail(path, sheet, tuple(bars))
