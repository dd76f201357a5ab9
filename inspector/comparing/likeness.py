"""How far a part of a checkpoint is one of torchvision's models: what is the same, and where it differs.

A model's *head* is whatever lies in the same top-level module as its last layer (`fc.`, `classifier.`): people
replace it as a whole. Everything else is its *trunk*. Auxiliary classifiers, which a builder makes only when asked,
are hardly missed. BatchNorm's counters, which older files have not, have no part in this at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

from .. import wording
from ..language import tr
from .sides import Shape
from .signatures import Signature

CLASSES, STEM, AUXILIARY, HEAD, TRUNK, FURTHER = "classes", "stem", "auxiliary", "head", "trunk", "further"
"""Where a key can differ: in the number of classes alone, in the first convolution, in an auxiliary classifier,
in the head, in the trunk - or as one that lies beside the trunk and is not of the model at all."""

_COSTS = {CLASSES: 0.001, STEM: 0.5, AUXILIARY: 0.01, HEAD: 1.0, TRUNK: 1.0, FURTHER: 1.0}


class Likeness:
    """A part of a checkpoint held against one signature. Keys are those of the signature, without prefix."""

    def __init__(self, signature: Signature, part: dict[str, Shape], prefix: str = "", strays: int = 0) -> None:
        self.signature = signature
        self.part = part
        self.prefix = prefix
        """What stands before the keys in the file."""
        self.strays = strays
        """How many keys of the file are outside of the part."""
        self.same = len(part.items() & signature.shapes.items())
        self.apart = len(part) + len(signature.shapes) - 2 * self.same + strays
        """How far they are apart at first sight; `cost` looks closer."""

    @cached_property
    def missing(self) -> list[str]:
        return [key for key in self.signature.shapes if key not in self.part]

    @cached_property
    def unexpected(self) -> list[str]:
        return [key for key in self.part if key not in self.signature.shapes]

    @cached_property
    def mismatched(self) -> list[str]:
        there = self.signature.shapes
        return [key for key, shape in self.part.items() if there.get(key, shape) != shape]

    @cached_property
    def lines(self) -> dict[str, list[str]]:
        """All keys that differ, by the place where they do."""
        found: dict[str, list[str]] = {place: [] for place in _COSTS}
        for key in (*self.missing, *self.unexpected, *self.mismatched):
            found[self._place(key)].append(key)
        return found

    def _place(self, key: str) -> str:
        if key[:3].lower() == "aux":
            return AUXILIARY
        if key.startswith(self._scopes):
            return CLASSES if self.classes is not None and key in self.signature.head else HEAD
        if key not in self.signature.shapes:
            return FURTHER
        return STEM if key == self.signature.stem and (self.channels or self.kernel) else TRUNK

    @property
    def cost(self) -> float:
        """What speaks against it: the lines of `load_state_dict`, where what people change every day counts little."""
        return self.strays + sum(_COSTS[place] * len(keys) for place, keys in self.lines.items())

    @property
    def is_whole(self) -> bool:
        """Whether it is that model, but for its number of classes and its input."""
        return not (self.lines[TRUNK] or self.lines[HEAD] or self.lines[FURTHER])

    @property
    def has_trunk(self) -> bool:
        """Whether the trunk is all there; what stands in the head's place, or beside it, is another matter."""
        return not self.lines[TRUNK]

    @cached_property
    def _scopes(self) -> tuple[str, ...]:
        return tuple({key.partition(".")[0] + "." for key in self.signature.head})

    @cached_property
    def classes(self) -> int | None:
        """The number of classes, where the last layer is that of the signature but for them; None otherwise."""
        counts = set()
        for key, rows in self.signature.head.items():
            here, there = self.part.get(key), self.signature.shapes[key]
            if here is None and key[:3].lower() == "aux":
                continue
            if not here or here[1:] != there[1:] or here[0] % rows:
                return None
            counts.add(here[0] // rows)
        return counts.pop() if len(counts) == 1 else None

    @cached_property
    def _stem(self) -> tuple[Shape, Shape]:
        """The first convolution here and in the signature, where both have as many filters; else nothing."""
        here, there = self.part.get(self.signature.stem, ()), self.signature.shapes.get(self.signature.stem, ())
        return (here, there) if here[:1] == there[:1] and len(here) == len(there) else ((), ())

    @property
    def channels(self) -> int | None:
        """The number of input channels, where it is another than the signature's."""
        here, there = self._stem
        return here[1] if here[1:2] != there[1:2] else None

    @property
    def kernel(self) -> Shape | None:
        """The kernel of the first convolution, where it is another than the signature's."""
        here, there = self._stem
        return here[2:] if here[2:] != there[2:] else None

    @cached_property
    def blocks(self) -> list[tuple[str, int, int]]:
        """Where the number of blocks in the trunk is another: (`layer1`, here, in the signature)."""
        here, there = _blocks(self.part), _blocks(self.signature.shapes)
        found = [(name, here.get(name, 0), count) for name, count in there.items() if here.get(name, 0) != count]
        return [each for each in found if not f"{each[0]}.".startswith(self._scopes)]

    @cached_property
    def ratio(self) -> float | None:
        """How many times as wide the trunk is as the signature's, where that is one number; None otherwise."""
        shapes = self.signature.shapes
        pairs = [(shape[0], shapes[key][0]) for key, shape in self.part.items() if len(shape) > 1 and key in shapes]
        ratios = {here / there for here, there in pairs[:-1]}  # the last of them is the head's
        return ratios.pop() if len(pairs) > 3 and len(ratios) == 1 else None

    def difference(self) -> str:
        """What speaks against it first, as a clause: `layer1 has 3 blocks in it and 2 here`."""
        for name, here, there in self.blocks:
            blocks = wording.plural(there, "block")
            if not here:
                return tr("{name} is {blocks} deep in it and not there here", name=name, blocks=blocks)
            return tr("{name} is {blocks} deep in it and {here} here", name=name, blocks=blocks, here=here)
        for key in sorted(self.mismatched, key=lambda key: key not in self.lines[TRUNK]):
            there_shape, here_shape = wording.shape(self.signature.shapes[key]), wording.shape(self.part[key])
            return tr("{key} is {there} in it and {here} here", key=key, there=there_shape, here=here_shape)
        for key in self.missing:
            return tr("it has {key}, which is not here", key=key)
        for key in self.unexpected:
            return tr("it has no {key}", key=wording.safe(key))
        return tr("it explains fewer keys")


def _blocks(keys: Collection[str]) -> dict[str, int]:
    """How many blocks each module is made of, where it is made of nothing else: {`layer1`: 2, `encoder.layers`: 12}."""
    found: dict[str, dict[str, str]] = {}
    for parent, segment, rest in _segments(keys):
        if rest:
            found.setdefault(parent, {})[segment] = segment.rstrip("0123456789")
    return {
        parent: len(stems)
        for parent, stems in found.items()
        if len(set(stems.values())) == 1 and all(segment != stem for segment, stem in stems.items())
    }


def _segments(keys: Collection[str]) -> Iterator[tuple[str, str, str]]:
    for key in keys:
        parts = key.split(".")
        for depth in range(1, len(parts) - 1):
            yield ".".join(parts[:depth]), parts[depth], ".".join(parts[depth + 1 :])
