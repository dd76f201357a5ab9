"""Samples into piles: transformed once and kept where that changes nothing, else made anew each time.

Why this way: most data sets that people begin with fit into memory, and the plain way spends most of its time on
transforming the same pictures in the same way in each epoch. What is calculated for all at once is held, bit for bit,
against what torchvision makes of some of them; where one bit differs, they are made one by one and kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...language import tr
from ...progress import Progress
from .. import memory
from .fetching import put_together
from .piles import FillingPile, HeldPile, ItemPile, Pile
from .samples import AtOnce, Samples, Transformed
from .steps import Step
from .transforms import composed
from .whole_arrays import at_once

SHARE = 4
"""All samples together are kept if they take no more than this part of the machine's memory: a quarter."""
_LOOKS = 16
"""Samples that are held against each other."""
_BLOCK = 1 << 26
"""Bytes that are transformed between two words."""


class Kept(NamedTuple):
    """How samples become a pile."""

    steps: Sequence[Step]
    first: Sequence[Step] = ()
    """Steps before those, which draw: augmentation."""
    budget: int = 0
    """Bytes that may be kept."""
    text: str = ""


def quarter() -> int:
    """The bytes that data may take."""
    return memory.machine() // SHARE


def piled(samples: Samples, way: Kept) -> Generator[Progress, None, Pile]:
    """`samples` as a pile."""
    if not len(samples):
        return HeldPile(torch.empty(0), torch.empty(0, dtype=torch.int64))
    is_settled = samples.is_settled and all(step.is_settled for step in (*way.first, *way.steps))
    if is_settled and (held := (yield from _all_at_once(samples, way))) is not None:
        return held
    items = Transformed(samples, composed((*way.first, *way.steps)))
    pile = ItemPile(items, is_random=not is_settled)
    if is_settled and pile.nbytes <= way.budget and isinstance(put_together([pile.sample(0)[1]]), Tensor):
        return FillingPile(items)
    return pile


# -- at once ----------------------------------------------------------------------------------------------------


def _all_at_once(samples: Samples, way: Kept) -> Generator[Progress, None, HeldPile | None]:
    apply = at_once(way.steps) if not way.first else None
    arrays = samples.at_once() if apply is not None else None
    if apply is None or arrays is None:
        return None
    if not way.steps:
        return HeldPile(*arrays)
    one = apply(arrays.inputs[:1])
    if one.numel() * one.element_size() * len(samples) > way.budget or not _are_equal(samples, arrays, way, apply):
        return None
    inputs = torch.empty((len(samples), *one.shape[1:]), dtype=one.dtype)
    size = max(1, _BLOCK // max(1, one.numel() * one.element_size()))
    for begin in range(0, len(samples), size):
        inputs[begin : begin + size] = apply(arrays.inputs[begin : begin + size])
        yield Progress(min(begin + size, len(samples)), len(samples), "samples", way.text or tr("Preparing the data"))
    return HeldPile(inputs, arrays.targets)


def _are_equal(samples: Samples, arrays: AtOnce, way: Kept, apply: Callable[[Tensor], Tensor]) -> bool:
    """Whether some samples are the same both ways, bit for bit."""
    if not way.steps or not _has_torchvision():
        return True
    plain = composed(way.steps)
    for index in sorted({round(part * (len(samples) - 1) / _LOOKS) for part in range(_LOOKS + 1)}):
        picture, target = samples[index]
        if isinstance(picture, Tensor):  # nothing of torchvision takes part
            continue
        if not _is_same(plain(picture), apply(arrays.inputs[index : index + 1])[0]):
            return False
        if not _is_same(torch.as_tensor(target), arrays.targets[index]):
            return False
    return True


def _is_same(one: Any, other: Tensor) -> bool:
    return isinstance(one, Tensor) and one.dtype == other.dtype and torch.equal(one, other)


def _has_torchvision() -> bool:
    return "torchvision" in sys.modules
