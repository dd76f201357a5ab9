"""Many keys as few patterns that people read: `fc.*`, `layer1.*`, `blocks.*.attn.*`.

A star at the end stands for all that is in a branch, a star in the middle for any number. No pattern ever covers a
key that is not meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

_DEPTH = 16
_LONGEST = 400
"""How many segments of a key are branches; keys of more characters stand for themselves."""
FEW = 3
"""Patterns that are read at a glance: with more of them, numbered layers are taken together where that makes fewer."""


def covering(chosen: Collection[str], keys: Collection[str]) -> tuple[str, ...]:
    """Patterns for the `chosen` of `keys`, in their order; `*` for all of them."""
    patterns = _covering([(key, key) for key in chosen], keys)
    if len(patterns) <= FEW:
        return patterns
    numberless = _covering([(without_numbers(key), key) for key in chosen], map(without_numbers, keys))
    return numberless if len(numberless) < len(patterns) else patterns


def without_numbers(key: str) -> str:
    """The key with a star for each segment that is a number."""
    if len(key) > _LONGEST:
        return key
    return ".".join("*" if segment.isdecimal() else segment for segment in key.split("."))


def _covering(chosen: Iterable[tuple[str, str]], keys: Iterable[str]) -> tuple[str, ...]:
    """The largest branches that hold nothing but what is chosen, and what is chosen beside them. `chosen` are pairs
    of a key and what it is called where no star may stand for a number."""
    pairs = list(chosen)
    there = Counter(branch for key in keys for branch in _branches(key))
    meant = Counter(branch for key, _ in pairs for branch in _branches(key))
    patterns: dict[str, None] = {}
    for key, name in pairs:
        branch = next((each for each in _branches(key) if meant[each] == there[each]), name)
        patterns[branch] = None
    return tuple(patterns)


def _branches(key: str) -> list[str]:
    """The patterns of the branches that a key lies in, outermost first, and at last of the key itself."""
    segments = key.split(".", _DEPTH) if len(key) <= _LONGEST else [key]
    return ["*", *(".".join((*segments[:depth], "*")) for depth in range(1, len(segments))), key]
