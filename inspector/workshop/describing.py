"""A model that was built, as plain values: its keys, modules, and what is tied to what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from .building import Built
from .initialising import initialisation
from .requests import Model, Parameter


def describe(built: Built, seconds: float) -> Model:
    """All that the window and the comparison need to know of a model."""
    module = built.module
    state = module.state_dict(keep_vars=True)
    modules = dict(module.named_modules(remove_duplicate=False))
    return Model(
        built.name,
        tuple(_parameters(state)),
        {path: class_of(each) for path, each in modules.items()},
        {path: text for path, text in ((path, initialisation(each)) for path, each in modules.items()) if text},
        built.device,
        seconds,
        built.notes,
        {path: _plain(kept) for path, kept in getattr(state, "_metadata", {}).items()},
    )


def class_of(value: object) -> str:
    """A class with its module, as files name it."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _parameters(state: dict[str, Any]) -> Iterator[Parameter]:
    keys: dict[int, list[str]] = {}
    for key, value in state.items():
        keys.setdefault(id(value), []).append(key)
    for key, value in state.items():
        if isinstance(value, torch.Tensor):
            tied = keys[id(value)]
            shared = tied[0] if len(tied) > 1 else ""
            yield Parameter(key, _shape(value), str(value.dtype).replace("torch.", ""), _role(key, value), shared)
        else:
            yield Parameter(key, None, "", "extra state")


def _role(key: str, value: torch.Tensor) -> str:
    if key.rpartition(".")[2] == "_extra_state":
        return "extra state"
    return "parameter" if isinstance(value, nn.Parameter) else "buffer"


def _shape(tensor: torch.Tensor) -> tuple[int, ...] | None:
    return None if is_lazy(tensor) else tuple(tensor.shape)


def _plain(kept: object) -> dict[str, object]:
    """The part of a module's metadata that can cross a pipe."""
    if not isinstance(kept, dict):
        return {}
    return {
        str(name): value for name, value in kept.items() if value is None or isinstance(value, (int, float, str, bool))
    }
