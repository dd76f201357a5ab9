"""`ToTensor()` and `Normalize(...)` for whole arrays at once, and how they are undone.

Why this way: nearly every script begins with these two. They calculate the same bits here as torchvision's do picture
by picture, at many times the speed, and need no torchvision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ...language import marked, tr
from ...wording import plural, shape
from ..failures import Refusal
from .literals import NotPlain, plain
from .steps import UNKNOWN, Step

_TITLE = marked("The data does not fit")


def at_once(steps: Sequence[Step]) -> Callable[[Tensor], Tensor] | None:
    """The same for many: uint8 [n, h, w] or [n, c, h, w] to float32 [n, c, h, w]; None where steps do more than that.

    They are `ToTensor()`, which divides by 255, then perhaps `Normalize(mean, std)`; floats are not divided.
    """
    names = [step.name for step in steps]
    if any(name != "Normalize" for name in names[1:]) or names[:1] not in (["ToTensor"], ["Normalize"], []):
        return None
    shifts = [mean_and_std(step) for step in steps if step.name == "Normalize"]

    def apply(arrays: Tensor) -> Tensor:
        if arrays.dtype == torch.uint8 and names[:1] == ["ToTensor"]:
            arrays = (arrays[:, None] if arrays.dim() == 3 else arrays).to(torch.float32).div(255)
        for mean, std in shifts:
            _check_channels(arrays, len(mean))
            arrays = arrays.sub(mean.to(arrays.dtype)).div_(std.to(arrays.dtype))
        return arrays

    return apply


def _check_channels(arrays: Tensor, channels: int) -> None:
    """Raises Refusal where a Normalize is of other channels: numbers would only seem to fit."""
    has = arrays.shape[1] if arrays.dim() == 4 else 0
    if not has or channels not in (1, has):
        given = plural(channels, "channel")
        message = (
            tr(
                "Normalize is given for {channels}, but the samples have {have}.",
                channels=given,
                have=plural(has, "channel"),
            )
            if has
            else tr(
                "Normalize is given for {channels}, but the samples {shape} are no pictures.",
                channels=given,
                shape=shape(arrays.shape[1:]),
            )
        )
        hint = (
            tr("It takes {numbers} each for mean and deviation.", numbers=plural(has, "number"))
            if has
            else tr("Put ToTensor() before it.")
        )
        raise Refusal(message, title=_TITLE, hint=hint)


def mean_and_std(step: Step) -> tuple[Tensor, Tensor]:
    """Of a Normalize, float64 [c, 1, 1] each. Raises Refusal where they are none."""
    try:
        given = dict(zip(("mean", "std", "inplace"), map(plain, step.node.args)))
        given.update((each.arg, plain(each.value)) for each in step.node.keywords)
        mean, std = (torch.as_tensor(given[name], dtype=torch.float64).reshape(-1, 1, 1) for name in ("mean", "std"))
    except (NotPlain, KeyError, TypeError, ValueError, RuntimeError) as error:
        hint = tr("It takes the mean and the standard deviation of each channel: Normalize((0.5,), (0.5,))")
        raise Refusal(tr("{step} cannot be used.", step=step), title=UNKNOWN, hint=hint) from error
    if not (std != 0).all():
        raise Refusal(
            tr("{step} divides by 0.", step=step), title=UNKNOWN, hint=tr("A standard deviation is larger than 0.")
        )
    return mean, std


def undone(sample: Tensor, steps: Sequence[Step]) -> Tensor:
    """`sample` [c, h, w] as it was before Normalize."""
    for step in reversed([step for step in steps if step.name == "Normalize"]):
        mean, std = mean_and_std(step)
        sample = sample * std.to(sample.dtype) + mean.to(sample.dtype)
    return sample
