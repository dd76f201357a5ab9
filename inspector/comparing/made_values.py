"""The values of items, also of those that steps have made of others: read from the file when asked for.

    for block in blocks(item):      every element, 1-D pieces of the stored type, in row-major order
    values(item)                    all of them at once, in the item's shape

Elements stay as they are stored (see `checkpoint.decoding`): bfloat16, float8 and the rest go bit for bit through all
that only moves them about. Only `cast` and `interpolate` compute.

Why this way: every operation can say which box of its parts a box of its result is made of. So a tensor of any size
is worked out box by box, and what is held at once is bounded however the steps are stacked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import TYPE_CHECKING

from .. import wording
from ..checkpoint.entries import ITEM_SIZES
from ..errors import InspectorError
from ..language import tr
from .interpolation import interpolate
from .sides import Item, Shape

if TYPE_CHECKING:
    from ..checkpoint.decoding import Array

Box = tuple[range, ...]
"""The indices of each dimension, without gaps."""

BOX = 64 * 1024 * 1024
"""Bytes that are worked out at once: the larger, the longer are the pieces that a transposed tensor is read in."""

MOST = 1 << 30
"""Bytes that `values` gives at most."""


def blocks(item: Item) -> Iterator[Array]:
    """The item's elements as 1-D arrays of the stored type, in row-major order; each valid until the next is asked for.

    Raises FileError where the file has no such elements, InspectorError for an item that has no values.
    """
    from ..checkpoint import arrays

    if item.made is None and item.tensor is not None:
        yield from arrays.blocks(item.tensor)
    else:
        elements = max(1, BOX // ITEM_SIZES.get(item.dtype, 1))
        yield from (_part(item, box).reshape(-1) for box in _boxes(_shape(item), elements))


def values(item: Item) -> Array:
    """All elements of the item, in its shape and the stored type. Raises as `blocks`, and for more than 1 GiB."""
    import numpy as np

    from ..checkpoint.decoding import stored_type

    shape, dtype = _shape(item), stored_type(item.dtype)
    if math.prod(shape) * dtype.itemsize > MOST:
        raise InspectorError(tr("{key} is too large to be worked out at once.", key=wording.safe(item.key)))
    made, done = np.empty(math.prod(shape), dtype), 0
    for block in blocks(item):
        made[done : done + block.size] = block
        done += block.size
    return made.reshape(shape)


def _shape(item: Item) -> Shape:
    """The shape of an item that has values."""
    if item.shape is None or (item.tensor is None and item.made is None):
        raise InspectorError(tr("{key} has no values that could be read.", key=wording.safe(item.key)))
    return item.shape


def _boxes(shape: Shape, elements: int) -> Iterator[Box]:
    """Boxes of at most so many elements that follow one another in row-major order."""
    if 0 in shape:
        return
    split = next((dim for dim in range(len(shape)) if math.prod(shape[dim + 1 :]) <= elements), len(shape))
    if split == len(shape):  # no dimension at all
        yield ()
        return
    rows = max(1, elements // math.prod(shape[split + 1 :]))
    whole = tuple(map(range, shape[split + 1 :]))
    for outer in product(*map(range, shape[:split])):
        for first in range(0, shape[split], rows):
            taken = range(first, min(first + rows, shape[split]))
            yield (*(range(index, index + 1) for index in outer), taken, *whole)


def _part(item: Item, box: Box) -> Array:
    """The elements of a box, in its shape."""
    if item.made is None:
        return _of_file(item, box)
    return _OPERATIONS[item.made.operation](item, box)


def _of_file(item: Item, box: Box) -> Array:
    from ..checkpoint.arrays import Elements
    from ..checkpoint.layouts import Layout

    if item.tensor is None:
        raise InspectorError(tr("{key} has no values that could be read.", key=wording.safe(item.key)))
    elements = Elements(item.tensor)
    stride = elements.layout.stride
    first = elements.layout.offset + sum(taken.start * step for taken, step in zip(box, stride))
    with elements.opened():
        return elements.gather(Layout(tuple(map(len, box)), stride, first))


# -- each operation: a box of the result, out of boxes of the parts ------------------------------------


def _only(item: Item) -> tuple[Item, Shape]:
    """The one part that an item is made of, and its shape."""
    assert item.made is not None
    (part,) = item.made.parts
    return part, _shape(part)


def _arguments(item: Item) -> list[int]:
    assert item.made is not None
    return [number for number in item.made.arguments if isinstance(number, int)]


def _with(box: Box, dim: int, taken: range) -> Box:
    return (*box[:dim], taken, *box[dim + 1 :])


def _transpose(item: Item, box: Box) -> Array:
    part, _ = _only(item)
    first, second = _arguments(item)
    turned = _with(_with(box, first, box[second]), second, box[first])
    return _part(part, turned).swapaxes(first, second)


def _reshape(item: Item, box: Box) -> Array:
    """Only dimensions of size 1 come and go, so the others are the same, in the same order."""
    part, shape = _only(item)
    kept = iter([taken for taken, size in zip(box, _shape(item)) if size != 1])
    found = _part(part, tuple(next(kept) if size != 1 else range(1) for size in shape))
    return found.reshape(tuple(map(len, box)))


def _slice(item: Item, box: Box) -> Array:
    part, _ = _only(item)
    dim, start, _ = _arguments(item)
    return _part(part, _with(box, dim, range(box[dim].start + start, box[dim].stop + start)))


def _pad(item: Item, box: Box) -> Array:
    import numpy as np

    from ..checkpoint.decoding import stored_type

    part, shape = _only(item)
    dim, _ = _arguments(item)
    made = np.zeros(tuple(map(len, box)), stored_type(item.dtype))
    there = range(min(box[dim].start, shape[dim]), min(box[dim].stop, shape[dim]))
    if there:
        made[(slice(None),) * dim + (slice(0, len(there)),)] = _part(part, _with(box, dim, there))
    return made


def _join(item: Item, box: Box) -> Array:
    import numpy as np

    assert item.made is not None
    (dim,) = _arguments(item)
    found, start = [], 0
    for part in item.made.parts:
        size = _shape(part)[dim]
        taken = range(max(box[dim].start - start, 0), min(box[dim].stop - start, size))
        if taken:
            found.append(_part(part, _with(box, dim, taken)))
        start += size
    return np.concatenate(found, dim)


def _interpolate(item: Item, box: Box) -> Array:
    """Every new position is made of old ones all over the grid, but of the same channels."""
    from ..checkpoint.converting import convert
    from ..checkpoint.decoding import decode

    part, shape = _only(item)
    *grids, extra = _arguments(item)
    old = _part(part, (*map(range, shape[:-1]), box[-1])).reshape(shape[-2], -1)
    fitted = interpolate(decode(old, item.dtype), (grids[0], grids[1]), (grids[2], grids[3]), extra)
    new = convert(fitted[box[-2].start : box[-2].stop], "float64", item.dtype)
    kept = old[box[-2].start : min(extra, box[-2].stop)]
    new[: len(kept)] = kept  # bit for bit, whatever they hold
    return new.reshape(tuple(map(len, box)))


def _cast(item: Item, box: Box) -> Array:
    from ..checkpoint.converting import convert

    part, _ = _only(item)
    return convert(_part(part, box), part.dtype, item.dtype)


def _initial(item: Item, box: Box) -> Array:
    raise InspectorError(
        tr("{key} stays as the model has it: the file has no values for it.", key=wording.safe(item.key))
    )


_OPERATIONS: dict[str, Callable[[Item, Box], Array]] = {
    "transpose": _transpose,
    "reshape": _reshape,
    "slice": _slice,
    "pad": _pad,
    "join": _join,
    "interpolate": _interpolate,
    "cast": _cast,
    "initial": _initial,
}
