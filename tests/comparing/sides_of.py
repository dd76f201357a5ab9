"""Sides over torch tensors, as if they had been read from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from inspector.comparing.made_values import values
from inspector.comparing.sides import Item, Side
from tests.checkpoint.entries_of import entry_of_tensor


def side_of(state: Mapping[str, Any]) -> Side:
    """A state_dict as a side with values; what is no tensor is a value."""
    return Side("file.pth", "checkpoint", tuple(_item(key, value) for key, value in state.items()))


def _item(key: str, value: Any) -> Item:
    if not isinstance(value, torch.Tensor):
        return Item(key, None, role="value")
    entry = entry_of_tensor(value, name=key)
    return Item(key, entry.shape, entry.dtype, entry)


def tensor_of(item: Item) -> torch.Tensor:
    """What our own values come to, as a torch tensor."""
    data = torch.frombuffer(bytearray(values(item).tobytes()) or bytearray(1), dtype=torch.uint8)
    dtype = getattr(torch, item.dtype)
    return (data if item.numel else data[:0]).view(dtype).reshape(item.shape or ())


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    """The bytes of its elements in row-major order; one element alone is contiguous whatever its stride."""
    whole = tensor.detach().contiguous()
    return whole.as_strided((whole.numel(),), (1,)).view(torch.uint8)


def same(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors are equal to the bit, in dtype and in shape."""
    if (one.dtype, one.shape) != (other.dtype, other.shape):
        return False
    first, second = (_bytes(each) for each in (one, other))
    return torch.equal(first, second)
