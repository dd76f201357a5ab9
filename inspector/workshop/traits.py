"""What a state_dict looks like as numbers, and how far it is from the one that is wanted.

A *trait* is one number of a state_dict that an argument may move:

    ("net.0.weight", 1)             the size of a dimension
    ("net.", "blocks")              how many different numbers follow `net.`
    ("", "keys")                    how many keys there are
    ("net.#.weight of 2", "keys")   how many tensors of two dimensions have such a name

Why this way: a width moves sizes, a depth moves counts. As numbers they are learned and read off in the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Dict, Mapping, Optional, Tuple, Union  # noqa: UP035  # Python 3.8

from .requests import Shape

Shapes = Mapping[str, Optional[Shape]]  # noqa: UP045
Trait = Tuple[str, Union[int, str]]  # noqa: UP006
Traits = Dict[Trait, int]  # noqa: UP006

BLOCKS, KEYS = "blocks", "keys"
_NUMBER = re.compile(r"\d+")
_LONE = 6
"""What a key counts that only one of the two has: more than one whose dimensions all differ."""
_COUNTER = "num_batches_tracked"


def traits(shapes: Shapes) -> Traits:
    """All traits of a state_dict."""
    found: Traits = {}
    blocks: dict[str, set[str]] = {}
    kinds: Counter[Trait] = Counter()
    for key, shape in shapes.items():
        for match in _NUMBER.finditer(key):
            blocks.setdefault(key[: match.start()], set()).add(match[0])
        if shape is not None:
            found.update(((key, dim), size) for dim, size in enumerate(shape))
            kinds[f"{kind_of(key)} of {len(shape)}", KEYS] += 1
    found.update(((prefix, BLOCKS), len(numbers)) for prefix, numbers in blocks.items())
    found.update(kinds)
    found["", KEYS] = len(shapes)
    return found


class Wanted:
    """The state_dict that a model is to have."""

    def __init__(self, shapes: Shapes, beside: int = 0) -> None:
        self.beside = beside
        """How many keys of the checkpoint lie outside of the prefix, and have no part in this."""
        self.shapes = {key: shape for key, shape in shapes.items() if shape is not None}
        self.traits = traits(self.shapes)
        self.counts = {trait: size for trait, size in self.traits.items() if trait[1] in (BLOCKS, KEYS)}
        """Those of its traits that tell how deep it is."""
        self._has_counters = any(key.endswith(_COUNTER) for key in shapes)

    def left(self, shapes: Shapes) -> list[str]:
        """The keys that do not fit: missing, mismatched and unexpected ones. What is no tensor has no say in it."""
        wrong = [key for key, shape in shapes.items() if shape is not None and self._is_wrong(key, shape)]
        return wrong + [key for key in self.shapes if key not in shapes]

    def _is_wrong(self, key: str, shape: Shape) -> bool:
        if key not in self.shapes:
            return self._has_counters or not key.endswith(_COUNTER)  # torch before 0.4.1 had no counters
        return self.shapes[key] != shape

    def has_names_of(self, shapes: Shapes) -> bool:
        """Whether any name is in both, whatever its numbers are."""
        return bool({kind_of(key) for key in self.shapes} & {kind_of(key) for key in shapes})

    def misfit(self, shapes: Shapes) -> int:
        """How far a state_dict is from this one: mismatched dimensions, and more for every key that one lacks."""
        return sum(self._weigh(self.shapes.get(key), shapes.get(key)) for key in self.left(shapes))

    @staticmethod
    def _weigh(here: Shape | None, there: Shape | None) -> int:
        if here is None or there is None:
            return _LONE
        if len(here) != len(there):
            return _LONE - 1
        return min(_LONE - 1, sum(a != b for a, b in zip(here, there)))


def wanted(items: Iterable[tuple[str, Shape | None]], model: Shapes) -> Wanted:
    """What a checkpoint holds, under the names that the model has.

    A prefix is taken off (`module.`, `encoder.`), or set before where it is the model that has one: that under which
    most kinds of keys are those of the model. Keys beside a prefix that is taken off are left out.
    """
    shapes = {key: shape for key, shape in items if shape is not None}
    here, there = {kind_of(key) for key in shapes}, {kind_of(key) for key in model}
    stripped, common = _best_prefix(shapes, there)
    added, more = _best_prefix(model, here)
    if max(common, more) <= len(here & there):
        return Wanted(shapes)
    if more > common:
        return Wanted({added + key: shape for key, shape in shapes.items()})
    inside = {key[len(stripped) :]: shape for key, shape in shapes.items() if key.startswith(stripped)}
    return Wanted(inside, len(shapes) - len(inside))


def _best_prefix(keys: Iterable[str], others: set[str]) -> tuple[str, int]:
    """The prefix, of three segments at most, behind which most kinds of keys are among `others`, and how many."""
    behind: dict[str, set[str]] = {}
    for key in keys:
        end = -1
        for _ in range(3):
            end = key.find(".", end + 1)
            if end < 0:
                break
            behind.setdefault(key[: end + 1], set()).add(key[end + 1 :])
    common = {prefix: len({kind_of(rest) for rest in rests} & others) for prefix, rests in behind.items()}
    return max(common.items(), key=lambda each: each[1], default=("", 0))


def kind_of(key: str) -> str:
    """A key with its numbers left out: a model need not be as deep yet as it is to be."""
    return _NUMBER.sub("#", key)
