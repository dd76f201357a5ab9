"""What only one side has, as the largest parts that it has alone: a layer, a block, a single bias.

A key that the other side lacks says little; that the other side has nothing under `layers.6` says that a layer is
missing there, and that it has `layers.0` to `layers.5` says that it is not as deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..language import ntr
from .causes import CERTAIN, Cause
from .diffing import MISSING, Comparison, Pair
from .selecting import forms, selecting
from .sides import Item
from .steps import Drop, KeepInitial
from .telling import Telling

_LONG = 1000
"""A key longer than this is not looked into."""
_COUNTED = re.compile(r"((?:.*(?:layer|block|stage|level|group)_?)?)([0-9]{1,9})")
"""The name of one of many: a number alone, or `encoder_layer_3`; not `conv3`, which is no list."""


class Part(NamedTuple):
    """A part of a network that only one side has."""

    path: str
    """The shortest path below which the other side has nothing."""
    pairs: tuple[Pair, ...]

    @property
    def module(self) -> str:
        """The path of what it lies in."""
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def is_key(self) -> bool:
        """Whether it is one tensor of a module that the other side has as well."""
        return len(self.pairs) == 1 and self.pairs[0].key == self.path


class Paths:
    """The paths of one side, and which numbers each list has."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._known: set[str] = set()
        self._numbers: dict[str, set[int]] = {}
        for key in keys:
            self._add(key)

    def _add(self, path: str) -> None:
        while path and path not in self._known and len(path) <= _LONG:
            self._known.add(path)
            counted = in_list(path)
            if counted is not None:
                self._numbers.setdefault(counted[0], set()).add(counted[1])
            path = path.rpartition(".")[0]

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def numbers(self, path: str) -> set[int]:
        """The numbers of a list that `in_list` names."""
        return self._numbers.get(path, set())


def in_list(path: str) -> tuple[str, int] | None:
    """What stands before the number of an entry of a list, and that number; None for what is no such entry.

    `encoder.layers.3` is `encoder.layers.` and 3, `layers.encoder_layer_3` is `layers.encoder_layer_` and 3.
    """
    module, dot, name = path.rpartition(".")
    found = _COUNTED.fullmatch(name)
    if found is None:
        return None
    return f"{module}{dot}{found.group(1)}", int(found.group(2))


def parts(pairs: Sequence[Pair], others: Paths) -> list[Part]:
    """The pairs of one side, gathered to the largest parts that the other side has not, in their order."""
    found: dict[str, list[Pair]] = {}
    roots: dict[str, str] = {}
    for pair in pairs:
        found.setdefault(_root(pair.key, others, roots), []).append(pair)
    return [Part(path, tuple(held)) for path, held in found.items()]


def _root(key: str, others: Paths, roots: dict[str, str]) -> str:
    """The shortest beginning of a key that the others have not; `roots` keeps what is known of modules."""
    if len(key) > _LONG:
        return key
    steps = [key]
    while (module := steps[-1].rpartition(".")[0]) and module not in others and module not in roots:
        steps.append(module)
    root = roots.get(module) or steps[-1]
    roots.update(dict.fromkeys(steps[1:], root))
    return root


class OneSide:
    """The keys that one side has and the other has not, and how causes are made of them."""

    def __init__(self, comparison: Comparison, kind: str) -> None:
        self.telling = Telling(comparison)
        self.kind = kind
        self.pairs = comparison.of_kind(kind)
        self.is_missing = kind == MISSING
        ours, theirs = comparison.a.items, comparison.b.items
        self.items = theirs if self.is_missing else ours
        self.own = Paths(item.key for item in self.items)
        self.others = Paths(item.key for item in (ours if self.is_missing else theirs))
        self.holder = self.telling.model if self.is_missing else self.telling.file
        self._forms = forms(item.key for item in self.items)

    def cause(
        self,
        kind: str,
        what: str,
        pairs: Sequence[Pair],
        *,
        patterns: Sequence[str] = (),
        advice: str = "",
        confidence: str = CERTAIN,
        evidence: Sequence[str] = (),
    ) -> Cause:
        """The cause of these pairs; its step leaves them as they are in the model, or leaves them out of the file.

        `patterns` are those of the step where there may be fewer than names of the pairs give.
        """
        chosen = selecting([pair.key for pair in pairs], self._forms)
        if patterns and len(patterns) < len(chosen):
            chosen = tuple(patterns)
        step = KeepInitial(chosen) if self.is_missing else Drop(chosen)
        return Cause(
            kind, self._told(what, len(pairs)), named(pairs), (), step, advice, confidence, tuple(evidence), (), True
        )

    def _told(self, what: str, count: int) -> str:
        """The sentence that begins with `what` and ends with how much it explains."""
        if self.is_missing:
            return ntr(
                "{what}: explains {count:,} of {n} missing key.",
                "{what}: explains {count:,} of {n} missing keys.",
                len(self.pairs),
                what=what,
                count=count,
            )
        return ntr(
            "{what}: explains {count:,} of {n} unexpected key.",
            "{what}: explains {count:,} of {n} unexpected keys.",
            len(self.pairs),
            what=what,
            count=count,
        )


def named(pairs: Iterable[Pair]) -> tuple[str, ...]:
    """What `load_state_dict` calls them: the file's own names for what the file has."""
    return tuple(dict.fromkeys(key for pair in pairs for key in pair.was or (pair.key,)))


def item_of(pair: Pair) -> Item:
    """The item of a pair that has only one."""
    item = pair.b or pair.a
    assert item is not None
    return item
