"""Samples as their source has them, before any transform: what the sources have in common.

`samples[i]` is (picture or tensor, target), as a torchvision data set without transforms would give it. Where all of
them lie in memory anyway they can be had at once, so that they can be transformed at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor


class AtOnce(NamedTuple):
    """All samples: inputs uint8 [n, h, w] or [n, c, h, w], or of any other dtype [n, ...]; targets [n, ...]."""

    inputs: Tensor
    targets: Tensor


class Samples:
    """Samples that are fetched one by one."""

    def __init__(
        self, items: Any, numbers: Tensor | None = None, at_once: AtOnce | None = None, is_settled: bool = True
    ) -> None:
        """`items[i]` is one; `numbers` are those that are meant (None: all), of `at_once` too.

        `is_settled` says that they are the same each time.
        """
        self.items, self.is_settled = items, is_settled
        self.numbers = torch.arange(len(items)) if numbers is None else numbers
        self._at_once = at_once

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        inputs, target = self.items[int(self.numbers[index])]
        return inputs, target

    @property
    def is_at_once(self) -> bool:
        """Whether all of them can be had at once."""
        return self._at_once is not None

    def part(self, numbers: Tensor) -> Samples:
        """Those at the places `numbers` among these."""
        return Samples(self.items, self.numbers[numbers], self._at_once, self.is_settled)

    def at_once(self) -> AtOnce | None:
        """All of them, in their order; None where that cannot be."""
        if self._at_once is None:
            return None
        inputs, targets = self._at_once
        if len(self.numbers) == len(inputs) and torch.equal(self.numbers, torch.arange(len(inputs))):
            return self._at_once
        return AtOnce(inputs.index_select(0, self.numbers), targets.index_select(0, self.numbers))


class Rows:
    """Arrays in memory as a data set: bytes as pictures, everything else as tensors."""

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self.inputs, self.targets = inputs, targets

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        target = self.targets[index]
        inputs = self.inputs[index]
        return as_picture(inputs) if is_picture(inputs) else inputs, target


def of_arrays(inputs: Tensor, targets: Tensor) -> Samples:
    """Samples that lie in memory: inputs [n, ...], targets [n, ...]."""
    return Samples(Rows(inputs, targets), at_once=AtOnce(inputs, targets))


def is_picture(sample: Tensor) -> bool:
    """Whether it is bytes [h, w], or [c, h, w] with 1, 3 or 4 channels."""
    channels = sample.shape[0] if sample.dim() == 3 else 1
    return sample.dtype == torch.uint8 and sample.dim() in (2, 3) and channels in (1, 3, 4)


def as_picture(sample: Tensor) -> Any:
    """A picture of PIL, as the data sets of torchvision give them to their transforms."""
    from PIL import Image

    if sample.dim() == 3:
        sample = sample[0] if len(sample) == 1 else sample.permute(1, 2, 0)
    return Image.fromarray(sample.contiguous().numpy())


def pixels_of(picture: Any) -> Tensor:
    """The bytes of a picture of PIL: uint8 [h, w], or [c, h, w] where it has several channels."""
    pixels = torch.from_numpy(np.array(picture, dtype=np.uint8))
    return pixels.permute(2, 0, 1).contiguous() if pixels.dim() == 3 else pixels


class Transformed:
    """Samples with their transforms: what a model gets."""

    def __init__(self, samples: Samples, transform: Callable[[Any], Any]) -> None:
        self.samples, self.transform = samples, transform

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        inputs, target = self.samples[index]
        return self.transform(inputs), target
