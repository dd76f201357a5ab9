"""Batches that come one after the other and have no numbers: an IterableDataset, a loader of the user's own.

Why this way: nothing can be entered in its middle here, so batches that a run has had already are gone through again.
How many there are is counted once, when the data is opened.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from ...language import marked, tr
from ...progress import Progress
from ..failures import Refusal
from .fetching import let_go
from .orders import Order, Randomness, begin_epoch
from .pairs import batch_of
from .piles import Pile

_TITLE = marked("The data does not fit")
_BETWEEN_WORDS = 0.1
"""Seconds."""


class StreamPile(Pile):
    """The batches of `batches`, anything that can be gone through again and again."""

    in_memory = False

    def __init__(self, batches: Iterable[Any], lengths: list[int], first: Tensor) -> None:
        self._batches, self._lengths = batches, lengths
        self.count = sum(lengths)
        self.shape, self.dtype = tuple(first.shape[1:]), first.dtype
        self.nbytes = first[:1].numel() * first.element_size() * self.count

    def batches(self, size: int, order: Order, first: int = 0, workers: int = 0) -> Iterator[tuple[Tensor, Any]]:
        """As any pile's, in batches as they come; shared, each process takes every n-th.

        To train on, all processes have the same number: those at the end that do not go round are left out.
        """
        number, of = order.share
        end = len(self._lengths) // of * of if order.shuffled else len(self._lengths)
        own = 0
        for place, batch in enumerate(drawn(self._batches, order)):
            if place % of == number and place < end:
                if own >= first:
                    yield batch_of(batch)
                own += 1

    def batch_count(self, size: int, order: Order) -> int:
        number, of = order.share
        return len(self._lengths) // of if order.shuffled else len(range(number, len(self._lengths), of))

    def sample(self, index: int) -> tuple[Tensor, Any]:
        """Raises Refusal: to find one sample all before it would have to be made."""
        raise Refusal(tr("Samples that come as a stream have no numbers."), title=_TITLE)


def drawn(batches: Iterable[Any], order: Order) -> Iterator[Any]:
    """The batches of an epoch, made with its random numbers."""
    randomness = Randomness(order.seed, order.epoch)
    with randomness.drawn():
        begin_epoch(order, batches, getattr(batches, "dataset", None))
        source = iter(batches)
    try:
        while True:
            with randomness.drawn():
                batch = next(source, _END)
            if batch is _END:
                return
            yield batch
    finally:
        let_go(source)


_END = object()


def counted(batches: Iterable[Any]) -> Generator[Progress, None, tuple[StreamPile, int]]:
    """The stream as a pile, and its largest label (-1 where targets are no labels). Raises Refusal for an empty one."""
    lengths: list[int] = []
    first, largest, told = torch.empty(0), -1, 0.0
    for batch in drawn(batches, Order()):
        inputs, targets = batch_of(batch)
        first = first if lengths else inputs
        lengths.append(len(inputs))
        if isinstance(targets, Tensor) and targets.dim() == 1 and not targets.is_floating_point() and len(targets):
            largest = max(largest, int(targets.max()))
        if time.monotonic() - told > _BETWEEN_WORDS:
            told = time.monotonic()
            yield Progress(sum(lengths), 0, "samples", tr("Counting what comes"))
    if not lengths:
        raise Refusal(tr("The loader gives no batches."), title=marked("The data is empty"))
    return StreamPile(batches, lengths, first), largest
