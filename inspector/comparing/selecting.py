"""The fewest patterns that match some keys of a side and no other key of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .telling import SLOT, form, patterns
from .templates import literal

_SLOTS = 6
"""A pattern has slots for no more numbers than these."""


def forms(keys: Iterable[str]) -> Counter[str]:
    """How many keys there are of each form, that is, with their numbers left open."""
    return Counter(map(form, keys))


def selecting(chosen: Sequence[str], known: Counter[str]) -> tuple[str, ...]:
    """Patterns for the `chosen` among all keys of a side, whose forms are `known`.

    `layers.{i}.bias` where every key of that form is chosen; the keys themselves where some are not.
    """
    by_form: dict[str, list[str]] = {}
    for key in dict.fromkeys(chosen):
        by_form.setdefault(form(key), []).append(key)
    found: list[str] = []
    for each, keys in by_form.items():
        plain = len(keys) < 3 or known[each] > len(keys) or each.count(SLOT) > _SLOTS or "{" in each or "}" in each
        found += map(literal, keys) if plain else patterns(keys)
    return tuple(found)
