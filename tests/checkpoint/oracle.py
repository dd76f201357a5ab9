"""torch as the oracle: what a file must show, from the objects that were saved into it.

torch is imported inside the functions: collecting the tests does not need it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from inspector.checkpoint.arrays import digest
from inspector.checkpoint.entries import Checkpoint, Tensor


def state_of(thing: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every tensor in nested dicts, lists and tuples, under the key that it should have."""
    import torch

    if isinstance(thing, torch.Tensor):
        yield prefix, thing
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield from state_of(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(thing, (list, tuple)):
        for index, value in enumerate(thing):
            yield from state_of(value, f"{prefix}.{index}" if prefix else str(index))


def digest_of(tensor: Any) -> str:
    """The first 16 hex digits of the SHA-256 of a torch tensor's elements, row-major and little-endian."""
    import torch

    plain = tensor.detach()
    if plain.is_quantized:
        plain = plain.int_repr()
    plain = plain.resolve_conj().resolve_neg().contiguous().cpu()
    if plain.dim() == 0:
        plain = plain.reshape(1)
    data = plain.view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return hashlib.sha256(data).hexdigest()[:16]


def assert_shows(checkpoint: Checkpoint, thing: Any) -> None:
    """That the file shows every strided tensor of `thing`, and nothing else, as torch has it."""
    expected = dict(state_of(thing))
    shown = {key: tensor for key, tensor in checkpoint.tensors() if not tensor.is_array}
    assert list(shown) == list(expected)
    for key, tensor in expected.items():
        _assert_same(key, shown[key], tensor)


def assert_whole_ones_are_right(checkpoint: Checkpoint, expected: dict[str, Any]) -> None:
    """That of a damaged file whatever is not marked has the numbers that were saved."""
    for key, tensor in checkpoint.tensors():
        if not tensor.damage:
            assert digest(tensor) == digest_of(expected[key]), key


def _assert_same(key: str, shown: Tensor, tensor: Any) -> None:
    assert shown.damage == "", key
    assert shown.dtype == str(tensor.dtype).removeprefix("torch."), key
    assert shown.shape == tuple(tensor.shape), key
    assert shown.requires_grad == tensor.requires_grad, key
    if str(tensor.layout) != "torch.strided" or tensor.is_nested:
        return
    assert shown.stride == tuple(tensor.stride()), key
    assert shown.offset == tensor.storage_offset(), key
    if tensor.device.type != "meta":
        assert digest(shown) == digest_of(tensor), key
