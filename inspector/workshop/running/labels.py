"""Class names and labels: what the targets of a data set mean."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...language import tr
from ...progress import Progress
from .orders import begin_randomness, own_randomness

_AT_ONCE = 64
"""Samples that are looked at between two words."""
_DEEPEST = 8
"""Parts of parts of a data set that are looked into."""
_MOST = 100_000
"""More classes than that are no classes."""


def numbered(count: int) -> tuple[str, ...]:
    """Names for classes that have none."""
    return tuple(map(str, range(count)))


def given_names(names: Any) -> tuple[str, ...]:
    """Names as a data set keeps them; ImageNet has several for each class."""
    return tuple(str(each[0]) if isinstance(each, (tuple, list)) and each else str(each) for each in names)


def names_of(items: Any, keeper: Any = None) -> Generator[Progress, None, tuple[str, ...]]:
    """The names of a set's classes in the order of their labels; empty where its targets are no classes.

    `items[i]` is (inputs, target); `keeper` is what may have `classes` or `targets` (None: the same).
    """
    keeper = items if keeper is None else keeper
    if not len(items) or not is_label(looked_at(items, 0)[1]):
        return ()
    if (known := known_names(keeper)) is not None:
        return known
    labels = kept_labels(keeper)
    return numbered_for(labels if labels is not None else (yield from _all_labels(items)))


def numbered_for(labels: Tensor) -> tuple[str, ...]:
    """Numbers for the classes of labels [n]; empty where some are below 0 or beyond all reason."""
    least, most = int(labels.min()), int(labels.max())
    return numbered(most + 1) if least >= 0 and most < _MOST else ()


def known_names(keeper: Any) -> tuple[str, ...] | None:
    """The names that a data set keeps, or the one that it is a part of; None where none does."""
    for _ in range(_DEEPEST):
        kept = getattr(keeper, "classes", None)
        if isinstance(kept, (list, tuple)) and kept:
            return given_names(kept)
        if isinstance(getattr(keeper, "num_classes", None), int):
            return numbered(keeper.num_classes)
        keeper = getattr(keeper, "dataset", None)
    return None


def is_label(target: Any) -> bool:
    """Whether a target is the number of a class."""
    if isinstance(target, (Tensor, np.ndarray)):
        return np.ndim(target) == 0 and np.asarray(target).dtype.kind in "iu"
    return isinstance(target, (int, np.integer)) and not isinstance(target, bool)


def looked_at(items: Any, index: int) -> Any:
    """One sample, whatever it draws: (inputs, target)."""
    with own_randomness():
        begin_randomness(0, index)
        return items[index]


def kept_labels(dataset: Any) -> Tensor | None:
    """The labels that a set keeps, int64 [n]; None where it keeps none."""
    for name in ("targets", "labels", "_labels"):
        kept = getattr(dataset, name, None)
        if isinstance(kept, (list, tuple, np.ndarray, Tensor)) and len(kept) == len(dataset) and len(kept):
            try:
                labels = torch.as_tensor(kept)
            except (TypeError, ValueError, RuntimeError):
                continue
            if labels.dim() == 1 and not labels.is_floating_point():
                return labels.to(torch.int64)
    return None


def _all_labels(items: Any) -> Generator[Progress, None, Tensor]:
    """The label of each sample, which is made for that: nothing else tells how many classes there are."""
    labels: list[int] = []
    while len(labels) < len(items):
        with own_randomness():
            begin_randomness(0, len(labels))
            labels += [int(items[index][1]) for index in range(len(labels), min(len(labels) + _AT_ONCE, len(items)))]
        yield Progress(len(labels), len(items), "samples", tr("Looking at the labels"))
    return torch.tensor(labels)
