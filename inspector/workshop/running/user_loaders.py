"""A user's DataLoader as a pile: its batch size, its sampler, its way of putting samples together.

Why this way: which samples make a batch is asked of the loader's own sampler, for the whole epoch, under the random
numbers of that epoch; then the samples are made like any others. So an epoch can be entered in its middle without
making what came before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, RandomSampler, SequentialSampler, WeightedRandomSampler

from ...language import marked, tr
from ..failures import Refusal
from .fetching import Fetch, fetched
from .orders import Order, begin_epoch, begin_randomness, own_randomness
from .pairs import PairedBatch
from .piles import Pile

_TITLE = marked("The data does not fit")
_OF_ALL = (SequentialSampler, RandomSampler, WeightedRandomSampler)
"""They draw from all samples, even if not every one comes in each epoch."""


def has_numbers(loader: DataLoader[Any]) -> bool:
    """Whether its samples have numbers, and it puts them together itself."""
    return loader.batch_sampler is not None and not isinstance(loader.dataset, IterableDataset)


class LoaderPile(Pile):
    """The samples of a DataLoader. The size of its batches is the loader's own, whatever is asked for."""

    in_memory = False

    def __init__(self, loader: DataLoader[Any]) -> None:
        self._loader = loader
        self._fetch = Fetch(loader.dataset, PairedBatch(loader.collate_fn), True)
        self._numbers = self._all_numbers()
        self.count = len(self._numbers)
        first = self.sample(0)[0] if self.count else torch.empty(0)
        self.shape, self.dtype = tuple(first.shape), first.dtype
        self.nbytes = first.numel() * first.element_size() * self.count

    def batches(self, size: int, order: Order, first: int = 0, workers: int = 0) -> Iterator[tuple[Tensor, Any]]:
        """As any pile's; samples that are not shuffled come by their numbers, those that the sampler never takes not
        at all."""
        parts = self._parts(order)[first:]
        workers = max(workers, self._loader.num_workers)
        return fetched(self._fetch.under(order), parts, workers, self._loader.worker_init_fn)

    def batch_count(self, size: int, order: Order) -> int:
        return len(self._parts(order))

    def sample(self, index: int) -> tuple[Tensor, Any]:
        inputs, targets = self._fetch[[self._numbers[index]]]
        return inputs[0], targets[0]

    def _parts(self, order: Order) -> list[list[int]]:
        """The numbers of the samples of each batch of this share."""
        parts = self._shuffled(order) if order.shuffled else self._in_order()
        number, of = order.share
        if order.shuffled and parts:
            whole = -(-len(parts) // of) * of
            parts = (parts * (-(-whole // len(parts))))[:whole]
        return parts[number::of]

    def _in_order(self) -> list[list[int]]:
        if not self.count:
            return []
        size = self._loader.batch_size or max(1, len(self._shuffled(Order())[0]))
        return [self._numbers[begin : begin + size] for begin in range(0, self.count, size)]

    def _shuffled(self, order: Order) -> list[list[int]]:
        """The batches that the loader's sampler draws in this epoch."""
        with own_randomness():
            begin_randomness(order.seed, order.epoch)
            self._begin_epoch(order)
            return [list(map(int, part)) for part in self._bounded(self._loader.batch_sampler)]

    def _begin_epoch(self, order: Order) -> None:
        batch_sampler: Any = self._loader.batch_sampler
        begin_epoch(order, self._loader, batch_sampler, getattr(batch_sampler, "sampler", None))

    def _bounded(self, parts: Any) -> Iterator[Any]:
        """As many as the loader says that it has: a sampler may go on for ever."""
        most = len(self._loader)
        for number, part in enumerate(parts):
            if number >= most:
                return
            yield part

    def _all_numbers(self) -> list[int]:
        """The samples that are meant: all, or those to which a sampler of a part keeps."""
        if isinstance(getattr(self._loader.batch_sampler, "sampler", None), _OF_ALL):
            return list(range(len(self._loader.dataset)))  # type: ignore[arg-type]
        return sorted(set(self._drawn_numbers()))

    def _drawn_numbers(self) -> list[int]:
        """All numbers that its sampler draws, those of a last batch that is dropped too."""
        batch_sampler: Any = self._loader.batch_sampler
        sampler = getattr(batch_sampler, "sampler", None)
        try:
            if sampler is None:
                return [number for part in self._shuffled(Order()) for number in part]
            with own_randomness():
                begin_randomness(0, 0)
                self._begin_epoch(Order())
                return [int(number) for number, _ in zip(sampler, range(len(sampler)))]
        except TypeError as error:
            message = tr("The sampler of the loader has no end that is known: {reason}.", reason=error)
            raise Refusal(message, title=_TITLE, hint=tr("Give it a __len__.")) from error
