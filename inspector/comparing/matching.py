"""Many patterns against many keys: which of them is the first that a key matches.

    Matcher(("fc.{rest}", "layers.{i}.{rest}")).first("layers.3.weight")  ->  (1, {"i": "3", "rest": "weight"})

Why this way: a file has 100,000 keys but few kinds of them, which differ by their numbers only. Which patterns may
match is found out once for each kind - the key with every digit a 0 - so that a key which none matches costs a look
into a dictionary, however many patterns there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .templates import Template, template

_DIGITS = str.maketrans("123456789", "0" * 9)

Slots = dict[str, str]
"""What each slot of a pattern stands for."""


class Matcher:
    """Some patterns, in the order in which they are tried. Raises QueryError for one that is none."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._templates = [template(pattern) for pattern in patterns]
        self._whole: dict[str, int] = {}
        """Keys that are patterns themselves, without any slot: these are many where a rename has no rule."""
        self._slotted: list[tuple[int, re.Pattern[str]]] = []
        for place, each in enumerate(self._templates):
            if each.names:
                self._slotted.append((place, re.compile(_of_kinds(each), re.DOTALL)))
            else:
                self._whole.setdefault(each.fill({}), place)
        self._kinds: dict[str, list[int]] = {}

    def first(self, key: str) -> tuple[int, Slots] | None:
        """The first pattern that `key` matches, by its place, and what its slots stand for; None when none does."""
        whole = self._whole.get(key)
        for place in self._of_its_kind(key):
            if whole is not None and whole < place:
                break
            slots = self._templates[place].match(key)
            if slots is not None:
                return place, slots
        return None if whole is None else (whole, {})

    def matches(self, key: str) -> bool:
        """Whether any pattern matches."""
        return self.first(key) is not None

    def _of_its_kind(self, key: str) -> list[int]:
        kind = key.translate(_DIGITS)
        places = self._kinds.get(kind)
        if places is None:
            places = self._kinds[kind] = [place for place, might in self._slotted if might.fullmatch(kind)]
        return places


def _of_kinds(each: Template) -> str:
    """An expression that matches the kind of every key which the pattern matches, and of few others."""
    made = []
    for literal, name, _ in each.parts:
        made.append(re.escape(literal.translate(_DIGITS)))
        if name:
            made.append(".*" if name.startswith("rest") else "0+" if len(name) == 1 else "[^.]+")
    return "".join(made)
