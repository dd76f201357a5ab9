"""Learned positions fitted to another grid, as `torch.nn.functional.interpolate(mode="bicubic")` does it.

Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -0.75, corners not aligned, places
outside of the grid taken as those at its border.

Why this way: both directions are one matrix each, which is short to write and is summed in float64; the result differs
from torch's own float32 sums in the last bit only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..checkpoint.decoding import Array

_A = -0.75


def interpolate(positions: Array, old: tuple[int, int], new: tuple[int, int], extra: int) -> Array:
    """Positions [extra + old height * old width, width] as float64 [extra + new height * new width, width]."""
    import numpy as np

    width = positions.shape[1]
    grid = positions[extra:].astype(np.float64).reshape(*old, width)
    rows = np.tensordot(weights(old[0], new[0]), grid, 1)
    fitted = weights(old[1], new[1]) @ rows
    return np.concatenate([positions[:extra].astype(np.float64), fitted.reshape(-1, width)])


def weights(old: int, new: int) -> Array:
    """How much each of `old` places adds to each of `new`. Shape [new, old]; every row sums to 1."""
    import numpy as np

    places = (np.arange(new) + 0.5) * (old / new) - 0.5
    first = np.floor(places).astype(np.int64)
    made = np.zeros((new, old))
    for tap in range(-1, 3):
        nearest = np.clip(first + tap, 0, old - 1)
        np.add.at(made, (np.arange(new), nearest), _cubic(np.abs(places - first - tap)))
    return made


def _cubic(distance: Array) -> Array:
    import numpy as np

    near = ((_A + 2) * distance - (_A + 3)) * distance**2 + 1
    far = ((distance - 5) * distance + 8) * distance * _A - 4 * _A
    return np.where(distance <= 1, near, far)
