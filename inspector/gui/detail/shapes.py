"""Which ways to look at a tensor its shape offers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from math import prod

from ...language import marked

_SMALLEST_IMAGE = 8


class Kind(Enum):
    """A way to look at a tensor; the value is its name for a person, to be said by `tr`."""

    SERIES = marked("Line")
    MAP = marked("Heat map")
    FILTERS = marked("Filters")
    IMAGE = marked("Image")


def offers(shape: Sequence[int]) -> list[Kind]:
    """The kinds of picture that make sense for a shape, the most telling first; none for a scalar."""
    if not shape or 0 in shape:
        return []
    if max(shape) == prod(shape):
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
