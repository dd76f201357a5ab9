"""One tensor of one frame: what it says alone, and how far it is from what it was."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, NamedTuple

from ..analysis import distances, statistics
from ..analysis.distances import Distance
from ..checkpoint.entries import Tensor
from ..comparing.item_values import tensor_of
from ..comparing.sides import Item
from ..progress import Progress, Result
from .figures import Figures
from .merging import moved, of_statistics, unmoved

if TYPE_CHECKING:
    from ..analysis.stepping import Step  # it takes numpy with it

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
    figures_first: Figures | None = None
    """What was measured of `first`."""
    earlier_is_first: bool = False
    before_is_first: bool = False
    is_none: bool = False
    """Whether this is the first frame."""

    @property
    def knows_norms(self) -> bool:
        """Whether those of the frames that updates and drift are measured by are known."""
        frames = ((self.before, self.figures), (self.first, self.figures_first))
        return all(figures is not None for item, figures in frames if item is not None)


def of_step(step: Step, past: Past) -> Figures:
    """The figures of a tensor that was measured in one pass."""
    low, high, moments = step.low, step.high, step.moments
    alone = Figures(step.numel, step.zeros, 0, 0, moments.mean, moments.deviation, low, high, moments.l2)
    if past.is_none:
        return alone._replace(away=0.0, norm_first=alone.norm)
    if past.before is not None:
        norm = past.figures.norm if past.figures is not None else math.sqrt(step.before)
        kept = step.numel if step.is_kept else 0
        alone = alone._replace(update=math.sqrt(step.update), norm_before=norm, kept=kept)
        if past.earlier is not None:
            alone = alone._replace(along=step.along, update_before=math.sqrt(step.update_before))
    if past.first is not None:
        norm = past.figures_first.norm if past.figures_first is not None else math.sqrt(step.first)
        alone = alone._replace(away=math.sqrt(step.away), norm_first=norm)
    return alone


def measuring(item: Item, past: Past) -> Generator[Progress, None, Figures]:
    """Measures a tensor, whatever its numbers are. Raises InspectorError when these cannot be read, or are none."""
    tensor = tensor_of(item)
    before = yield from _distance(past.before, tensor, 0)
    if before is not None and before.bit_equal and past.figures is not None:
        return unmoved(past.figures)
    alone = of_statistics((yield from _passing(statistics.measure(tensor, histogram=False), 1)))
    if past.is_none:
        return alone._replace(away=0.0, norm_first=alone.norm)
    first = before if past.before_is_first else (yield from _distance(past.first, tensor, 2))
    update = past.figures.update if past.figures is not None else (yield from _update_before(past))
    if before is None or math.isnan(update) or past.earlier is None:
        return moved(alone, before, None, first, update)
    if _are_of_a_size(before.l2, update):
        earlier = first if past.earlier_is_first else (yield from _distance(past.earlier, tensor, 3))
        return moved(alone, before, earlier, first, update)
    return moved(alone, before, None, first, update)._replace(along=(yield from _product(past, tensor)))


def _update_before(past: Past) -> Generator[Progress, None, float]:
    """The update before this one, where the frame before is not measured yet."""
    if past.before is None or past.earlier is None:
        return math.nan
    found = yield from _distance(past.earlier, tensor_of(past.before), 3)
    return found.l2 if found is not None else math.nan


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
