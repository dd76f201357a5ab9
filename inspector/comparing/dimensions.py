"""Why sizes differ: every mismatched dimension, explained by exactly one cause.

Told apart first by what the dimension counts - positions, the kernel of a convolution, entries of an embedding, what
goes in from outside and what comes out in the end -, and what is left are widths, which `widths` joins.

Why this way: first the place, then the numbers. A thousand classes that became five hundred have nothing to do with
widths that were halved, though the factor is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..language import tr
from . import advising, ends, positions, width_words
from .causes import POSSIBLE, Cause
from .diffing import SIZE, Comparison
from .places import ENTRIES, KERNEL, RANK, TOKENS, WINDOW, Layer, Spot, layers, spots
from .telling import Telling, agreeing, places
from .widths import Group, clusters, gather

MOST = 40
"""Causes beyond which the rest is told as one: these are different networks."""


def explain_dimensions(comparison: Comparison) -> tuple[Cause, ...]:
    """The causes of all mismatched dimensions, those that explain most first.

    A pair whose shapes have not the same number of dimensions counts as one mismatched dimension, number -1.
    """
    if not comparison.counts[SIZE]:
        return ()
    telling = Telling(comparison)
    found = layers(comparison.pairs, comparison.b.modules or comparison.a.modules)
    every = [spot for layer in found for spot in spots(layer)]
    causes = [*_ranks(telling, _of(RANK, every)), *positions.explain(telling, every)]
    told = {dim for cause in causes for dim in cause.dims}
    left = [spot for spot in every if (spot.key, spot.dim) not in told]
    causes += [*_kernels(telling, _of(KERNEL, left)), *_widths(telling, left, found)]
    causes = sorted(causes, key=lambda cause: -len(cause.dims))[:MOST]
    return (*causes, *_rest(telling, causes, every))


def _of(role: str, every: Iterable[Spot]) -> list[Group]:
    groups = gather(spot for spot in every if spot.role == role).values()
    return sorted(groups, key=lambda group: -len(group.spots))[:MOST]


def _ranks(telling: Telling, groups: Iterable[Group]) -> Iterator[Cause]:
    for group in groups:
        old, new = group.pair
        what = agreeing(
            "{where} has {old} dimensions in {file} and {new} in {model}",
            "{where} have {old} dimensions in {file} and {new} in {model}",
            (spot.key for spot in group.spots),
            **telling.between(old, new),
        )
        advice = tr("These are layers of another kind: nothing of theirs can be loaded.")
        yield telling.cause("shape", what, group.spots, advice=advice)


def _kernels(telling: Telling, groups: Iterable[Group]) -> Iterator[Cause]:
    for group in groups:
        old, new = group.pair
        where = places(spot.module for spot in group.spots)
        what = tr(
            "The kernel of {where} is {old:,} wide in {file} and {new:,} in {model}",
            where=where,
            **telling.between(old, new),
        )
        yield telling.cause("kernel", what, group.spots, advice=advising.kernels(telling, group.pair))


def _widths(telling: Telling, left: list[Spot], found: list[Layer]) -> Iterator[Cause]:
    groups = gather(spot for spot in left if spot.role not in (RANK, TOKENS, WINDOW, KERNEL, ENTRIES))
    tables = gather(spot for spot in left if spot.role == ENTRIES)
    yield from ends.explain(telling, groups, tables, found)
    telling.sizes = _sizes(groups.values())
    for cluster in clusters(groups.values())[:MOST]:
        yield width_words.cause(telling, cluster)


def _rest(telling: Telling, causes: list[Cause], every: Iterable[Spot]) -> Iterator[Cause]:
    """One cause for all that is too much to be told one by one."""
    told = {dim for cause in causes for dim in cause.dims}
    spots = [spot for spot in every if (spot.key, spot.dim) not in told]
    if not spots:
        return
    first = places([spots[0].module])
    what = tr(
        "{count:,} more pairs of sizes differ with no common reason, the first in {first}",
        count=len(gather(spots)),
        first=first,
    )
    advice = tr("These may be different networks: choose another file or class.")
    yield telling.cause("shape", what, spots, confidence=POSSIBLE, advice=advice)


def _sizes(groups: Iterable[Group]) -> dict[int, int]:
    """The model's widths -> the file's, without those that stand for several."""
    olds: dict[int, set[int]] = {}
    for group in groups:
        olds.setdefault(group.pair[1], set()).add(group.pair[0])
    return {new: each.pop() for new, each in olds.items() if len(each) == 1}
