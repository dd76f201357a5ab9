"""What a model takes: pictures as the data has them, or laid out in one row each.

Why this way: many a script flattens pictures in its loop (`images.view(images.shape[0], -1)`) and not in its model. So
where the model refuses a batch of pictures and takes it flattened, it gets it flattened from then on. The hook that
does it is no part of what is saved.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...language import tr
from ...wording import shape


def adapt(model: nn.Module, inputs: Any) -> str:
    """Tries `inputs` [n, ...] on `model`, which is in evaluation mode; gives a note where it wants them flattened.

    Raises what the model raises, where it takes neither.
    """
    try:
        model(inputs)
    except (RuntimeError, ValueError, IndexError):
        if not isinstance(inputs, Tensor) or inputs.dim() < 3 or not _takes(model, inputs.flatten(1)):
            raise
        model.register_forward_pre_hook(_flatten)
        before, after = (shape(tuple(each.shape[1:])) for each in (inputs, inputs.flatten(1)))
        return tr("Each sample is flattened, {before} to {after}: the model takes it so.", before=before, after=after)
    return ""


def _takes(model: nn.Module, inputs: Tensor) -> bool:
    try:
        model(inputs)
    except Exception:
        return False
    return True


def _flatten(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    first, *rest = inputs
    return (torch.flatten(first, 1), *rest)
