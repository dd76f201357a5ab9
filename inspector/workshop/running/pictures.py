"""Samples as small pictures to look at: what the transforms did to brightness is taken back.

Why this way: people know their data by how it looks. A normalised picture goes from -1 to 1 or wherever, so Normalize
is undone; what then still lies outside of 0 .. 1 and 0 .. 255 is stretched to be seen at all.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

import torch
from torch import Tensor

from ..run_words import Picture
from .transforms import parsed
from .whole_arrays import undone

LONGEST = 96
"""Pixels of the longer side; larger ones are made smaller."""
_SMALLEST = 4
"""A matrix with fewer rows or columns is no picture."""


def picture_of(sample: Tensor, transforms: Sequence[str]) -> Picture | None:
    """A sample [c, h, w] or [h, w], as a model gets it, as a picture; None where it is none.

    `transforms` are those that it went through, as in `Data.transforms`.
    """
    channels = _channels(sample)
    if channels is None:
        return None
    pixels = _bytes(_smaller(undone(channels.to(torch.float32), parsed(transforms))), channels.dtype == torch.uint8)
    height, width = pixels.shape[1:]
    flat = bytes(pixels.permute(1, 2, 0).contiguous().numpy())
    return Picture(height, width, len(pixels), base64.b64encode(flat).decode("ascii"))


def _channels(sample: Tensor) -> Tensor | None:
    """[1 or 3, h, w]; None where the shape is not that of a picture."""
    sample = sample.detach().cpu()
    if sample.dim() == 2:
        sample = sample[None]
    if sample.is_complex() or sample.dim() != 3 or len(sample) not in (1, 3, 4) or min(sample.shape[1:]) < _SMALLEST:
        return None
    return sample[:3]  # what is transparent is shown opaque


def _smaller(pixels: Tensor) -> Tensor:
    """With no side longer than `LONGEST`; each pixel is the mean of those that it stands for."""
    height, width = pixels.shape[1:]
    longest = max(height, width)
    if longest <= LONGEST:
        return pixels
    size = max(1, height * LONGEST // longest), max(1, width * LONGEST // longest)
    return torch.nn.functional.adaptive_avg_pool2d(pixels[None], size)[0]


def _bytes(pixels: Tensor, are_bytes: bool) -> Tensor:
    """uint8, the same shape: of 0 .. 1, of 0 .. 255, or of whatever there is."""
    pixels = torch.nan_to_num(pixels, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(pixels.min()), float(pixels.max())
    if are_bytes or (low >= 0 and 2 < high <= 255):
        low, high = 0.0, 255.0
    elif low >= -0.01 and high <= 1.01:
        low, high = 0.0, 1.0
    stretched = (pixels - low) / (high - low) if high > low else torch.zeros_like(pixels)
    return stretched.mul(255).round().clamp(0, 255).to(torch.uint8)
