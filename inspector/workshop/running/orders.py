"""In which order samples come, and which random numbers each of them is made with.

Why this way: both depend on the seed, the epoch and the sample's number alone - not on what was drawn before. So an
epoch can be entered at any batch, a batch is the same with any number of processes that load it, and whoever trains
has the random number generators for himself: dropout does not change because somebody looked at the data.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any, NamedTuple, Tuple  # noqa: UP035  # Python 3.8 has no tuple[int, int]

import numpy as np
import torch
from torch import Tensor

_ALL = 0xFFFF_FFFF_FFFF_FFFF


class Order(NamedTuple):
    """In which order the samples of one epoch come."""

    seed: int = 0
    epoch: int = 0
    shuffled: bool = True
    """False: as they lie, which is what evaluation wants."""
    share: Tuple[int, int] = (0, 1)  # noqa: UP006
    """(the number of this process from 0, of how many): each has the samples that the others do not have."""


def mixed(*numbers: int) -> int:
    """One number of 64 bits out of several, so that neighbours lie far apart (splitmix64, Steele et al. 2014)."""
    state = 0
    for number in numbers:
        state = ((state ^ (number & _ALL)) + 0x9E3779B97F4A7C15) & _ALL
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _ALL
        state ^= state >> 31
    return state


def permutation(count: int, *seeds: int) -> Tensor:
    """The numbers 0 .. count - 1 in an order that the seeds decide; int64 [count]."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(mixed(*seeds)))


def ordered(count: int, order: Order) -> Tensor:
    """The numbers of the samples of this share, in their order; int64."""
    numbers = permutation(count, order.seed, order.epoch) if order.shuffled else torch.arange(count)
    return share_of(numbers, order)


def share_of(numbers: Tensor, order: Order) -> Tensor:
    """What this process has of `numbers` [n].

    As torch's DistributedSampler divides them: where they do not come out even the first are had twice, so that all
    processes do the same number of steps. Evaluation has nothing twice, because everything counts once.
    """
    number, of = order.share
    if order.shuffled and len(numbers):
        whole = -(-len(numbers) // of) * of
        numbers = numbers.repeat(-(-whole // len(numbers)))[:whole]
    return numbers[number::of]


def share_count(count: int, order: Order) -> int:
    """How many samples `share_of` leaves of `count`."""
    number, of = order.share
    return -(-count // of) if order.shuffled else len(range(number, count, of))


def batched(numbers: Tensor, size: int, first: int = 0) -> list[Tensor]:
    """`numbers` [n] in batches of `size`, the last perhaps smaller, from batch number `first` on."""
    return [numbers[begin : begin + size] for begin in range(first * size, len(numbers), size)]


# -- the random numbers of one sample --------------------------------------------------------------------------


@contextlib.contextmanager
def own_randomness() -> Iterator[None]:
    """Whatever is drawn within, the generators of torch, Python and numpy are afterwards as they were before."""
    states = _states()
    try:
        yield
    finally:
        _restore(states)


class Randomness:
    """Random numbers that go on from where they were, beside those of everybody else."""

    def __init__(self, *seeds: int) -> None:
        with own_randomness():
            begin_randomness(*seeds)
            self._states = _states()

    @contextlib.contextmanager
    def drawn(self) -> Iterator[None]:
        """What is drawn within comes from here."""
        with own_randomness():
            _restore(self._states)
            yield
            self._states = _states()


def _states() -> tuple[Any, ...]:
    return torch.get_rng_state(), random.getstate(), np.random.get_state()


def _restore(states: tuple[Any, ...]) -> None:
    torch.set_rng_state(states[0])
    random.setstate(states[1])
    np.random.set_state(states[2])


def begin_epoch(order: Order, *kept: Any) -> None:
    """Loaders and samplers begin an epoch: generators of their own begin where the global one stands.

    Those that want to know the epoch are told.
    """
    for each in kept:
        generator = getattr(each, "generator", None)
        if isinstance(generator, torch.Generator):
            generator.manual_seed(torch.initial_seed())
        set_epoch = getattr(each, "set_epoch", None)
        if callable(set_epoch):
            set_epoch(order.epoch)


def begin_randomness(*seeds: int) -> None:
    """Sets the generators of torch (of the CPU alone), Python and numpy to what the seeds decide."""
    seed = mixed(*seeds)
    torch.default_generator.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed & 0xFFFF_FFFF)
