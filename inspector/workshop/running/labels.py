"""Class names and labels: what the targets of a data set mean."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...progress import Progress

_MOST = 100_000
"""More classes than that are no classes."""


def numbered(count: int) -> tuple[str, ...]:
    """Names for classes that have none."""
    return tuple(map(str, range(count)))


def given_names(names: Any) -> tuple[str, ...]:
    """Names as a data set keeps them; ImageNet has several for each class."""
    return tuple(str(each[0]) if isinstance(each, (tuple, list)) and each else str(each) for each in names)


def names_of(dataset: Any) -> Generator[Progress, None, tuple[str, ...]]:
    """The names of a set's classes in the order of their labels; empty where its targets are no classes."""
    target = dataset[0][1] if len(dataset) else None
    if not _is_label(target):
        return ()
    kept = getattr(dataset, "classes", None)
    if isinstance(kept, (list, tuple)) and kept:
        return given_names(kept)
    if isinstance(getattr(dataset, "num_classes", None), int):
        return numbered(dataset.num_classes)
    labels = kept_labels(dataset)
    if labels is None:
        labels = yield from _all_labels(dataset)
    return numbered(int(labels.max()) + 1) if 0 <= int(labels.min()) and int(labels.max()) < _MOST else ()


def _is_label(target: Any) -> bool:
    if isinstance(target, (Tensor, np.ndarray)):
        return np.ndim(target) == 0 and not np.issubdtype(np.asarray(target).dtype, np.floating)
    return isinstance(target, (int, np.integer)) and not isinstance(target, bool)


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


def _all_labels(dataset: Any) -> Generator[Progress, None, Tensor]:
    """The label of each sample, which is made for that: nothing else tells how many classes there are."""
    labels = []
    for index in range(len(dataset)):
        labels.append(int(dataset[index][1]))
        if index % 256 == 255:
            yield Progress(index + 1, len(dataset), "samples", "Looking at the labels")
    return torch.tensor(labels)


# -- targets of arrays ------------------------------------------------------------------------------------------


def of_texts(texts: Sequence[str]) -> tuple[Tensor, tuple[str, ...]]:
    """Labels int64 [n] for names, and the classes in the order of the alphabet."""
    classes, labels = np.unique(np.asarray(texts), return_inverse=True)
    return torch.from_numpy(labels.astype(np.int64)), tuple(map(str, classes))
