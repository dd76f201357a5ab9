"""The parameters of a model, and what people ask of one when they make groups: bias, norm, embedding, block.

A state_dict does not say what is a parameter and what a buffer, so that is told by names and types; whether a layer is
a norm by its weight, which has one dimension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..checkpoint.entries import is_whole
from .harmless import reason
from .sides import Item, Side

Shape = tuple[int, ...]

_RUNNING = ("running_mean", "running_var", "num_batches_tracked")
_NORM = re.compile(r"(^|[._])(layer|batch|group|instance|rms|sync)?_?(norm|ln|bn|gn)s?[a-z]?\d*([._]|$)", re.IGNORECASE)
_EMBEDDINGS = ("emb", "embed", "embeds", "embedding", "embeddings", "wte", "wpe", "cls_token", "dist_token")
"""How segments of a name end that lead to an embedding."""
_POSITION = re.compile(r"pos_embed|cls_token|dist_token|relative_position_bias_table|logit_scale")
_BLOCK = re.compile(r"^(.*?\.\d+)\.[^.]+\.")
"""A numbered module that has modules itself: the numbered layers of an `nn.Sequential` are no blocks."""


class Parameter(NamedTuple):
    """One parameter of a model."""

    name: str
    shape: Shape | None
    trainable: bool = True
    norm: bool = False
    """Whether it belongs to a norm: a module whose weight has one dimension, or that is called so."""


def parameters_of(side: Side) -> tuple[Parameter, ...]:
    """The parameters of a model or of a state_dict, as `model.parameters()` gives them: tied ones once, no buffers."""
    roles_known = any(item.role in ("parameter", "buffer") for item in side.items)
    weights = {item.key: len(item.shape or ()) for item in side.items if item.key.endswith("weight")}
    return tuple(
        Parameter(item.key, item.shape, not _is_frozen(item), _is_of_norm(item.key, weights))
        for item in side.items
        if item.shared in ("", item.key) and (item.role == "parameter" if roles_known else _may_be_learned(item))
    )


def _is_of_norm(key: str, weights: Mapping[str, int]) -> bool:
    """By how many dimensions the module's weight has; by its name, where it has none of that name."""
    module = key.rpartition(".")[0]
    dimensions = weights.get(f"{module}.weight")
    return bool(_NORM.search(module[:1000])) if dimensions is None else dimensions == 1


def _may_be_learned(item: Item) -> bool:
    """Whether an item of a state_dict, which does not say what is a parameter, is no buffer by its name or type."""
    if item.shape is None or is_whole(item.dtype):
        return False
    return item.key.rpartition(".")[2] not in _RUNNING and not reason(item.key, len(item.shape))


def _is_frozen(item: Item) -> bool:
    return item.tensor is not None and item.tensor.parameter and not item.tensor.requires_grad


def is_bias(parameter: Parameter) -> bool:
    """Whether it is added after a product."""
    return parameter.name.rpartition(".")[2] in ("bias", "in_proj_bias")


def is_norm(parameter: Parameter) -> bool:
    """Whether it belongs to a norm."""
    return parameter.norm


def is_thin(parameter: Parameter) -> bool:
    """Whether it has fewer than two dimensions."""
    return parameter.shape is not None and len(parameter.shape) < 2


def is_embedding(parameter: Parameter) -> bool:
    """Whether it is looked up, or added to what is looked up, before the blocks."""
    return any(segment.endswith(_EMBEDDINGS) for segment in parameter.name.split("."))


def is_position(parameter: Parameter) -> bool:
    """Whether it is one of those that vision transformers keep from weight decay by name."""
    return bool(_POSITION.search(parameter.name[:1000]))


def block(parameter: Parameter) -> str:
    """`blocks.3` of what lies in a numbered block, the first segment of all else."""
    found = _BLOCK.match(parameter.name[:1000])
    return found.group(1) if found else parameter.name.partition(".")[0]


def depth(parameter: Parameter) -> str:
    """`blocks.3` of what lies in a numbered block, and whether all else comes before the blocks or after them."""
    found = _BLOCK.match(parameter.name[:1000])
    return found.group(1) if found else "before" if is_embedding(parameter) else "after"
