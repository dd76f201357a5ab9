"""Samples that are ready for a model, as batches in an order that can be entered anywhere.

    HeldPile     transformed and kept in memory: a batch is one copy of rows of the inputs and one of the targets
    FillingPile  transformed one by one when they are first asked for, then kept: pictures that are read from files
    ItemPile     made anew each time, sample by sample: augmentation, or more than memory holds

All give, for the same samples and the same order, the same batches bit for bit.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...language import marked, tr
from ..failures import Refusal
from .fetching import Fetch, fetched, put_together, unequal
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
            yield _rows(self.inputs, chosen), _rows(self.targets, chosen)

    def batch_count(self, size: int, order: Order) -> int:
        return -(-share_count(self.count, order) // size)

    def sample(self, index: int) -> tuple[Tensor, Any]:
        return self.inputs[index].clone(), self.targets[index].clone()


_IN_NUMPY = {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool, torch.float16, torch.float32,
             torch.float64}  # fmt: skip


def _rows(tensor: Tensor, numbers: Tensor) -> Tensor:
    """A copy of those rows. numpy's copy is one thread's work: torch's is shared among all, and waits for the last of
    them where others need the processor as well, such as a window."""
    if tensor.dtype not in _IN_NUMPY:
        return tensor.index_select(0, numbers)
    return torch.from_numpy(tensor.numpy().take(numbers.numpy(), 0))


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
        if isinstance(inputs, np.ndarray):
            inputs = torch.as_tensor(inputs)
        if not isinstance(inputs, Tensor):
            raise Refusal(
                tr("A sample's input is a {type}, where a model needs a tensor.", type=type(inputs).__name__),
                title=marked("The data does not fit"),
                hint=tr("Add ToTensor() to the transforms."),
            )
        return inputs, target

    def _describe(self, first: Any) -> None:
        inputs = torch.empty(0) if first is None else first[0]
        self.shape, self.dtype = tuple(inputs.shape), inputs.dtype
        self.nbytes = inputs.numel() * inputs.element_size() * self.count


class FillingPile(ItemPile):
    """Samples that are made once: the first epoch takes its time, those that follow find them in memory.

    Nothing random may take part in making them, and their targets are numbers or tensors of one shape.
    """

    in_memory = True

    def __init__(self, items: Any) -> None:
        super().__init__(items, is_random=False)
        target = put_together([self.sample(0)[1]])
        self._inputs = torch.empty((self.count, *self.shape), dtype=self.dtype)
        self._targets = torch.empty((self.count, *target.shape[1:]), dtype=target.dtype)
        self._is_there = torch.zeros(self.count, dtype=torch.bool)

    def batches(self, size: int, order: Order, first: int = 0, workers: int = 0) -> Iterator[tuple[Tensor, Any]]:
        parts = batched(ordered(self.count, order), size, first)
        lacking = [part[~self._is_there[part]] for part in parts]
        made = fetched(self._fetch, [each.tolist() for each in lacking if len(each)], workers)
        for part, numbers in zip(parts, lacking):
            if len(numbers):
                self._keep(numbers, *next(made))
            yield _rows(self._inputs, part), _rows(self._targets, part)

    def _keep(self, numbers: Tensor, inputs: Tensor, targets: Tensor) -> None:
        if tuple(inputs.shape[1:]) != self.shape:
            raise unequal(self.shape, tuple(inputs.shape[1:]))
        self._inputs[numbers], self._targets[numbers], self._is_there[numbers] = inputs, targets, True
