"""The samples that a model is wrong about and surest of: what one looks at first.

Why this way: which samples these are is only known at the end, and where they are in their split is enough to fetch
them once more then. So nothing but a few numbers is kept meanwhile, and a GPU is not waited for.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..run_words import Example
from .data import Data, Pile


class WrongExamples:
    """The `most` of them, by confidence."""

    def __init__(self, most: int, device: torch.device) -> None:
        self._most = most
        self._seen = 0
        self._confidence = torch.empty(0, device=device)
        self._numbers = torch.empty((3, 0), dtype=torch.int64, device=device)

    def add(self, confidence: Tensor, predicted: Tensor, labels: Tensor) -> None:
        """The next batch: each [n], in the order of the split. A confidence of NaN counts as none."""
        places = torch.arange(self._seen, self._seen + len(labels), device=labels.device)
        self._seen += len(labels)
        if not self._most:
            return
        wrong = torch.where((predicted == labels) | confidence.isnan(), torch.full_like(confidence, -1.0), confidence)
        all_of_them = torch.cat((self._confidence, wrong))
        self._confidence, kept = all_of_them.topk(min(self._most, len(all_of_them)))
        self._numbers = torch.cat((self._numbers, torch.stack((places, labels, predicted))), 1).index_select(1, kept)

    def examples(self, data: Data, pile: Pile) -> tuple[Example, ...]:
        """The surest first, equally sure ones in the order of their split, with pictures where they are some."""
        found = zip(self._confidence.tolist(), *self._numbers.tolist())
        ordered = sorted((-share, place, label, said) for share, place, label, said in found if share >= 0)
        return tuple(_example(data, pile, *each) for each in ordered)


def _example(data: Data, pile: Pile, share: float, place: int, label: int, predicted: int) -> Example:
    return Example(place, label, predicted, -share, _picture(data, pile, place, label))


def _picture(data: Data, pile: Pile, place: int, label: int) -> Any:
    """None where it is none, and where the sample at that place is another: a user's loader may shuffle."""
    from .pictures import picture_of

    try:
        inputs, target = pile.sample(place)
        return picture_of(inputs, data.transforms) if int(target) == label else None
    except Exception:  # whatever the user's data raises: a picture that is missing spoils no test
        return None
