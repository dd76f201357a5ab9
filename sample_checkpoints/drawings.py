"""Pictures to train on and to look at, drawn with numpy: nothing has to be downloaded.

Coordinates run from -1 to 1 over a picture; a shape is a function of them that is true inside.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Shape = Callable[[Array, Array], Array]

SIDE = 28
"""Pixels on each side of a drawn shape."""

SHAPES: dict[str, Shape] = {
    "disc": lambda x, y: np.hypot(x, y) < 0.8,
    "ring": lambda x, y: np.abs(np.hypot(x, y) - 0.65) < 0.2,
    "square": lambda x, y: np.maximum(np.abs(x), np.abs(y)) < 0.7,
    "frame": lambda x, y: np.abs(np.maximum(np.abs(x), np.abs(y)) - 0.6) < 0.18,
    "triangle": lambda x, y: (y < 0.7) & (y > 2 * np.abs(x) - 0.8),
    "plus": lambda x, y: (np.minimum(np.abs(x), np.abs(y)) < 0.2) & (np.maximum(np.abs(x), np.abs(y)) < 0.85),
    "cross": lambda x, y: (np.abs(np.abs(x) - np.abs(y)) < 0.25) & (np.hypot(x, y) < 0.95),
    "stripes": lambda x, y: (np.sin(8 * y) > 0) & (np.abs(x) < 0.9),
    "bars": lambda x, y: (np.sin(8 * x) > 0) & (np.abs(y) < 0.9),
    "checkers": lambda x, y: (np.sin(7 * x) * np.sin(7 * y) > 0) & (np.maximum(np.abs(x), np.abs(y)) < 0.9),
}
"""The ten classes, in the order of their labels."""


def shapes(number: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Grey pictures float32 [number, 28, 28] in 0 .. 1 and their labels int64 [number], each class as often."""
    labels = random.permutation(np.arange(number) % len(SHAPES))
    return np.stack([_drawn(label, random) for label in labels]), labels


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


def _drawn(label: int, random: np.random.Generator) -> Array:
    """One shape, somewhat moved, turned and scaled, with grain over it."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    x, y = x - random.uniform(-0.25, 0.25), y - random.uniform(-0.25, 0.25)
    turn, scale = random.uniform(-0.25, 0.25), random.uniform(0.6, 1.0)
    turned = (x * np.cos(turn) - y * np.sin(turn)) / scale, (x * np.sin(turn) + y * np.cos(turn)) / scale
    inside = list(SHAPES.values())[label](*turned)
    return np.clip(inside + random.normal(0, 0.1, inside.shape), 0, 1).astype(np.float32)


def _mixed(first: Array, second: Array, share: Array) -> Array:
    """The colour `first` [3] where `share` [height, width] is 0, `second` where it is 1: [3, height, width]."""
    return first[:, None, None] * (1 - share) + second[:, None, None] * share
