"""Whether a user's data set gives the same samples each time: then they can be kept.

Why this way: nobody can tell from outside whether a `__getitem__` draws random numbers. So only what torch and
torchvision made is believed: their data sets, with their transforms, where none of these is a random one.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import ConcatDataset, Subset, TensorDataset

from .samples import AtOnce
from .steps import SETTLED


def is_settled(dataset: Any) -> bool:
    """Whether its samples are known to be the same each time."""
    if isinstance(dataset, Subset):
        return is_settled(dataset.dataset)
    if isinstance(dataset, ConcatDataset):
        return all(map(is_settled, dataset.datasets))
    if isinstance(dataset, TensorDataset):
        return True
    if not type(dataset).__module__.startswith("torchvision.datasets."):
        return False
    return all(_is_settled(getattr(dataset, name, None)) for name in ("transform", "target_transform"))


def _is_settled(transform: Any) -> bool:
    kind = type(transform)
    if transform is None:
        return True
    if not kind.__module__.startswith("torchvision.transforms.") or kind.__name__ not in SETTLED:
        return False
    return all(map(_is_settled, getattr(transform, "transforms", ())))


def tensors_of(dataset: Any) -> AtOnce | None:
    """All samples of a TensorDataset of inputs and targets, or of a part of one; None for any other."""
    if isinstance(dataset, Subset):
        whole = tensors_of(dataset.dataset)
        numbers = torch.as_tensor(list(dataset.indices), dtype=torch.int64)
        return whole and AtOnce(whole.inputs.index_select(0, numbers), whole.targets.index_select(0, numbers))
    if type(dataset) is TensorDataset and len(dataset.tensors) == 2 and all(map(_is_plain, dataset.tensors)):
        return AtOnce(*dataset.tensors)
    return None


def _is_plain(tensor: Tensor) -> bool:
    return tensor.device.type == "cpu" and not tensor.requires_grad and not tensor.is_sparse
