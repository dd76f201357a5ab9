"""One tensor of one frame: what it says alone, and how far it is from what it was."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import NamedTuple

from ..analysis import distances, statistics
from ..analysis.distances import Distance
from ..checkpoint.entries import Tensor
from ..comparing.item_values import tensor_of
from ..comparing.sides import Item
from ..progress import Progress, Result
from .figures import Figures
from .merging import moved, of_statistics, unmoved

PASSES = 4
"""How often the tensor is read at most, alone or beside others."""
_OF_A_SIZE = 8.0
"""How many times larger one of two updates may be for their product to follow from distances."""


class Past(NamedTuple):
    """The same tensor in frames before; None where there is no such frame, or it could not be measured there."""

    before: Item | None = None
    """In the frame before."""
    earlier: Item | None = None
    """In the one before that."""
    first: Item | None = None
    figures: Figures | None = None
    """What was measured of `before`."""
    earlier_is_first: bool = False
    before_is_first: bool = False
    is_none: bool = False
    """Whether this is the first frame."""


def measuring(item: Item, past: Past) -> Generator[Progress, None, Figures]:
    """Measures a tensor. Raises InspectorError when its numbers cannot be read, or are none."""
    tensor = tensor_of(item)
    before = yield from _distance(past.before, tensor, 0)
    if before is not None and before.bit_equal and past.figures is not None:
        return unmoved(past.figures)
    alone = of_statistics((yield from _passing(statistics.measure(tensor, histogram=False), 1)))
    if past.is_none:
        return alone._replace(away=0.0, norm_first=alone.norm)
    first = before if past.before_is_first else (yield from _distance(past.first, tensor, 2))
    update = past.figures.update if past.figures is not None else math.nan
    if before is None or math.isnan(update) or past.earlier is None:
        return moved(alone, before, None, first, update)
    if _are_of_a_size(before.l2, update):
        earlier = first if past.earlier_is_first else (yield from _distance(past.earlier, tensor, 3))
        return moved(alone, before, earlier, first, update)
    return moved(alone, before, None, first, update)._replace(along=(yield from _product(past, tensor)))


def _are_of_a_size(one: float, other: float) -> bool:
    return one < _OF_A_SIZE * other and other < _OF_A_SIZE * one


def _product(past: Past, tensor: Tensor) -> Generator[Progress, None, float]:
    from .turning import multiplying

    if past.before is None or past.earlier is None:
        return math.nan
    work = multiplying(tensor_of(past.earlier), tensor_of(past.before), tensor)
    return (yield from _passing(work, 3))


def _distance(item: Item | None, tensor: Tensor, done: int) -> Generator[Progress, None, Distance | None]:
    if item is None:
        return None
    return (yield from _passing(distances.measure(tensor_of(item), tensor), done))


def _passing(work: Generator[Progress, None, Result], done: int) -> Generator[Progress, None, Result]:
    """The progress of one pass as that of all."""
    try:
        while True:
            word = next(work)
            yield Progress(int(1000 * (done + word.share)), 1000 * PASSES, "passes")
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        work.close()
