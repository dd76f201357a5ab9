"""Comparisons made by hand, for what no file is needed for."""

from __future__ import annotations

from inspector.comparing.diffing import Comparison, compare
from inspector.comparing.sides import Item, Side


def side(
    name: str, shapes: dict[str, tuple[int, ...] | None], *, dtype: str = "float32", kind: str = "checkpoint"
) -> Side:
    """A side that has these keys."""
    items = (Item(key, shape, dtype if shape is not None else "") for key, shape in shapes.items())
    return Side(name, kind, tuple(items))


def network(classes: int = 10, width: int = 8) -> dict[str, tuple[int, ...] | None]:
    """The shapes of a small network."""
    return {
        "conv1.weight": (width, 3, 3, 3),
        "conv1.bias": (width,),
        "layers.0.weight": (width, width),
        "layers.0.bias": (width,),
        "layers.1.weight": (width, width),
        "layers.1.bias": (width,),
        "fc.weight": (classes, width),
        "fc.bias": (classes,),
    }


def comparison(*, kind: str = "checkpoint") -> Comparison:
    """Another number of classes; `conv1.bias` only in b, `old.scale` only in a."""
    a = {key: shape for key, shape in network().items() if key != "conv1.bias"} | {"old.scale": (3,)}
    return compare(side("a.pth", a), side("b.pth", network(classes=5), kind=kind))


def many(keys: int, differing: int = 7) -> Comparison:
    """So many keys on both sides, of which the last few have another shape."""
    names = [f"model.layers.{number // 16}.block{number // 4 % 4}.p{number % 4}" for number in range(keys)]
    a: dict[str, tuple[int, ...] | None] = dict.fromkeys(names, (4,))
    return compare(side("a.pth", a), side("b.pth", a | dict.fromkeys(names[-differing:], (5,))))
