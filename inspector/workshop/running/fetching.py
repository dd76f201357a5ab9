"""Samples fetched one by one and put together to batches, in this process or in others.

Why this way: torch's DataLoader draws a seed for its workers from the global generator, and its workers seed
themselves by their number: with it what is drawn depends on how many there are. Here every sample has random numbers of
its own, and the DataLoader only carries batches from the workers, in their order.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, default_collate

from ... import wording
from ...errors import InspectorError
from ...language import marked, tr
from ...wording import shape
from ..failures import Refusal
from .orders import Order, begin_randomness, own_randomness

MISFIT = marked("The data does not fit")


class Fetch:
    """Makes a batch out of the numbers of its samples. It is what goes to the workers, so it can be pickled."""

    def __init__(
        self, items: Any, collate: Callable[[Any], Any], is_random: bool, seeds: tuple[int, ...] = (0, 0)
    ) -> None:
        self._items, self._collate, self._is_random, self._seeds = items, collate, is_random, seeds

    def under(self, order: Order) -> Fetch:
        """The same, with the random numbers of that epoch."""
        return Fetch(self._items, self._collate, self._is_random, (order.seed, order.epoch))

    def one(self, number: int) -> Any:
        """One sample by itself."""
        if not self._is_random:
            return self._items[number]
        with own_randomness():
            return self._drawn(number)

    def __getitem__(self, numbers: Sequence[int]) -> Any:
        """The batch of the samples with these numbers."""
        if not self._is_random:
            return self._collate([self._items[number] for number in numbers])
        with own_randomness():
            return self._collate([self._drawn(number) for number in numbers])

    def _drawn(self, number: int) -> Any:
        begin_randomness(*self._seeds, number)
        return self._items[number]


def put_together(samples: Sequence[Any]) -> Any:
    """Samples as one batch, as a DataLoader does it. Raises Refusal where that cannot be done."""
    try:
        return default_collate(samples)  # type: ignore[arg-type]
    except RuntimeError as error:
        shapes = sorted({tuple(each[0].shape) for each in samples if isinstance(each[0], torch.Tensor)})
        if len(shapes) < 2:
            raise
        raise unequal(*shapes[:2]) from error
    except TypeError as error:
        if "default_collate" not in str(error) and "must contain tensors" not in str(error):
            raise
        kinds = wording.all_of(list(dict.fromkeys(type(each).__name__ for each in _leaves(samples[0]))))
        hint = tr("Add ToTensor() to the transforms; targets are labels or numbers.")
        raise Refusal(
            tr("A sample is made of {kinds}, which make no batch.", kinds=kinds), title=MISFIT, hint=hint
        ) from error


def _leaves(sample: Any) -> Sequence[Any]:
    return sample if isinstance(sample, (tuple, list)) else [sample]


def unequal(one: Sequence[int], other: Sequence[int]) -> Refusal:
    """What is said of samples that make no batch."""
    hint = tr("Add Resize((height, width)) to the transforms, so that all are of one size.")
    return Refusal(
        tr("Samples have different shapes: {one} and {other}.", one=shape(one), other=shape(other)),
        title=MISFIT,
        hint=hint,
    )


def fetched(fetch: Any, parts: Sequence[Any], workers: int, begin: Any = None) -> Iterator[Any]:
    """`fetch[part]` for each part, in their order; with `workers` processes, no more than there are processors.

    `begin` is called with its number in each of them, as DataLoader's worker_init_fn.
    """
    workers = min(workers, _processors(), len(parts))
    if workers < 1:
        return (fetch[part] for part in parts)
    return _fetched_apart(fetch, parts, workers, begin)


def _fetched_apart(fetch: Any, parts: Sequence[Any], workers: int, begin: Any) -> Iterator[Any]:
    loader: DataLoader[Any] = DataLoader(
        _Told(fetch),  # type: ignore[arg-type]
        batch_size=None,
        sampler=parts,
        num_workers=workers,
        collate_fn=_as_it_is,
        worker_init_fn=begin,
        generator=torch.Generator().manual_seed(0),  # else it draws from the global one
        multiprocessing_context="fork" if sys.platform == "linux" else None,  # the user's modules are there then
    )
    batches = iter(loader)
    try:
        for batch in batches:
            if isinstance(batch, InspectorError):
                raise batch
            yield batch
    finally:
        let_go(batches)


def let_go(batches: Any) -> None:
    """Ends the workers of a DataLoader's iterator: a traceback that is kept would keep it, and its processes."""
    getattr(batches, "_shutdown_workers", _nothing)()


def _nothing() -> None:
    pass


class _Told:
    """Gives a refusal back as a value: torch would put the worker's traceback in the place of its sentence."""

    def __init__(self, fetch: Any) -> None:
        self._fetch = fetch

    def __getitem__(self, part: Any) -> Any:
        try:
            return self._fetch[part]
        except InspectorError as error:
            return error


def _as_it_is(batch: Any) -> Any:
    return batch


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
