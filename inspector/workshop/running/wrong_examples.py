"""The samples that a model is wrong about and surest of: what one looks at first.

Why this way: which samples these are is only known at the end, and where they are in their split is enough to fetch
them once more then. So nothing but a few numbers is kept meanwhile, and a GPU is not waited for. Only of a stream, in
which nothing is found again, the inputs themselves are kept.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..run_words import Example, Picture
from .data import Data, Pile
from .pictures import picture_of


class WrongExamples:
    """The `most` of them, by confidence."""

    def __init__(self, most: int, device: torch.device) -> None:
        self._most = max(0, most)
        self._seen = 0
        self._confidence = torch.empty(0, device=device)
        self._numbers = torch.empty((3, 0), dtype=torch.int64, device=device)
        self._inputs: Tensor | None = None

    def add(self, confidence: Tensor, predicted: Tensor, labels: Tensor, inputs: Tensor | None = None) -> None:
        """The next batch: each [n], in the order of the split. A confidence of NaN counts as none.

        `inputs` [n, ...] are kept, where they are given: then they are in all batches.
        """
        places = torch.arange(self._seen, self._seen + len(labels), device=labels.device)
        self._seen += len(labels)
        if not self._most:
            return
        wrong = torch.where((predicted == labels) | confidence.isnan(), torch.full_like(confidence, -1.0), confidence)
        before, both = len(self._confidence), torch.cat((self._confidence, wrong))
        self._confidence, kept = both.topk(min(self._most, len(both)))
        self._numbers = torch.cat((self._numbers, torch.stack((places, labels, predicted))), 1).index_select(1, kept)
        if inputs is not None:
            self._keep_inputs(inputs, kept, before)

    def _keep_inputs(self, inputs: Tensor, kept: Tensor, before: int) -> None:
        """The rows `kept` of the `before` inputs that are there and of the batch, which is not copied whole."""
        new = inputs.index_select(0, (kept - before).clamp(min=0))
        if self._inputs is None or not before:
            self._inputs = new
            return
        is_old = (kept < before).reshape(-1, *[1] * (inputs.dim() - 1))
        self._inputs = torch.where(is_old, self._inputs.index_select(0, kept.clamp(max=before - 1)), new)

    def examples(self, data: Data, pile: Pile) -> tuple[Example, ...]:
        """The surest first, equally sure ones in the order of their split, with pictures where they are some."""
        found = zip(range(self._most), self._confidence.tolist(), *self._numbers.tolist())
        ordered = sorted((-share, place, label, said, row) for row, share, place, label, said in found if share >= 0)
        return tuple(
            Example(place, label, said, -share, self._picture(data, pile, place, label, row))
            for share, place, label, said, row in ordered
        )

    def _picture(self, data: Data, pile: Pile, place: int, label: int, row: int) -> Picture | None:
        """None where it is none, and where the sample at that place is another: a user's loader may shuffle."""
        try:
            inputs, target = (self._inputs[row], label) if self._inputs is not None else pile.sample(place)
            return picture_of(inputs, data.transforms) if int(target) == label else None
        except Exception:  # whatever the user's data raises: a picture that is missing spoils no test
            return None
