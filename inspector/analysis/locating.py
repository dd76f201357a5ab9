"""Where the first NaN and the first infinity of a tensor are."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import numpy as np

from ..checkpoint.arrays import Elements, blocks_of, is_per_channel, number_blocks, numbers_of
from ..checkpoint.decoding import Array
from ..checkpoint.layouts import Layout, distinct
from ..progress import Progress

Index = tuple[int, ...]


def locating(elements: Elements, nan: bool, infinity: bool) -> Generator[Progress, None, list[Index | None]]:
    """The indices of the first NaN and of the first infinity in row-major order, of those that are asked for.

    Expanded dimensions are not walked: what they repeat is there at their index 0 already.
    """
    wanted = [nan, infinity]
    found: list[Index | None] = [None, None]
    layout, _ = distinct(elements.layout)
    seen = 0
    tests: list[Callable[[Array], Array]] = [np.isnan, _is_infinite]
    for numbers in _in_order(elements, layout):
        for which, test in enumerate(tests):
            places = np.flatnonzero(test(numbers)) if wanted[which] else np.empty(0, np.intp)
            if places.size:
                found[which] = _index_at(seen + int(places[0]), elements.layout)
                wanted[which] = False
        if not any(wanted):
            break
        seen += numbers.size
        yield Progress(min(seen, layout.numel), layout.numel, "elements")
    return found


def _in_order(elements: Elements, layout: Layout) -> Iterator[Array]:
    if is_per_channel(elements.tensor):
        return number_blocks(elements.tensor)
    return (numbers_of(elements.tensor, block) for block in blocks_of(elements, layout))


def _is_infinite(numbers: Array) -> Array:
    infinite: Array = np.isinf(numbers)
    return infinite & ~np.isnan(numbers) if numbers.dtype.kind == "c" else infinite


def _index_at(position: int, layout: Layout) -> Index:
    """The index of the element at `position` of those that `distinct` leaves; 0 along what is expanded."""
    index: list[int] = []
    for size, step in zip(reversed(layout.shape), reversed(layout.stride)):
        if step:
            position, here = divmod(position, size)
            index.append(here)
        else:
            index.append(0)
    return tuple(reversed(index))
