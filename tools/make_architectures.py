"""Makes resources/architectures.json.gz: the keys and shapes of every model builder of torchvision.

    python tools/make_architectures.py [--out FILE]

Needs torch and torchvision; the program that reads the table needs neither. How it is laid out says
`inspector/comparing/signatures.py`. The same torchvision gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import inspect
import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from inspector.comparing.signatures import Shape, digest, kind_of  # noqa: E402
from inspector.workshop import torchvision_schemas  # noqa: E402

OTHER_CLASSES = 7
"""A number of classes that no builder has by itself: what then has another shape is the head."""


def main() -> None:
    """Builds every model once with its own number of classes and once with another, and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "architectures.json.gz")
    out = parser.parse_args().out
    text = json.dumps(table(), separators=(",", ":"))
    out.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{out}: {out.stat().st_size:,} bytes, {len(text):,} unpacked")


def table() -> dict[str, Any]:
    """The whole table, as plain values."""
    torchvision = _torchvision()
    blocks = Blocks()
    builders, families = {}, {}
    for name in names():
        shapes = shapes_of(name)
        classes, head = head_of(name, shapes)
        family = family_of(name)
        families.setdefault(family, set()).update(map(kind_of, shapes))
        builders[name] = [family, classes, head, digest(shapes, head), blocks.add(shapes)]
    return {
        "torchvision": torchvision.__version__.partition("+")[0],
        "families": {family: sorted(kinds) for family, kinds in families.items()},
        "builders": builders,
        "blocks": blocks.made,
    }


def names() -> list[str]:
    """Every builder but the quantised ones, whose state_dicts hold packed tensors of their own."""
    return [name for name in _torchvision().models.list_models() if not name.startswith("quantized_")]


def family_of(name: str) -> str:
    """The module that the builder stands in: `resnet`, `detection.faster_rcnn`."""
    module: str = _torchvision().models.get_model_builder(name).__module__
    return module.removeprefix("torchvision.models.")


def shapes_of(name: str, **arguments: object) -> dict[str, Shape]:
    """The keys and shapes of a model, built without memory for its weights."""
    builder = _torchvision().models.get_model_builder(name)
    weights = [each for each in ("weights", "weights_backbone") if each in inspect.signature(builder).parameters]
    with warnings.catch_warnings(), _hollow():
        warnings.simplefilter("ignore")
        model = builder(**dict.fromkeys(weights), **arguments)
    return {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}


def head_of(name: str, shapes: Mapping[str, Shape]) -> tuple[int, dict[str, int]]:
    """The number of classes a model has by itself, and the keys of its head with their rows per class.

    Optical flow has no classes. Raises ValueError where the classes are not rows: the table could not say it.
    """
    if family_of(name).startswith("optical_flow"):
        return 0, {}
    other = shapes_of(name, num_classes=OTHER_CLASSES)
    head = {key: shape[0] // OTHER_CLASSES for key, shape in other.items() if shape != shapes[key]}
    classes = {shapes[key][0] / rows for key, rows in head.items()}
    if len(classes) != 1 or any(shapes[key][1:] != other[key][1:] for key in head):
        raise ValueError(f"{name}: the classes are not the rows of {', '.join(head)}")
    return int(classes.pop()), head


class Blocks:
    """Parts of state_dicts, each kept once: [name, shape, name, number of another block ...]."""

    def __init__(self) -> None:
        self.made: list[list[Any]] = []
        self._known: dict[str, int] = {}

    def add(self, shapes: Mapping[str, Shape]) -> int:
        """The number of the block that holds `shapes`; names that share their first segment make another."""
        inner: dict[str, dict[str, Shape]] = {}
        entries: list[Any] = []
        for key, shape in shapes.items():
            first, dot, rest = key.partition(".")
            if not dot:
                entries += [first, list(shape)]
            elif first in inner:
                inner[first][rest] = shape
            else:
                inner[first] = {rest: shape}
                entries += [first, inner[first]]
        made = [self.add(each) if isinstance(each, dict) else each for each in entries]
        text = json.dumps(made)
        if text not in self._known:
            self._known[text] = len(self.made)
            self.made.append(made)
        return self._known[text]


def _hollow() -> Any:
    """Makes tensors without memory while a model is built, except those that are computed from others.

    The meta device as a whole will not do: RegNet reads its widths back from tensors.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    class Hollow(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = dict(kwargs or {})
            if func in (torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn):
                kwargs["device"] = "meta"
            return func(*args, **kwargs)

    return Hollow()


def _torchvision() -> Any:
    torchvision_schemas.load()
    import torchvision

    return torchvision


if __name__ == "__main__":
    main()
