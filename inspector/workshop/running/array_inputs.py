"""Arrays of any dtype and layout as the inputs of a model: pictures [n, c, h, w] as bytes, everything else as floats.

Why this way: bytes go through `ToTensor()` like the pictures of any other source. What a script would have to do before
a model takes the array at all - turn channels to the front, make float64 float32 - is done and said; nothing is scaled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...language import marked, tr
from ...wording import plural, shape
from ..failures import Refusal

TITLE = marked("The array does not fit")
_CHANNELS = (1, 3, 4)
_SIDE = 8
"""A square matrix with at least so many rows is taken for a picture."""


def inputs_of(name: str, array: Any) -> tuple[Tensor, tuple[str, ...]]:
    """The array as inputs [n, ...], and what was done to it. Raises Refusal for what a model cannot take."""
    if not array.shape:
        raise Refusal(tr("{name} is a single value, and no array of samples.", name=name), title=TITLE)
    tensor, notes = _as_tensor(name, array)
    if tensor.dim() == 1:
        tensor, notes = (
            tensor[:, None],
            (*notes, tr("{name} has one number for each sample: it became {name} [n, 1].", name=name)),
        )
    tensor, turned = _turned(name, tensor)
    if tensor.dtype == torch.uint8 and tensor.dim() < 3:
        tensor = tensor.to(torch.float32).div_(255)
        notes = (*notes, tr("{name} holds bytes: they were divided by 255.", name=name))
    return tensor, (*notes, *turned, *_looks(name, tensor))


def suits(inputs: Tensor) -> tuple[str, ...]:
    """The transforms that inputs need where nobody said others."""
    return ("ToTensor()",) if inputs.dtype == torch.uint8 else ()


# -- dtypes -----------------------------------------------------------------------------------------------------


def _as_tensor(name: str, array: Any) -> tuple[Tensor, tuple[str, ...]]:
    """uint8, int64 or float32, and what was changed."""
    if isinstance(array, Tensor):
        array = array.detach()
        kind, dtype = _kind(array), str(array.dtype).rpartition(".")[2]
    else:
        kind, dtype = array.dtype.kind, str(array.dtype)
    if kind not in "buif":
        hint = tr("Samples are numbers: bytes, whole numbers or floats.")
        raise Refusal(tr("{name} holds {dtype}, which no model takes.", name=name, dtype=dtype), title=TITLE, hint=hint)
    if kind == "b":
        return _converted(array, torch.float32), (tr("{name} holds true and false: they became 1 and 0.", name=name),)
    if kind == "f":
        note = (
            ()
            if dtype == "float32"
            else (tr("{name} was {dtype}: it became float32, as models have it.", name=name, dtype=dtype),)
        )
        return _converted(array, torch.float32), note
    if dtype == "uint8":
        return _converted(array, torch.uint8), ()
    whole = _converted(array, torch.int64)
    if whole.dim() >= 3 and len(whole) and 0 <= int(whole.min()) and int(whole.max()) <= 255:
        return whole.to(torch.uint8), (
            tr("{name} was {dtype} from 0 to 255: it was taken for pictures of bytes.", name=name, dtype=dtype),
        )
    return whole, ()


def _kind(tensor: Tensor) -> str:
    """As numpy names kinds of dtypes."""
    if tensor.is_quantized or tensor.is_complex() or tensor.is_sparse:
        return "c"
    return "b" if tensor.dtype == torch.bool else "f" if tensor.is_floating_point() else "i"


def _converted(array: Any, dtype: torch.dtype) -> Tensor:
    if isinstance(array, Tensor):
        return array.to(dtype).contiguous()
    name = str(dtype).rpartition(".")[2]
    return torch.from_numpy(np.ascontiguousarray(array.astype(name, copy=False)))


# -- layouts ----------------------------------------------------------------------------------------------------


def _turned(name: str, tensor: Tensor) -> tuple[Tensor, tuple[str, ...]]:
    """Pictures with their channels in front."""
    if tensor.dtype == torch.int64:
        return tensor, ()
    sizes = tuple(tensor.shape)
    if tensor.dim() == 4 and sizes[3] in _CHANNELS and sizes[1] not in _CHANNELS:
        turned = tensor.permute(0, 3, 1, 2).contiguous()
        return turned, (
            tr(
                "{name} {sizes} has its channels last: they were put before height and width.",
                name=name,
                sizes=shape(sizes),
            ),
        )
    if tensor.dim() == 4 and tensor.dtype == torch.uint8 and sizes[1] not in _CHANNELS:
        hint = tr("Pictures are [n, height, width], [n, height, width, channels] or [n, channels, height, width].")
        raise Refusal(
            tr("{name} {sizes} has no pictures of 1, 3 or 4 channels.", name=name, sizes=shape(sizes)),
            title=TITLE,
            hint=hint,
        )
    if tensor.dim() > 4 and tensor.dtype == torch.uint8:
        raise Refusal(
            tr("{name} {sizes} holds bytes, and no pictures.", name=name, sizes=shape(sizes)),
            title=TITLE,
            hint=tr("Store floats."),
        )
    if tensor.dim() == 3 and tensor.dtype != torch.uint8 and sizes[1] == sizes[2] >= _SIDE:
        return tensor[:, None], (
            tr("{name} {sizes} was taken for grey pictures, with one channel each.", name=name, sizes=shape(sizes)),
        )
    return tensor, ()


def _looks(name: str, tensor: Tensor) -> tuple[str, ...]:
    """What should be known of the values."""
    if not tensor.is_floating_point() or not tensor.numel():
        return ()
    low, high = (float(each) for each in torch.aminmax(tensor))
    if low != low or high != high:
        bad = int(tensor.reshape(len(tensor), -1).isnan().any(1).sum())
        return (tr("{samples} of {name} hold NaN.", samples=plural(bad, "sample"), name=name),)
    if tensor.dim() == 4 and low >= 0 and 2 < high <= 255:
        return (tr("{name} goes from {low:.4g} to {high:.4g}: nothing scales it.", name=name, low=low, high=high),)
    return ()
