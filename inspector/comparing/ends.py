"""The two ends of a network, and its tables: what goes in from outside, what comes out, what is looked up.

A size that goes in somewhere and comes out nowhere is given by the data; one that comes out and goes in nowhere is what
the network was asked for: classes. Rows of an embedding are a vocabulary, and the head that scores it has as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from .. import wording
from ..language import tr
from . import advising
from .arithmetic import factor, multiple, square_root
from .causes import CERTAIN, LIKELY, Cause
from .places import IN, Layer, Spot, is_table, shapes
from .steps import KeepInitial, Pad, Slice, Step
from .telling import Telling, agreeing, places
from .templates import literal
from .widths import Group, PairOfSizes

Groups = dict[PairOfSizes, Group]

_HEAD = re.compile(r"(^|[._])(head|classif|logits|score|pred|box_pred|out|fc|cls|linear|final)")
_CHANNELS = 16
"""A convolution that takes no more than these from outside takes the channels of a picture or sound."""
_TRIED = 64
"""How many widths are tried as multiples of an output."""


def explain(telling: Telling, groups: Groups, tables: Groups, found: list[Layer]) -> Iterable[Cause]:
    """The causes at the ends; the groups that they explain are taken out of `groups`."""
    weights = [layer for layer in found if layer.weight is not None]
    if not weights:
        return
    taken = _taken(groups.values())
    outputs = {pair: group for pair, group in groups.items() if _comes_out(group, taken, weights[-1])}
    for pair in outputs:
        del groups[pair]
    for table in tables.values():
        yield _vocabulary(telling, table, outputs.pop(table.pair, None))
    yield from _classes(telling, list(outputs.values()), weights[-1])
    first = next((layer for layer in weights if not is_table(layer) and _takes(layer)), weights[0])
    for group in [group for group in groups.values() if _comes_from_outside(group, groups, first)]:
        del groups[group.pair]
        yield _input(telling, group, first)
    yield from _convolution_groups(telling, groups, weights)
    yield from _flattened(telling, groups, weights)


def _takes(layer: Layer) -> bool:
    return layer.weight is not None and "pos" not in layer.weight.key.rpartition(".")[2]


# -- what comes out ----------------------------------------------------------------------------------


def _taken(groups: Iterable[Group]) -> dict[object, list[Group]]:
    """What goes in somewhere, by its factor."""
    found: dict[object, list[Group]] = {}
    for group in groups:
        if group.consumers:
            found.setdefault(factor(*group.pair), []).append(group)
    return found


def _comes_out(group: Group, taken: dict[object, list[Group]], last: Layer) -> bool:
    """Whether it comes out of a head and goes in nowhere."""
    if group.consumers or not group.producers or any(_is_apart(spot, group) for spot in group.spots):
        return False
    if last.path in group.producers:
        return True
    heads = [path for path in group.producers if _HEAD.search(path.lower())]
    if len(heads) < len(group.producers):
        return False
    return not any(multiple(other.pair, group.pair) for other in taken.get(factor(*group.pair), [])[:_TRIED])


def _is_apart(spot: Spot, group: Group) -> bool:
    """Whether it is neither of a weight nor beside one, such as a norm that follows."""
    return spot.module not in group.producers


def _classes(telling: Telling, outputs: list[Group], last: Layer) -> Iterable[Cause]:
    """Heads that grow together (a box for each class) are one cause."""
    by_factor: dict[object, list[Group]] = {}
    for group in sorted(outputs, key=lambda group: group.pair):
        by_factor.setdefault(factor(*group.pair) or group.pair, []).append(group)
    for same in by_factor.values():
        old, new = same[0].pair
        spots = [spot for group in same for spot in group.spots]
        heads = {module: None for group in same for module in group.producers}
        yield telling.cause(
            "classes",
            agreeing(
                "{where} gives {old:,} outputs (classes) in {file} and {new:,} in {model}",
                "{where} give {old:,} outputs (classes) in {file} and {new:,} in {model}",
                heads,
                **telling.between(old, new),
            ),
            spots,
            step=KeepInitial(tuple(dict.fromkeys(literal(spot.key) for spot in spots))),
            advice=advising.classes(telling, (old, new)),
            confidence=CERTAIN if last.path in heads else LIKELY,
            evidence=[tr("No later layer takes it: it is what comes out in the end.")],
        )


def _vocabulary(telling: Telling, table: Group, head: Group | None) -> Cause:
    spots = [*table.spots, *(head.spots if head else ())]
    old, new = table.pair
    return telling.cause(
        "vocabulary",
        agreeing(
            "{where} has {old:,} entries in {file} and {new:,} in {model}",
            "{where} have {old:,} entries in {file} and {new:,} in {model}",
            (spot.module for spot in table.spots),
            **telling.between(old, new),
        ),
        spots,
        step=_resized(spots, old, new),
        advice=advising.vocabulary(telling, table.pair),
        evidence=[agreeing("{where} scores as many.", "{where} score as many.", head.producers)] if head else [],
    )


def _resized(spots: list[Spot], old: int, new: int) -> Step | None:
    dims = {spot.dim for spot in spots}
    keys = tuple(dict.fromkeys(literal(spot.key) for spot in spots))
    if len(dims) > 1 or min(old, new) < 1:
        return None
    return Slice(keys, dims.pop(), new) if new < old else Pad(keys, dims.pop(), new)


# -- what goes in ------------------------------------------------------------------------------------


def _comes_from_outside(group: Group, groups: Groups, first: Layer) -> bool:
    """Whether it goes into the first layer and comes out of none."""
    if first.path not in group.consumers:
        return False
    if not group.producers:
        return not any(other.producers and multiple(group.pair, other.pair) for other in groups.values())
    # An autoencoder gives back what it takes.
    behind = min(group.producers.values()) > max(group.consumers.values())
    return behind and len(group.producers) == len(group.consumers) == 1


def _input(telling: Telling, group: Group, first: Layer) -> Cause:
    old, new = group.pair
    weight = first.weight
    is_picture = weight is not None and len(shapes(weight)[1]) > 2 and max(old, new) <= _CHANNELS
    key = next(spot.key for spot in group.spots if spot.role == IN)
    return telling.cause(
        "input channels" if is_picture else "input size",
        _input_told(telling, group, is_picture),
        group.spots,
        step=_resized(group.spots, old, new) if is_picture else None,
        advice=advising.channels(telling, group.pair, key) if is_picture else advising.inputs(telling, group.pair),
        evidence=[tr("It is the first layer, and nothing before it gives so many.")],
    )


# -- what goes in from a layer that did not change ---------------------------------------------------


def _input_told(telling: Telling, group: Group, is_picture: bool) -> str:
    """What a first layer takes, and a last one gives back."""
    values = telling.between(*group.pair)
    if group.producers:
        return _taken_and_given_back(group, is_picture, values)
    if is_picture:
        return agreeing(
            "{where} takes {old:,} input channels in {file} and {new:,} in {model}",
            "{where} take {old:,} input channels in {file} and {new:,} in {model}",
            group.consumers,
            **values,
        )
    return agreeing(
        "{where} takes {old:,} input numbers in {file} and {new:,} in {model}",
        "{where} take {old:,} input numbers in {file} and {new:,} in {model}",
        group.consumers,
        **values,
    )


def _taken_and_given_back(group: Group, is_picture: bool, values: dict[str, object]) -> str:
    takes = agreeing("{where} takes", "{where} take", group.consumers)
    gives = agreeing("{where} gives back", "{where} give back", group.producers)
    if is_picture:
        return tr(
            "{takes} and {gives} {old:,} input channels in {file} and {new:,} in {model}",
            takes=takes,
            gives=gives,
            **values,
        )
    return tr(
        "{takes} and {gives} {old:,} input numbers in {file} and {new:,} in {model}", takes=takes, gives=gives, **values
    )


def _convolution_groups(telling: Telling, groups: Groups, weights: list[Layer]) -> Iterable[Cause]:
    """Convolutions whose channels are split into another number of groups."""
    before = {layer.order: previous for previous, layer in pairwise(weights)}
    split: dict[tuple[int, int], list[Group]] = {}
    for group in groups.values():
        numbers = {_number_of_groups(spot, before) for spot in group.spots}
        known = numbers.pop() if len(numbers) == 1 else None
        if known is not None:
            split.setdefault(known, []).append(group)
    for (old, new), members in split.items():
        for group in members:
            del groups[group.pair]
        spots = [spot for group in members for spot in group.spots]
        what = agreeing(
            "{where} works in {old} in {file} and {new} in {model}",
            "{where} work in {old} in {file} and {new} in {model}",
            (spot.module for spot in spots),
            **telling.between(_in_groups(old), _in_groups(new)),
        )
        advice = advising.groups(telling, _in_groups(old))
        yield telling.cause("groups", what, spots, advice=advice, confidence=LIKELY)


def _number_of_groups(spot: Spot, before: dict[int, Layer]) -> tuple[int, int] | None:
    """The groups of a convolution on both sides, 0 for one group for each channel; None when that is no reason."""
    previous = before.get(spot.order)
    if spot.role != IN or previous is None or previous.weight is None or 0 in spot.pair:
        return None
    a, b = shapes(previous.weight)
    if len(a) < 3 or len(b) < 3 or a[0] % spot.old or b[0] % spot.new or a[0] // spot.old == b[0] // spot.new:
        return None
    return 0 if spot.old == 1 else a[0] // spot.old, 0 if spot.new == 1 else b[0] // spot.new


def _in_groups(number: int) -> str:
    return wording.plural(number, "group") if number else tr("a group for each channel")


def _flattened(telling: Telling, groups: Groups, weights: list[Layer]) -> Iterable[Cause]:
    """A linear layer that takes a flattened picture whose channels are the same: the picture has another size."""
    places_of = {layer.order: place for place, layer in enumerate(weights)}
    for group in list(groups.values()):
        place = places_of.get(min(group.consumers.values(), default=-1), 0)
        if group.producers or len(group.consumers) != 1 or not place or not _is_linear(weights[place]):
            continue
        channels = _channels(weights[place - 1])
        if channels > 1 and not any(size % channels for size in group.pair):
            del groups[group.pair]
            yield _of_picture(telling, group, channels, weights[place - 1].path)


def _is_linear(layer: Layer) -> bool:
    return layer.weight is not None and {len(shape) for shape in shapes(layer.weight)} == {2}


def _channels(layer: Layer) -> int:
    """What a convolution gives, when it gives the same on both sides."""
    assert layer.weight is not None
    a, b = shapes(layer.weight)
    return b[0] if len(b) > 2 and a[0] == b[0] else 0


def _of_picture(telling: Telling, group: Group, channels: int, source: str) -> Cause:
    old, new = (size // channels for size in group.pair)
    come = places([source])
    return telling.cause(
        "picture size",
        tr(
            "{where} takes a picture of {old} places in {file} and {new} in {model}",
            where=places(group.consumers),
            **telling.between(_area(old), _area(new)),
        ),
        group.spots,
        advice=advising.pictures(telling, group.pair),
        evidence=[
            tr(
                "{size:,} is {channels:,} channels of {where} times {places:,}.",
                size=size,
                channels=channels,
                where=come,
                places=size // channels,
            )
            for size in group.pair
        ],
    )


def _area(places_: int) -> str:
    side = square_root(places_)
    return f"{side} × {side}" if side > 1 else f"{places_:,}"
