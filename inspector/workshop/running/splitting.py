"""What to train on, what to validate with and what to test on: samples in three parts.

Why this way: what is held back depends on the seed and on how many samples there are, so a run that goes on holds back
the very same ones. Nothing is trained on that is validated with.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor

from ...language import tr
from .orders import permutation
from .piles import Pile

_SPLIT = 0x5EED
"""Tells this order from that of an epoch."""


class Parts(NamedTuple):
    """Samples, or piles of them; None where there are none."""

    train: Any = None
    validation: Any = None
    test: Any = None


def divided(count: int, share: float, seed: int) -> tuple[Tensor, Tensor]:
    """The numbers of `count` samples to train on and of those that are held back, each in rising order.

    At least one is held back where `share` is more than 0, and at least one is left.
    """
    held = min(max(round(count * share), 1), count - 1) if share > 0 and count > 1 else 0
    shuffled = permutation(count, seed, _SPLIT)
    return shuffled[held:].sort().values, shuffled[:held].sort().values


def held_back(parts: Parts, share: float, seed: int) -> tuple[Parts, tuple[str, ...]]:
    """The parts with a validation set, where one can be held back from what is trained on; and what to say of it."""
    if parts.train is None or parts.validation is not None:
        return parts, ()
    if isinstance(parts.train, Pile):
        return parts, (tr("There is no validation set, and from a loader nothing can be held back."),)
    train, held = divided(len(parts.train), share, seed)
    if not len(held):
        return parts, (tr("There is no validation set: nothing is held back from the samples to train on."),)
    note = tr(
        "{held:,} of {all:,} samples are held back to validate with (seed {seed}).",
        held=len(held),
        all=len(parts.train),
        seed=seed,
    )
    return parts._replace(train=parts.train.part(train), validation=parts.train.part(held)), (note,)


def tested(parts: Parts) -> tuple[Parts, tuple[str, ...]]:
    """The parts with a test set; and what to say of it."""
    if parts.test is not None or parts.validation is None:
        return parts, ()
    return parts._replace(test=parts.validation), (tr("There is no test set: the validation set is tested on."),)
