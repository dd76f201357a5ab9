"""Sides made by hand, for cases that need no file and no model."""

from __future__ import annotations

from inspector.comparing.sides import Item, Side


def file_side(**shapes: tuple[int, ...]) -> Side:
    """A checkpoint; `fc__weight=(10, 4)` is the key `fc.weight`."""
    return Side("a.pth", "checkpoint", _items(shapes))


def model_side(**shapes: tuple[int, ...]) -> Side:
    return Side("Net()", "model", _items(shapes))


def _items(shapes: dict[str, tuple[int, ...]]) -> tuple[Item, ...]:
    return tuple(Item(key.replace("__", "."), shape, "float32") for key, shape in shapes.items())
