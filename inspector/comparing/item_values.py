"""The values of items as whoever compares them needs them: as a tensor, and as a word that equal elements share."""

from __future__ import annotations

import hashlib

from ..checkpoint.entries import ITEM_SIZES, Storage, Tensor
from ..checkpoint.sources import MemorySource
from ..errors import InspectorError
from .made_values import blocks, values
from .sides import Item


def has_values(item: Item | None) -> bool:
    """Whether there are elements to be read: those of a file, or what a step makes of them."""
    return item is not None and (item.tensor is not None or item.made is not None) and item.shape is not None


def nbytes_of(item: Item) -> int:
    """The bytes of its elements."""
    return item.numel * ITEM_SIZES.get(item.dtype, 1)


def view_of(item: Item) -> object:
    """What is equal for two items that are the very same view of the same elements."""
    tensor = item.tensor
    if item.made is not None or tensor is None or tensor.storage is None or tensor.extra.quantization is not None:
        return object()
    layout = (tensor.offset, tensor.shape, tensor.stride)
    return (tensor.storage, layout, tensor.dtype, tensor.extra.conj, tensor.extra.neg, tensor.damage)


def tensor_of(item: Item) -> Tensor:
    """The tensor through which the elements are read: the file's own; for what a step made, one in memory.

    Raises InspectorError for an item without values, and for a made one of more than 1 GiB; FileError when its parts
    cannot be read.
    """
    if item.tensor is not None and item.made is None:
        return item.tensor
    made = values(item)
    data = made.tobytes()
    storage = Storage(f"made: {item.key}", item.dtype, "cpu", len(data), MemorySource(data))
    stride = tuple(step // made.itemsize for step in made.strides)
    return Tensor(item.key, item.dtype, made.shape, stride, 0, storage)


def fingerprint(item: Item) -> str:
    """A word that items with equal elements share, from the first few million of them; empty where there are none."""
    if not has_values(item):
        return ""
    try:
        first = next(blocks(item), None)
    except InspectorError:
        return ""
    return hashlib.blake2b(first.tobytes(), digest_size=16).hexdigest() if first is not None else ""
