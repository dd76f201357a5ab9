"""Positions: how many a table of learned ones has, on which grid they lie, and which window they are relative to.

A picture of 224 in patches of 16 has 14 * 14 positions and one for the class token; a sequence has just a number of
them. What a model works out by itself (an index, a causal mask) changes with them and needs no mending.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import wording
from ..language import marked, sentences, tr
from . import advising
from .arithmetic import Grids, grids, windows
from .causes import CERTAIN, LIKELY, Cause
from .harmless import is_recomputed
from .places import KERNEL, TOKENS, WINDOW, Spot
from .steps import Interpolate, KeepInitial, Pad, Slice, Step
from .telling import Telling, agreeing
from .templates import literal
from .widths import Group, gather

_FRONT = ("cls_token", "class_token", "dist_token", "class_embedding")
"""The names of tokens that stand before the positions of a picture."""
_EARLY = 64
"""The convolution that cuts a picture into patches is among so many first kernels that differ."""
_FITTED = marked("Fitting it to the new grid changes what the model computes: test or fine-tune it afterwards.")


def explain(telling: Telling, all_spots: Sequence[Spot]) -> Iterable[Cause]:
    """The causes of positions and windows; of the kernel of patches where their size is what changed the grid."""
    recomputed = [spot for spot in all_spots if spot.role in (TOKENS, WINDOW) and is_recomputed(spot.key)]
    known = {(spot.key, spot.dim) for spot in recomputed}
    learned = [spot for spot in all_spots if (spot.key, spot.dim) not in known]
    kernels = [spot for spot in learned if spot.role == KERNEL][:_EARLY]
    for group in gather(spot for spot in learned if spot.role == TOKENS).values():
        yield _tokens(telling, group, kernels)
    for group in gather(spot for spot in learned if spot.role == WINDOW).values():
        yield _window(telling, group)
    if recomputed:
        yield _recomputed(telling, recomputed)


def _tokens(telling: Telling, group: Group, kernels: list[Spot]) -> Cause:
    """The cause of one table; takes out of `kernels` what follows from the same size of patches."""
    ways = [] if any(_is_sequence(spot) for spot in group.spots) else grids(*group.pair)
    if not ways:
        return _sequence(telling, group)
    grid = _likeliest(ways, telling)
    patches = [spot for spot in kernels if spot.old * grid.old == spot.new * grid.new]
    for spot in patches:
        kernels.remove(spot)
    return telling.cause(
        "patch size" if patches else "positions",
        agreeing(
            "{where} is for {old} in {file} and {new} in {model}",
            "{where} are for {old} in {file} and {new} in {model}",
            (spot.key for spot in group.spots),
            **telling.between(_counted(grid.old, grid.extra), _counted(grid.new, grid.extra)),
        ),
        [*group.spots, *patches],
        step=None if patches else _interpolation(group.spots, grid),
        advice=advising.patches(telling, patches[0].pair) if patches else _fitted(telling, grid),
        confidence=CERTAIN if len(ways) == 1 else LIKELY,
        evidence=_evidence(grid, patches),
        undecided=[] if len(ways) == 1 else [tr("The grid could also be {others}.", others=_others(ways, grid))],
    )


def _sequence(telling: Telling, group: Group) -> Cause:
    """Positions of a text, or of nothing that is known."""
    old, new = group.pair
    return telling.cause(
        "positions",
        agreeing(
            "{where} is for {old:,} positions in {file} and {new:,} in {model}",
            "{where} are for {old:,} positions in {file} and {new:,} in {model}",
            (spot.key for spot in group.spots),
            **telling.between(old, new),
        ),
        group.spots,
        step=_cut(group),
        advice=advising.positions(telling, group.pair),
        confidence=LIKELY,
    )


def _is_sequence(spot: Spot) -> bool:
    """Whether positions are those of a text: an embedding that is looked up, not a parameter that is added."""
    return spot.leaf == "weight"


def _fitted(telling: Telling, grid: Grids) -> str:
    return sentences(advising.grid(telling, grid), tr(_FITTED))


def _counted(side: int, extra: int) -> str:
    square = f"{side}² + {extra}" if extra else f"{side}²"
    return tr("{count:,} positions ({square})", count=side * side + extra, square=square)


def _likeliest(ways: list[Grids], telling: Telling) -> Grids:
    """The grid whose extra tokens are those that the model names, or else the one with a class token."""
    front = {item.key.rpartition(".")[2] for item in telling.b.items}
    named = sum(name in front for name in _FRONT)
    return min(ways, key=lambda way: (way.extra != named, way.extra != 1))


def _evidence(grid: Grids, patches: Sequence[Spot]) -> list[str]:
    before = {0: tr("none"), 1: tr("one (a class token)")}.get(grid.extra, str(grid.extra))
    found = [tr("Both are squares and the same number of tokens before them: {before}.", before=before)]
    if patches:
        old, new = patches[0].pair
        found.append(
            tr(
                "{old_count} patches of {old_size} are as wide a picture as {new_count} patches of {new_size}.",
                old_count=grid.old,
                old_size=old,
                new_count=grid.new,
                new_size=new,
            )
        )
    return found


def _others(ways: list[Grids], grid: Grids) -> str:
    return wording.one_of([f"{way.old}² + {way.extra} → {way.new}² + {way.extra}" for way in ways if way != grid])


def _interpolation(spots: Sequence[Spot], grid: Grids) -> Step | None:
    """The step, where all lie as it needs them: [tokens, width] or [1, tokens, width]."""
    keys = tuple(dict.fromkeys(literal(spot.key) for spot in spots))
    if any(spot.shape[: spot.dim] not in ((), (1,)) or len(spot.shape) != spot.dim + 2 for spot in spots):
        return None
    return Interpolate(keys, (grid.old, grid.old), (grid.new, grid.new), grid.extra)


def _cut(group: Group) -> Step | None:
    """Fewer positions: those at the beginning; more: zeros for the new ones. Where they all lie along one dimension."""
    dims = {spot.dim for spot in group.spots}
    if len(dims) > 1:
        return None
    keys = tuple(literal(spot.key) for spot in group.spots)
    old, new = group.pair
    return Slice(keys, dims.pop(), new) if new < old else Pad(keys, dims.pop(), new)


def _window(telling: Telling, group: Group) -> Cause:
    keys = [spot.key for spot in group.spots]
    sides = windows(*group.pair)
    if sides is None:
        what = agreeing(
            "{where} has {old:,} relative positions in {file} and {new:,} in {model}",
            "{where} have {old:,} relative positions in {file} and {new:,} in {model}",
            keys,
            **telling.between(*group.pair),
        )
        return telling.cause("window", what, group.spots, confidence=LIKELY)
    what = agreeing(
        "{where} is for windows that are {old} wide in {file} and {new} in {model}",
        "{where} are for windows that are {old} wide in {file} and {new} in {model}",
        keys,
        **telling.between(*sides),
    )
    spread = [2 * side - 1 for side in sides]
    grid = Grids(spread[0], spread[1], 0)
    fits = (spread[0] ** 2, spread[1] ** 2) == group.pair
    return telling.cause(
        "window",
        what,
        group.spots,
        step=_interpolation(group.spots, grid) if fits else None,
        advice=sentences(advising.windows(telling, sides), tr(_FITTED)),
        evidence=[
            tr("{size:,} is (2 * {side} - 1)².", size=size, side=side) for size, side in zip(group.pair, sides) if fits
        ],
    )


def _recomputed(telling: Telling, spots: Sequence[Spot]) -> Cause:
    keys = tuple(dict.fromkeys(spot.key for spot in spots))
    what = agreeing(
        "{where} is worked out by the model itself, from sizes that differ",
        "{where} are worked out by the model itself, from sizes that differ",
        keys,
    )
    return telling.cause(
        "harmless",
        what,
        spots,
        step=KeepInitial(tuple(map(literal, keys))),
        advice=tr("Nothing is lost when the model keeps its own."),
    )
