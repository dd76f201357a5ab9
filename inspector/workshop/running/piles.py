"""Samples that are ready for a model, as batches in an order that can be entered anywhere.

    HeldPile    transformed once and kept in memory: a batch is one `index_select` of the inputs and one of the targets
    ItemPile    made anew each time, sample by sample: augmentation, or more than memory holds

Both give, for the same samples and the same order, the same batches bit for bit.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from ...wording import plural
from ..failures import Refusal
from .fetching import Fetch, fetched, put_together
from .orders import Order, batched, ordered, share_count


class Pile(abc.ABC):
    """Samples to train on, to validate with or to test on."""

    count: int
    """How many there are."""
    shape: tuple[int, ...]
    """Of the input of one sample."""
    dtype: torch.dtype
    """Of the inputs."""
    in_memory: bool
    nbytes: int
    """Of all inputs once transformed."""

    @abc.abstractmethod
    def batches(self, size: int, order: Order, first: int = 0, workers: int = 0) -> Iterator[tuple[Tensor, Any]]:
        """Inputs [size, *shape] and their targets, batch by batch, from batch number `first` (counted from 0) on.

        The last batch may be smaller. `workers` processes load them where that helps; with any number of them the
        batches are the same, and the random number generators of this process stay as they are.
        """

    @abc.abstractmethod
    def batch_count(self, size: int, order: Order) -> int:
        """How many batches an epoch of this order has."""

    @abc.abstractmethod
    def sample(self, index: int) -> tuple[Tensor, Any]:
        """One sample, by its place where nothing is shuffled: its input [*shape], its target."""


class HeldPile(Pile):
    """Samples in memory: inputs [n, *shape], targets [n, ...]."""

    in_memory = True

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self.inputs, self.targets = inputs, targets
        self.count, self.shape, self.dtype = len(inputs), tuple(inputs.shape[1:]), inputs.dtype
        self.nbytes = inputs.numel() * inputs.element_size()

    def batches(self, size: int, order: Order, first: int = 0, workers: int = 0) -> Iterator[tuple[Tensor, Any]]:
        # Copies, never views: a model whose first layer works in place would change what is kept.
        for chosen in batched(ordered(self.count, order), size, first):
            yield self.inputs.index_select(0, chosen), self.targets.index_select(0, chosen)

    def batch_count(self, size: int, order: Order) -> int:
        return -(-share_count(self.count, order) // size)

    def sample(self, index: int) -> tuple[Tensor, Any]:
        return self.inputs[index].clone(), self.targets[index].clone()


class ItemPile(Pile):
    """Samples that are made when they are asked for: `items[i]` gives an input and its target.

    `is_random` says whether random numbers may take part in that. Then each sample is made with those that seed,
    epoch and its number decide.
    """

    in_memory = False

    def __init__(
        self, items: Any, *, is_random: bool = True, collate: Callable[[Any], Any] = put_together, first: Any = None
    ) -> None:
        self._fetch = Fetch(items, collate, is_random)
        self.count = len(items)
        self._describe(first if first is not None or not self.count else self.sample(0))

    def batches(self, size: int, order: Order, first: int = 0, workers: int = 0) -> Iterator[tuple[Tensor, Any]]:
        parts = batched(ordered(self.count, order), size, first)
        return fetched(self._fetch.under(order), [part.tolist() for part in parts], workers)

    def batch_count(self, size: int, order: Order) -> int:
        return -(-share_count(self.count, order) // size)

    def sample(self, index: int) -> tuple[Tensor, Any]:
        inputs, target = self._fetch.one(index)
        if not isinstance(inputs, Tensor):
            raise Refusal(
                f"A sample's input is a {type(inputs).__name__}, where a model needs a tensor.",
                title="The data does not fit",
                hint="Add ToTensor() to the transforms.",
            )
        return inputs, target

    def _describe(self, first: Any) -> None:
        inputs = torch.empty(0) if first is None else first[0]
        self.shape, self.dtype = tuple(inputs.shape), inputs.dtype
        self.nbytes = inputs.numel() * inputs.element_size() * self.count

    def __repr__(self) -> str:
        return f"{type(self).__name__}({plural(self.count, 'sample')})"
