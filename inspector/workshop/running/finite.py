"""Which layer made the first number that is none, in a batch whose loss is not finite.

The forward pass of that batch is done again, with an eye on every layer. Dropout falls otherwise the second time; what
is not found then was made by the criterion, or by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ...language import tr
from ...wording import names, safe
from .where import named


def reason(model: nn.Module, criterion: Any, inputs: Any, targets: Any, autocast: Any) -> str:
    """A sentence: where the first NaN or Inf comes from."""
    if found := _not_finite(inputs):
        return tr("The inputs of this batch already hold {found}.", found=found)
    if isinstance(targets, Tensor) and (found := _not_finite(targets)):
        return tr("The targets of this batch hold {found}.", found=found)
    if broken := not_finite_parameters(model):
        return tr("The weights themselves are not finite: {broken}.", broken=names(broken))
    first = _first_layer(model, inputs, autocast)
    if first:
        return tr("{layer} is the first layer whose output is not finite.", layer=first)
    return tr("The model's output is finite; {name} makes the loss that is not.", name=criterion.name)


def not_finite_parameters(model: nn.Module) -> list[str]:
    """The names of parameters and buffers with NaN or Inf in them."""
    both = (*model.named_parameters(), *model.named_buffers())
    return [safe(name) for name, value in both if value.is_floating_point() and not bool(value.isfinite().all())]


def _first_layer(model: nn.Module, inputs: Any, autocast: Any) -> str:
    seen: list[str] = []
    hooks = [module.register_forward_hook(_watch(path, seen)) for path, module in model.named_modules()]
    try:
        with torch.no_grad(), autocast():
            model(inputs)
    except Exception:  # a hook of the user's, a dice that falls otherwise: the batch is known all the same
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return tr("Layer {layer}", layer=seen[0]) if seen else ""


def _watch(path: str, seen: list[str]) -> Any:
    def watch(module: nn.Module, _: Any, output: Any) -> None:
        if not seen and _not_finite(output):
            seen.append(named(path, module))

    return watch


def _not_finite(value: Any) -> str:
    """`NaN`, `Inf`, or empty."""
    for tensor in _tensors(value):
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            return "NaN" if bool(tensor.isnan().any()) else "Inf"
    return ""


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _tensors(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _tensors(each)
