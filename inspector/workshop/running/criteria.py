"""The criterion of a run: what the output and the target give for a loss, and how many of them are right.

Why this way: targets come as the data has them - labels of any whole-number type, regression targets of shape [N] for
an output of [N, 1]. torch would refuse the first and silently broadcast the second to [N, N], so both are brought into
the shape that is meant.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ...language import marked, tr
from ...wording import list_of
from ..failures import Refusal
from ..importing import import_file
from ..named import similar

CLASSIFYING = ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss")
"""Their targets are the numbers of classes."""
BINARY = "BCEWithLogitsLoss"
MEASURING = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
"""Their targets look like the output."""
TITLE = marked("There is no such criterion")


class Criterion:
    """Called with the model's output and the target it gives the loss, the mean over the batch."""

    def __init__(self, name: str, call: Callable[[Any, Any], Any]) -> None:
        self.name = name
        self.is_own = name not in (*CLASSIFYING, BINARY, *MEASURING)
        """Whether it is the user's: it gets output and target as they are."""
        self.classifies = name in CLASSIFYING or self.is_own
        """Whether targets that are whole numbers are the numbers of classes."""
        self._call = call

    def __call__(self, output: Any, target: Any) -> Tensor:
        if self.is_own:
            loss: Tensor = self._call(output, target)
            return loss
        scores = scores_of(output)
        loss = self._call(scores, self.fitting(scores, target))
        return loss

    def fitting(self, scores: Tensor, target: Any) -> Any:
        """`target` in the type and shape that is compared with `scores`."""
        if self.classifies:
            return target if target.dtype == torch.int64 or target.is_floating_point() else target.long()
        if target.shape != scores.shape and target.numel() == scores.numel():
            target = target.reshape(scores.shape)
        return target if target.dtype == scores.dtype else target.to(scores.dtype)

    def correct(self, output: Any, target: Any) -> Tensor | None:
        """How many samples of the batch are right, on their device; None where targets are no classes."""
        scores = scores_of(output)
        if not isinstance(target, Tensor) or target.is_floating_point():
            return None
        if self.name == BINARY and target.numel() == scores.numel():
            return ((scores.reshape(-1) > 0) == (target.reshape(-1) > 0)).sum()
        if self.classifies and scores.dim() == 2 and target.shape == scores.shape[:1]:
            return (scores.argmax(1) == target).sum()
        return None


def criterion_of(text: str) -> Criterion:
    """`CrossEntropyLoss` and its like, or `file.py:function`. Raises Refusal, and whatever the file's code raises."""
    path, colon, name = text.rpartition(":")
    if colon and path.endswith(".py"):
        return Criterion(text, _own(path, name))
    known = (*CLASSIFYING, BINARY, *MEASURING)
    if text not in known:
        hint = similar(text, known) or tr("Choose {names} or file.py:function.", names=list_of(list(known)))
        raise Refusal(tr("There is no criterion {text!r}.", text=text), title=TITLE, hint=hint)
    made: Callable[[Any, Any], Any] = getattr(nn, text)()
    return Criterion(text, made)


def _own(path: str, name: str) -> Callable[[Any, Any], Any]:
    module = import_file(path)
    call = getattr(module, name, None)
    if isinstance(call, type) and issubclass(call, nn.Module):
        call = call()
    if not callable(call):
        functions = [each for each, value in vars(module).items() if callable(value) and not each.startswith("_")]
        where = os.path.basename(path)
        raise Refusal(
            tr("There is no function {name} in {where}.", name=name, where=where),
            title=TITLE,
            hint=similar(name, functions),
        )
    own: Callable[[Any, Any], Any] = call
    return own


def scores_of(output: Any) -> Tensor:
    """The tensor of a model's output that is compared with the target: itself, `logits`, or the first that there is."""
    if isinstance(output, Tensor):
        return output
    if isinstance(output, dict):
        found = [output[key] for key in ("logits", "out", "output", "scores") if key in output] or [*output.values()]
    elif hasattr(output, "logits"):
        found = [output.logits]
    else:
        found = list(output) if isinstance(output, (tuple, list)) else []
    for each in found:
        if isinstance(each, Tensor):
            return each
    raise Refusal(
        tr("The model's output is a {type} without a tensor in it.", type=type(output).__name__),
        title=marked("The output cannot be judged"),
        hint=tr("Return a tensor, a tuple that begins with one, or a dict with `logits`."),
    )
