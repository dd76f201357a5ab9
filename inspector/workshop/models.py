"""From what the workshop answers to what `comparing` compares, and back to what the workshop is asked. No torch."""

from __future__ import annotations

from collections.abc import Mapping

from ..comparing.sides import Item, Side
from .requests import Judge, Model


def side_of(model: Model, arguments: Mapping[str, object] | None = None) -> Side:
    """A model that was built as side b of a comparison; `arguments` are those it was built with."""
    items = tuple(Item(each.key, each.shape, each.dtype, None, each.role, each.shared) for each in model.parameters)
    return Side(model.name, "model", items, "", model.modules, model.metadata, dict(arguments or {}))


def judge_of(side: Side) -> Judge:
    """Asks torch what it says of a file's side, mended or not.

    What is no tensor of torch's - a number, a numpy array - has no shape for `load_state_dict` either.
    """
    return Judge(tuple(_asked(item) for item in side.items), side.metadata)


def _asked(item: Item) -> tuple[str, tuple[int, ...] | None, str]:
    is_array = item.tensor is not None and item.tensor.is_array
    return item.key, None if is_array else item.shape, item.dtype
