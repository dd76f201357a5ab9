"""Pictures to train on and to look at, drawn with numpy: nothing has to be downloaded."""

from __future__ import annotations

import numpy as np

from inspector.workshop.running.drawn_shapes import shapes

__all__ = ["coloured_shapes", "landscape", "shapes"]

Array = np.ndarray


def coloured_shapes(number: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Pictures float32 [number, 3, 28, 28], one colour on another, and their labels int64 [number]."""
    grey, labels = shapes(number, random)
    ink, paper = random.random((2, number, 3, 1, 1), dtype=np.float32)
    return paper + (ink - paper) * grey[:, None], labels


def landscape(height: int, width: int) -> Array:
    """A sun setting behind hills, float32 [3, height, width] in 0 .. 1."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    dusk, glow = np.float32([[0.16, 0.22, 0.46], [0.98, 0.62, 0.35]])
    picture = _mixed(dusk, glow, np.clip(y * 1.5, 0, 1))
    picture = np.where(np.hypot(x - 0.95, y - 0.48) < 0.15, np.float32([1.0, 0.93, 0.7])[:, None, None], picture)
    for distance, colour in enumerate(np.float32([[0.45, 0.3, 0.42], [0.27, 0.2, 0.36], [0.1, 0.1, 0.22]])):
        ridge = 0.58 + 0.14 * distance + 0.06 * np.sin(4.1 * x + 2.3 * distance) + 0.03 * np.sin(10 * x + distance)
        picture = np.where(y > ridge, colour[:, None, None], picture)
    return picture.astype(np.float32)


def _mixed(first: Array, second: Array, share: Array) -> Array:
    """The colour `first` [3] where `share` [height, width] is 0, `second` where it is 1: [3, height, width]."""
    return first[:, None, None] * (1 - share) + second[:, None, None] * share
