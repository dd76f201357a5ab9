"""What is added up over the batches of a test, on the device of the model and without waiting for it.

    accuracy    the highest score is that of the sample's class
    top-k       fewer than k classes score higher; of equal scores the class with the lower number counts as higher,
                as in `argmax`
    confusion   one count at (true class, predicted class) for each sample

A single score for each sample (`BCEWithLogitsLoss`) is two classes: above 0 it is the second. NaN is the lowest score.

Why this way: these are a few lines of torch, so torchmetrics, which would have to be installed in the interpreter of
whoever runs this, has nothing to add; and the counts stay whole numbers, so no order of batches changes them. Rank
instead of `topk`: with scores that are all the same a model would be right or wrong by chance. `scatter_add_` instead
of `bincount`: on a GPU that one waits for the largest number.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ...language import marked
from .wrong_examples import WrongExamples

MOST_CLASSES = 2_000
"""A confusion matrix of more has more numbers than anybody looks at, or than would cross a pipe quickly."""


class Counts(NamedTuple):
    """What came of it."""

    correct: int | None
    top: int
    top_correct: int | None
    confusion: tuple[tuple[int, ...], ...]
    """Empty for more than `MOST_CLASSES` classes."""
    broken: int
    """Samples for which a score is NaN."""


class ClassScores:
    """Samples that are of one class each, with a score for each class."""

    def __init__(self, classes: int, top: int, device: torch.device, examples: int) -> None:
        self.classes = classes
        self.top = max(1, min(top, classes - 1))
        self.wrong = WrongExamples(examples, device)
        size = classes * classes if classes <= MOST_CLASSES else 0
        self._confusion = torch.zeros(size, dtype=torch.int64, device=device)
        self._sums = torch.zeros(3, dtype=torch.int64, device=device)

    def add(self, scores: Tensor, labels: Tensor, are_shares: bool = False, inputs: Tensor | None = None) -> None:
        """Scores [n, classes] and labels [n] of the next batch; `are_shares`: they are probabilities already.

        `inputs`: as in `WrongExamples.add`.
        """
        broken = scores.isnan()
        scores = scores.masked_fill(broken, float("-inf"))
        predicted, labels = scores.argmax(1), labels.long()
        is_top = _rank(scores, labels) < self.top
        self._sums += torch.stack([(predicted == labels).sum(), is_top.sum(), broken.any(1).sum()])
        if len(self._confusion):
            self._confusion.scatter_add_(0, labels * self.classes + predicted, torch.ones_like(labels))
        self.wrong.add(_confidence(scores, are_shares), predicted, labels, inputs)

    def counts(self) -> Counts:
        """Waits for the device."""
        correct, top_correct, broken = self._sums.tolist()
        rows = self._confusion.reshape(-1, self.classes).tolist()
        return Counts(correct, self.top, top_correct, tuple(map(tuple, rows)), broken)


def _rank(scores: Tensor, labels: Tensor) -> Tensor:
    """How many classes come before that of the sample; int64 [n]."""
    own = scores.gather(1, labels[:, None])
    earlier = torch.arange(scores.shape[1], device=scores.device) < labels[:, None]
    return ((scores > own) | ((scores == own) & earlier)).sum(1)


def _confidence(scores: Tensor, are_shares: bool) -> Tensor:
    """The probability of the class that is predicted; float32 [n]."""
    scores = scores.float()
    return scores.amax(1) if are_shares else scores.softmax(1).amax(1)


def two_columns(scores: Tensor) -> Tensor:
    """One score for each sample as two: softmax(0, z) is (1 - sigmoid(z), sigmoid(z)). Gives [n, 2]."""
    scores = scores.reshape(-1)
    return torch.stack((torch.zeros_like(scores), scores), 1)


# -- what kind of scores they are --------------------------------------------------------------------------------

RAW, LOG_SHARES, SHARES = marked("raw scores"), marked("log-probabilities"), marked("probabilities")


def kind_of(scores: Tensor) -> str:
    """Whether the scores [n, classes] of a batch are raw, or went through `log_softmax` or `softmax` already."""
    scores = scores.detach().double() if scores.device.type != "mps" else scores.detach().float()
    if bool((scores >= 0).all()) and _are_one(scores.sum(1)):
        return SHARES
    return LOG_SHARES if bool((scores <= 0).all()) and _are_one(scores.exp().sum(1)) else RAW


def _are_one(sums: Tensor) -> bool:
    return bool(((sums - 1).abs() < 1e-2).all())
