"""A look at data before anything is trained on it: how much there is, of what shape, and a batch as it will come."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import torch
from torch import Tensor

from ...progress import Progress
from ...wording import shape
from ..run_requests import LookAtData
from ..run_words import DataLook, Sample
from .data import Data, Order, Pile
from .datasets import open_data
from .pictures import picture_of

_NUMBERS = 4
"""Of a target that is no class: so many are shown."""


def look_at(request: LookAtData) -> Generator[Progress, None, DataLook]:
    """Opens the data and looks at it. Raises what `open_data` raises."""
    data = yield from open_data(request.data)
    return look(data, request.pictures)


def look(data: Data, pictures: int) -> DataLook:
    """What the data is, with the first `pictures` samples of its first epoch.

    `shape` and `dtype` are those of the samples to train on, or of what else there is.
    """
    first = data.piles[0]
    return DataLook(
        name=data.name, classes=data.classes, train=_count(data.train), validation=_count(data.validation),
        test=_count(data.test), shape=tuple(first.shape), dtype=str(first.dtype).rpartition(".")[2],
        transforms=data.transforms, augmentation=data.augmentation, nbytes=sum(pile.nbytes for pile in data.piles),
        in_memory=all(pile.in_memory for pile in data.piles), samples=_samples(data, first, pictures), notes=data.notes,
    )  # fmt: skip


def label_of(target: Any, classes: Sequence[str]) -> str:
    """The name of its class, or the target as text."""
    if isinstance(target, Tensor) and target.dim() == 0:
        target = target.item()
    if classes and isinstance(target, int) and 0 <= target < len(classes):
        return classes[target]
    if isinstance(target, Tensor):
        return _in_words(target)
    return f"{target:.4g}" if isinstance(target, float) else str(target)[:80]


def _in_words(target: Tensor) -> str:
    """A target of several numbers: the first of them, or its shape."""
    if target.dim() != 1:
        return shape(target.shape)
    told = ", ".join(f"{number:.4g}" for number in target[:_NUMBERS].tolist())
    return f"{told}, …" if len(target) > _NUMBERS else told


def _count(pile: Pile | None) -> int:
    return 0 if pile is None else pile.count


def _samples(data: Data, pile: Pile, pictures: int) -> tuple[Sample, ...]:
    order = Order(data.source.seed, 1)
    batch = next(iter(pile.batches(pictures, order)), None) if pictures > 0 else None
    if batch is None or not isinstance(batch[0], Tensor):
        return ()
    inputs, targets = batch
    return tuple(
        Sample(picture_of(inputs[index], data.transforms), label_of(target, data.classes))
        for index, target in enumerate(_each(targets, min(len(inputs), pictures)))
    )


def _each(targets: Any, count: int) -> list[Any]:
    """The targets of a batch one by one, also where they are several tensors or texts."""
    if isinstance(targets, Tensor):
        return list(torch.unbind(targets))[:count]
    if isinstance(targets, (list, tuple)) and len(targets) == count:
        return list(targets)
    return [""] * count
