"""Which of the matrices that changed did so by a product of two thin ones, as merging an adapter (LoRA) does it.

Why this way: the rank of one matrix costs some tenths of a second, and a network has hundreds. The layers of a
network are of few kinds, so one or two matrices of each kind are looked at; what is said of the others says so.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

from ..errors import InspectorError
from ..progress import Progress
from .diffing import Comparison
from .key_groups import without_numbers

MOST = 24
"""Matrices that are looked at."""
_OF_A_KIND = 2


class Ranks(NamedTuple):
    """What was found of the matrices that changed."""

    low: tuple[str, ...] = ()
    """The keys of those of a kind of which every one that was looked at changed by a matrix of low rank."""
    rank: int = 0
    """The highest rank among them."""
    looked_at: int = 0
    changed: int = 0
    """How many matrices changed."""


def finding_ranks(comparison: Comparison, changed: Iterable[int]) -> Generator[Progress, None, Ranks]:
    """Looks at some of the pairs at the places `changed`. What cannot be read counts as not low."""
    kinds = _by_kind(comparison, changed)
    chosen = [(kind, place) for kind, places in kinds.items() for place in _spread(places)][:MOST]
    ranks: dict[str, list[int]] = {}
    for done, (kind, place) in enumerate(chosen):
        yield Progress(done, len(chosen), "matrices", comparison.pairs[place].key)
        ranks.setdefault(kind, []).append(_rank(comparison, place))
    low = {kind: max(found) for kind, found in ranks.items() if all(found)}
    keys = tuple(comparison.pairs[place].key for kind in low for place in kinds[kind])
    return Ranks(keys, max(low.values(), default=0), len(chosen), sum(map(len, kinds.values())))


def _by_kind(comparison: Comparison, places: Iterable[int]) -> dict[str, list[int]]:
    """The matrices, those together whose keys differ in numbers only."""
    from ..analysis.ranks import is_matrix

    kinds: dict[str, list[int]] = {}
    for place in places:
        pair = comparison.pairs[place]
        if pair.a is not None and pair.a.tensor is not None and is_matrix(pair.a.tensor):
            kinds.setdefault(without_numbers(pair.key), []).append(place)
    return kinds


def _spread(places: list[int]) -> Iterator[int]:
    """The first and the last of a kind."""
    yield from dict.fromkeys((places[0], places[-1]))


def _rank(comparison: Comparison, place: int) -> int:
    """The rank of a change; 0 where it is not low."""
    from ..analysis.ranks import rank_of_change

    a, b, _ = comparison.pairs[place]
    if a is None or b is None or a.tensor is None or b.tensor is None:
        return 0
    try:
        return rank_of_change(a.tensor, b.tensor) or 0
    except InspectorError:
        return 0
