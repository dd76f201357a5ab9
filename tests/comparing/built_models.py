"""Models of torch and torchvision as sides of a comparison, built on the meta device: shapes without numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import nn

from inspector.comparing.sides import Item, Side
from inspector.workshop import torchvision_schemas


@cache
def torchvision_models() -> Any:
    """`torchvision.models`, also beside a CPU torch: there its compiled operators are missing, and only declared."""
    torchvision_schemas.load()
    import torchvision

    return torchvision.models


def on_meta(build: Callable[..., nn.Module], *positional: Any, **arguments: Any) -> nn.Module:
    """The module that `build` gives, without memory for its numbers."""
    with torch.device("meta"):
        return build(*positional, **arguments)


def vision(name: str, **arguments: Any) -> nn.Module:
    """A builder of torchvision, on the meta device."""
    builder = torchvision_models().get_model_builder(name)
    if "weights_backbone" in inspect.signature(builder).parameters:
        arguments["weights_backbone"] = None  # never downloaded
    return on_meta(builder, **arguments)


def side(module: nn.Module, kind: str = "model", name: str = "", **arguments: object) -> Side:
    """A module as a side; as a `checkpoint` it knows no classes."""
    state = module.state_dict(keep_vars=True)
    first: dict[int, str] = {}
    items = []
    for key, value in state.items():
        if not isinstance(value, torch.Tensor):
            items.append(Item(key, None, role="extra state"))
            continue
        shared = first.setdefault(id(value), key)
        role = "parameter" if isinstance(value, nn.Parameter) else "buffer"
        items.append(Item(key, tuple(value.shape), str(value.dtype).removeprefix("torch."), role=role, shared=shared))
    tied = {item.shared for item in items if item.shared != item.key}
    items = [item if item.shared in tied else item._replace(shared="") for item in items]
    modules = {path: f"{type(each).__module__}.{type(each).__qualname__}" for path, each in module.named_modules()}
    known = modules if kind == "model" else {}
    metadata = {path: dict(each) for path, each in state._metadata.items()}  # type: ignore[attr-defined]
    return Side(name or type(module).__name__, kind, tuple(items), "", known, metadata, arguments)
