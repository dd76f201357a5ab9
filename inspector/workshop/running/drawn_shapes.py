"""Ten classes of grey pictures, drawn with numpy: something to train on that needs no file and no network.

Coordinates run from -1 to 1 over a picture; a shape is a function of them that is true inside. Every picture is
somewhat moved, turned and scaled, with grain over it.

Why this way: the random numbers are drawn picture by picture, as they were when the sample checkpoints were trained,
so that the same seed gives the same pictures; what is calculated from them is calculated for many at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any

SIDE = 28
"""Pixels on each side of a picture."""

SHAPES: dict[str, Callable[[Array, Array], Array]] = {
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

_AT_ONCE = 250
"""Pictures: their coordinates stay in the processor's cache."""


def shapes(number: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Grey pictures float32 [number, 28, 28] in 0 .. 1 and their labels int64 [number], each class as often."""
    labels = random.permutation(np.arange(number) % len(SHAPES))
    pictures = np.empty((number, SIDE, SIDE), np.float32)
    for begin in range(0, number, _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        places, grain = _drawn(len(labels[part]), random)
        pictures[part] = np.clip(_inside(labels[part], places) + grain, 0, 1)
    return pictures, labels


def grey_shapes(number: int, seed: int) -> tuple[Array, Array]:
    """The same as bytes: uint8 [number, 28, 28], and labels int64 [number]."""
    pictures, labels = shapes(number, np.random.default_rng(seed))
    return np.rint(pictures * 255).astype(np.uint8), labels


def _drawn(number: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Random numbers: right, down, turn and scale of each picture [number, 4], and the grain [number, 28, 28]."""
    places, grain = np.empty((number, 4)), np.empty((number, SIDE, SIDE))
    for index in range(number):
        random.random(out=places[index])
        random.standard_normal(out=grain[index])
    low, high = np.array([[-0.25, -0.25, -0.25, 0.6], [0.25, 0.25, 0.25, 1.0]])
    return low + (high - low) * places, 0.1 * grain


def _inside(labels: Array, places: Array) -> Array:
    """Where each picture is inside of its shape, bool [n, 28, 28]."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    right, down, turn, scale = places.T[:, :, None, None]
    x, y = x - right, y - down
    x, y = (x * np.cos(turn) - y * np.sin(turn)) / scale, (x * np.sin(turn) + y * np.cos(turn)) / scale
    inside = np.empty(x.shape, bool)
    for label, shape in enumerate(SHAPES.values()):
        inside[labels == label] = shape(x[labels == label], y[labels == label])
    return inside
