"""Measuring tensors, one or all of a file: what is read, how often, and what becomes of those that cannot be.

Why this way: statistics do not ask for an order, so elements are read as they lie in the storage, and each
only once, however often an expanded tensor means it. Small tensors - a file may have 100,000 of them - go a
short way of their own, and the file stays open between them.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from dataclasses import replace

import numpy as np

from ..checkpoint.arrays import Elements, is_per_channel, number_blocks, numbers_of
from ..checkpoint.decoding import is_numeric
from ..checkpoint.entries import Tensor
from ..checkpoint.layouts import Layout, distinct, in_storage_order
from ..checkpoint.sources import Source
from ..errors import FileError, InspectorError
from ..language import tr
from ..progress import Progress
from .histograms import Histogram
from .holding import HeldOpen
from .lanes import adding_up
from .locating import locating
from .statistics import Measured, Statistics, merge_all
from .tallies import Result, measurable, repeated, small

SMALL = 16 * 1024
"""Elements up to which a tensor is measured in one go, as float64."""
_BATCH = 256
"""Statistics that are merged at once."""


def measuring(tensor: Tensor, histogram: bool) -> Generator[Progress, None, Statistics]:
    """Measures one tensor; see `statistics.measure`."""
    tensor = _stored_part(tensor)
    if not is_numeric(tensor.dtype):
        raise FileError(
            tr("Elements of the type {dtype} are no numbers that could be measured.", dtype=tensor.dtype[:60])
        )
    elements = Elements(tensor)
    layout, times = distinct(in_storage_order(elements.layout))
    if not layout.numel * times:
        return Statistics(histogram=Histogram() if histogram else None)
    with elements.opened():
        if layout.numel <= SMALL:
            result = _measured_at_once(elements, layout, histogram)
        else:
            result = yield from adding_up(elements, layout, histogram)
        statistics = _statistics(repeated(result, times) if times > 1 else result)
        if statistics.nans or statistics.infinities:
            first_nan, first_infinity = yield from locating(elements, statistics.nans > 0, statistics.infinities > 0)
            statistics = replace(statistics, first_nan=first_nan, first_infinity=first_infinity)
    if layout.numel > SMALL:
        check_unchanged(elements.source)
    return statistics


def measuring_all(
    tensors: Iterable[tuple[str, Tensor]], histogram: bool
) -> Generator[Progress | Measured, None, Statistics]:
    """Measures many tensors; see `statistics.measure_all`."""
    wanted = list(tensors)
    total, done = sum(tensor.nbytes for _, tensor in wanted), 0
    known: dict[object, Measured] = {}
    sums = _Sums(histogram)
    with HeldOpen() as held:
        for key, tensor in wanted:
            identity = _identity(tensor)
            measured = known.get(identity)
            if measured is None:
                measured = yield from _measuring_one(key, tensor, histogram, held, done, total)
                known[identity] = measured
                sums.add(measured.statistics)
            else:
                measured = replace(measured, key=key, tied=measured.statistics is not None)
            yield measured
            done += tensor.nbytes
    return sums.merged()


def _measuring_one(
    key: str, tensor: Tensor, histogram: bool, held: HeldOpen, done: int, total: int
) -> Generator[Progress, None, Measured]:
    if held.is_over():
        held.renewed(tensor)  # one that cannot be opened any more says so when it is measured
    try:
        work = measuring(tensor, histogram)
        while True:
            progress = next(work)
            yield Progress(done + int(progress.share * tensor.nbytes), total, text=key)
    except StopIteration as end:
        return Measured(key, end.value)
    except InspectorError as error:
        return Measured(key, None, str(error))


def _measured_at_once(elements: Elements, layout: Layout, histogram: bool) -> Result:
    tensor = elements.tensor
    if is_per_channel(tensor):
        numbers = np.concatenate(list(number_blocks(tensor)))
    else:
        numbers = measurable(numbers_of(tensor, elements.gather(layout).reshape(-1)))
    return small(numbers, histogram)


def _statistics(result: Result) -> Statistics:
    counts, moments = result.counts, result.moments
    there = moments.n > 0
    return Statistics(
        *counts,
        result.minimum if there else math.nan,
        result.maximum if there else math.nan,
        moments.mean if there else math.nan,
        moments.deviation,
        moments.l1,
        moments.l2,
        result.histogram,
    )


def _stored_part(tensor: Tensor) -> Tensor:
    """The tensor itself - or, of a sparse, nested or wrapped one, the part that holds its numbers."""
    if tensor.storage is not None or tensor.damage:
        return tensor
    parts = {part.name: part for part in tensor.extra.parts}
    for name in ("values", "buffer", "_values"):
        if name in parts:
            return parts[name]
    return tensor.extra.parts[0] if len(parts) == 1 else tensor


def _identity(tensor: Tensor) -> object:
    """What is equal for two views that have the very same numbers."""
    extra = tensor.extra
    if tensor.storage is None or extra.quantization is not None:
        return object()
    layout = (tensor.offset, tensor.shape, tensor.stride)
    return (tensor.storage, layout, tensor.dtype, extra.conj, extra.neg, tensor.damage)


def check_unchanged(source: Source) -> None:
    """Raises FileError when the file that was read is not the one that was opened any more."""
    if not source.is_unchanged():
        raise FileError(
            tr("The file was changed on disk while it was read."), hint=tr("Open it again to see what it holds now.")
        )


class _Sums:
    """The statistics of what was measured so far, merged a batch at a time."""

    def __init__(self, histogram: bool) -> None:
        self._parts = [Statistics(histogram=Histogram() if histogram else None)]

    def add(self, statistics: Statistics | None) -> None:
        if statistics is not None:
            self._parts.append(statistics)
            if len(self._parts) > _BATCH:
                self._parts = [merge_all(self._parts)]

    def merged(self) -> Statistics:
        return merge_all(self._parts)
