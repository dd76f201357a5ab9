"""What two sides do not have in common, and the lines that `load_state_dict` says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .sides import Item, Side

Items = Mapping[str, Item]
"""Items by their keys, in the order of their side."""


def unpaired(a: Side, b: Side) -> dict[str, Item]:
    """The items of a whose key b has not, by their key and in the order of a; of two with one key the first."""
    there = {item.key for item in b.items}
    found: dict[str, Item] = {}
    for item in a.items:
        if item.key not in there:
            found.setdefault(item.key, item)
    return found


def same_rank(one: Item, other: Item) -> bool:
    """Whether they may be one tensor, of another size perhaps: as many dimensions, as far as known."""
    return one.shape is None or other.shape is None or len(one.shape) == len(other.shape)


def lines(ours: Iterable[Item], theirs: Iterable[Item]) -> tuple[str, ...]:
    """What torch says of items that do not find each other: first what is missing, then what is unexpected.

    An item of the file that a former step has changed goes by the names that it has in the file.
    """
    missing = dict.fromkeys(item.key for item in theirs)
    unexpected = dict.fromkeys(key for item in ours for key in item.origins or (item.key,))
    return (*missing, *unexpected)
