"""What the steps do to a state_dict: its keys, its shapes, and how each new tensor is made of old ones.

    apply(side, [StripPrefix("module."), Drop(("fc.{rest}",))])  ->  the side as it is after these steps

No value is read here. An item that is made of others says so in `Item.made`, and `made_values` works it out when it
is asked for. The operations, and the `arguments` that each has in a `Made`:

    transpose    (first, second): two dimensions exchanged
    reshape      the new shape
    slice        (dim, start, size)
    pad          (dim, size): zeros at the end
    interpolate  (old height, old width, new height, new width, extra)
    cast         (dtype,)
    join         (dim,): all parts, one after the other
    initial      (): nothing of the file; the model keeps what it has

Why this way: ticking a step must show its effect at once, on files of any size; and what is written in the end is
what was shown, because both come of the same items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import singledispatch

from .. import wording
from ..errors import InspectorError
from ..language import tr
from . import making
from .matching import Matcher
from .metadata import moved
from .sides import Item, Side
from .steps import (
    AddPrefix,
    Cast,
    Drop,
    Fuse,
    Interpolate,
    KeepInitial,
    Pad,
    Rename,
    Slice,
    Split,
    Squeeze,
    Step,
    StripPrefix,
    Transpose,
    Unsqueeze,
)
from .templates import template

Items = tuple[Item, ...]


def apply(side: Side, steps: Iterable[Step], model: Side | None = None) -> Side:
    """The side as it is after the steps, one after the other; the order of its keys is kept.

    With `model`, the side that will load it, `KeepInitial` also acts on keys that only the model has. Raises
    InspectorError for a step that makes no sense here: one that would give two tensors the same key, or whose
    dimensions or sizes do not fit a tensor that its patterns match.
    """
    items, metadata = side.items, side.metadata
    for step in steps:
        changed = tuple(_applied(step, items, model))
        _refuse_collisions(items, changed)
        if isinstance(step, (StripPrefix, AddPrefix, Rename)):
            renames = ((old.key, new.key) for old, new in zip(items, changed) if old is not new)
            metadata = moved(metadata, renames)
        items = changed
    return side._replace(items=_with_ties(items), metadata=metadata)


# -- each kind of step -------------------------------------------------------------------------------


@singledispatch
def _applied(step: Step, items: Items, model: Side | None) -> Iterable[Item]:
    raise InspectorError(tr("{step!r} is no step that mends a checkpoint.", step=step))


@_applied.register
def _(step: StripPrefix, items: Items, model: Side | None) -> Iterable[Item]:
    whole, kept = step.under + step.prefix, len(step.under)
    for item in items:
        key = item.key
        yield making.renamed(item, key[:kept] + key[len(whole) :]) if key.startswith(whole) else item


@_applied.register
def _(step: AddPrefix, items: Items, model: Side | None) -> Iterable[Item]:
    under, kept = step.under, len(step.under)
    for item in items:
        key = item.key
        yield making.renamed(item, under + step.prefix + key[kept:]) if key.startswith(under) else item


@_applied.register
def _(step: Rename, items: Items, model: Side | None) -> Iterable[Item]:
    first = Matcher([old for old, _ in step.rules]).first
    news = [template(new) for _, new in step.rules]
    for item in items:
        found = first(item.key)
        yield item if found is None else making.renamed(item, news[found[0]].fill(found[1]))


@_applied.register
def _(step: Drop, items: Items, model: Side | None) -> Iterable[Item]:
    matches = Matcher(step.patterns).matches
    return (item for item in items if not matches(item.key))


@_applied.register
def _(step: KeepInitial, items: Items, model: Side | None) -> Iterable[Item]:
    matches = Matcher(step.patterns).matches
    there = model.by_key() if model is not None else {}
    here = {item.key for item in items}
    for item in items:
        if not matches(item.key):
            yield item
        elif model is None or item.key in there:
            yield making.initial(item.key, there.get(item.key), item.origins or (item.key,))
    for key, item in there.items():
        if key not in here and matches(key):
            yield making.initial(key, item)


@_applied.register
def _(step: Split, items: Items, model: Side | None) -> Iterable[Item]:
    old, new = Matcher((step.old,)), [template(each) for each in step.new]
    for item in items:
        found = old.first(item.key)
        if found is None:
            yield item
        else:
            yield from making.split(item, [each.fill(found[1]) for each in new], step.dim, step.sizes)


@_applied.register
def _(step: Fuse, items: Items, model: Side | None) -> Iterable[Item]:
    """A group that is not complete is left as it is. The fused tensor stands where its first part stood."""
    groups = _groups(step, items)
    place_of = {item.key: key for key, parts in groups.items() for item in parts}
    for item in items:
        key = place_of.get(item.key)
        if key is None:
            yield item
        elif (parts := groups.pop(key, None)) is not None:
            yield making.joined(parts, key, step.dim)


def _groups(step: Fuse, items: Items) -> dict[str, list[Item]]:
    """New key -> the items that it is made of, in the order of the step, for the groups that have them all."""
    old, new = [Matcher((each,)) for each in step.old], template(step.new)
    found: dict[str, dict[int, Item]] = {}
    for item in items:
        for place, each in enumerate(old):
            match = each.first(item.key)
            if match is not None:
                found.setdefault(new.fill(match[1]), {}).setdefault(place, item)
    return {key: [parts[place] for place in range(len(old))] for key, parts in found.items() if len(parts) == len(old)}


@_applied.register
def _(step: Transpose, items: Items, model: Side | None) -> Iterable[Item]:
    return _each(step.patterns, items, lambda item: making.transposed(item, step.first, step.second))


@_applied.register
def _(step: Squeeze, items: Items, model: Side | None) -> Iterable[Item]:
    return _each(step.patterns, items, lambda item: making.squeezed(item, step.dims))


@_applied.register
def _(step: Unsqueeze, items: Items, model: Side | None) -> Iterable[Item]:
    return _each(step.patterns, items, lambda item: making.unsqueezed(item, step.dims))


@_applied.register
def _(step: Slice, items: Items, model: Side | None) -> Iterable[Item]:
    return _each(step.patterns, items, lambda item: making.sliced(item, step.dim, step.start, step.size))


@_applied.register
def _(step: Pad, items: Items, model: Side | None) -> Iterable[Item]:
    return _each(step.patterns, items, lambda item: making.padded(item, step.dim, step.size))


@_applied.register
def _(step: Interpolate, items: Items, model: Side | None) -> Iterable[Item]:
    return _each(step.patterns, items, lambda item: making.interpolated(item, step.old, step.new, step.extra))


@_applied.register
def _(step: Cast, items: Items, model: Side | None) -> Iterable[Item]:
    return _each(step.patterns, items, lambda item: making.cast(item, step.dtype))


def _each(patterns: tuple[str, ...], items: Items, change: Callable[[Item], Item]) -> Iterator[Item]:
    matches = Matcher(patterns).matches
    return (change(item) if matches(item.key) else item for item in items)


# -- what holds after every step ---------------------------------------------------------------------


def _refuse_collisions(before: Items, after: Items) -> None:
    """Raises InspectorError when a step gave two tensors one key. A file may have had two of one key before."""
    counted = Counter(item.key for item in after)
    if len(counted) == len(after):
        return
    had_some = len({item.key for item in before}) < len(before)
    for key in (key for key, number in counted.items() if number > 1):
        origins = [item.origins or (key,) for item in after if item.key == key]
        if had_some and len(set(origins)) == 1:
            continue
        named = wording.names([wording.safe(origin) for parts in origins for origin in parts])
        raise InspectorError(
            tr("{names} would have one name, {key}.", names=named, key=wording.safe(key)),
            hint=tr("Drop all but one of them first."),
        )


def _with_ties(items: Items) -> Items:
    """The items with `shared` only on those that are still one and the same tensor."""
    places: dict[object, list[int]] = {}
    for place, item in enumerate(items):
        if item.shared:
            places.setdefault(_identity(item), []).append(place)
    words = {place: items[tied[0]].key if len(tied) > 1 else "" for tied in places.values() for place in tied}
    if not words:
        return items
    return tuple(item._replace(shared=words[place]) if place in words else item for place, item in enumerate(items))


def _identity(item: Item) -> object:
    """The same for two items that share their elements and were treated alike."""
    if item.made is None:
        return item.shared
    return (item.made.operation, item.made.arguments, *map(_identity, item.made.parts))
