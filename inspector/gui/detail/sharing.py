"""Which tensors of a file lie in the same storage."""

from __future__ import annotations

from collections.abc import Generator

from ...checkpoint.entries import Checkpoint, Storage, Tensor
from ...progress import Progress

_A_STRIDE = 2_000
"""Tensors between two words: a few milliseconds."""


def find_sharing(checkpoint: Checkpoint) -> Generator[Progress, None, dict[str, tuple[str, ...]]]:
    """The keys of the tensors in each storage that holds more than one, by `storage_name`."""
    keys: dict[str, list[str]] = {}
    for done, (key, tensor) in enumerate(checkpoint.tensors()):
        if done % _A_STRIDE == 0:
            yield Progress(done, 0, "tensors")
        if tensor.storage is not None and tensor.storage.source is not None:
            keys.setdefault(storage_name(tensor.storage), []).append(key)
    return {name: tuple(found) for name, found in keys.items() if len(found) > 1}


def sharing_with(tensor: Tensor, key: str, found: dict[str, tuple[str, ...]]) -> list[str]:
    """The keys of the others in the storage of `tensor`."""
    if tensor.storage is None:
        return []
    return [other for other in found.get(storage_name(tensor.storage), ()) if other != key]


def storage_name(storage: Storage) -> str:
    """One name for all stretches of one block of memory."""
    return storage.owner or storage.key
