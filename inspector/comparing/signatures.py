"""The keys and shapes of torchvision's models, from `resources/architectures.json.gz`.

    {"torchvision": "0.28.0",
     "families": {"resnet": ["bn#.bias", "conv#.weight", "layer#.#.bn#.bias" ...]},
     "builders": {"resnet18": [family, classes, {key of the head: rows per class}, digest, block]},
     "blocks": [[name, shape, name, number of another block ...] ...]}

The table is made by `tools/make_architectures.py`.

Why this way: 109 models have 44,000 keys, but few blocks, many times. A model is a tree of blocks and every block
stands in the table once; so it is small enough to be read as a whole in a few milliseconds, and a model is unfolded
only when its family's names are those of the file.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import Any, NamedTuple

from ..installed import resources
from .sides import Shape

_GZIP = 31
"""What tells zlib to expect the head of a gzip file; the module `gzip` takes longer to import than to do this."""
_DIGITS = re.compile(r"\d+")


class Signature:
    """One builder of torchvision: what its state_dict looks like."""

    def __init__(self, name: str, row: list[Any], blocks: list[list[Any]]) -> None:
        self.name = name
        self.family: str = row[0]
        """The module it stands in: `resnet`, `detection.faster_rcnn`."""
        self.classes: int = row[1]
        """How many it has by itself; 0 where it has none (optical flow)."""
        self.head: dict[str, int] = row[2]
        """The keys whose first dimension is the number of classes, and how many rows each class has."""
        self.digest: int = row[3]
        """Of its shapes without the head: see `digest`."""
        self._block: int = row[4]
        self._blocks = blocks

    def __repr__(self) -> str:
        return f"Signature({self.name!r})"

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Every key and its shape, in the order of the state_dict, but for BatchNorm's counters."""
        return {key: shape for key, shape in self._unfold(self._block) if not is_counter(key)}

    @cached_property
    def stem(self) -> str:
        """The key of the first convolution, whose second dimension is the number of input channels."""
        return next((key for key, shape in self.shapes.items() if len(shape) >= 4 and shape[1] == 3), "")

    def _unfold(self, number: int, prefix: str = "") -> list[tuple[str, Shape]]:
        found: list[tuple[str, Shape]] = []
        block = self._blocks[number]
        for name, entry in zip(block[::2], block[1::2]):
            if isinstance(entry, int):
                found += self._unfold(entry, f"{prefix}{name}.")
            else:
                found.append((prefix + name, tuple(entry)))
        return found


class Table(NamedTuple):
    """All signatures, and which names a family uses."""

    torchvision: str
    """The version it was made with."""
    signatures: tuple[Signature, ...]
    families: Mapping[str, frozenset[str]]
    """Family -> the kinds of its keys (see `kind_of`)."""

    def of_family(self, family: str) -> list[Signature]:
        return [signature for signature in self.signatures if signature.family == family]


@cache
def table() -> Table:
    """The table, read when first asked for; an empty one when it is not there, so that nothing is known by it."""
    try:
        read = json.loads(zlib.decompress((resources() / "architectures.json.gz").read_bytes(), _GZIP))
    except (OSError, ValueError, zlib.error):
        return Table("", (), {})
    signatures = tuple(Signature(name, row, read["blocks"]) for name, row in read["builders"].items())
    families = {family: frozenset(kinds) for family, kinds in read["families"].items()}
    return Table(read["torchvision"], signatures, families)


def kind_of(key: str) -> str:
    """A key with its numbers left out: `layer#.#.conv#.weight`."""
    return _DIGITS.sub("#", key)


def is_counter(key: str) -> bool:
    """Whether it is BatchNorm's count of batches, which checkpoints before torch 0.4.1 have not."""
    return key.endswith("num_batches_tracked")


def digest(shapes: Mapping[str, Shape], without: Iterable[str] = ()) -> int:
    """A number that two models share when they have the same shapes in any order, under whatever names.

    Only tensors of two dimensions and more count: these are what copies of a network under other names have in
    common. It is a sum, so that a tensor can be taken away again: see `weight`.
    """
    left_out = set(without)
    return sum(weight(shape) for key, shape in shapes.items() if key not in left_out) % 2**64


def weight(shape: Shape) -> int:
    """What one tensor adds to a `digest`; 0 for one of less than two dimensions."""
    if len(shape) < 2:
        return 0
    text = repr(tuple(shape)).encode()
    return zlib.crc32(text) << 32 | zlib.adler32(text)
