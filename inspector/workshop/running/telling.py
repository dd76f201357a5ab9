"""The losses of batches, from the loop into the journal and into words, at most ten times a second.

Why this way: on a GPU a loss that is read makes the CPU wait for all that was queued. So losses stay where they are
until it is time for a word, and are then fetched in one go.
"""

from __future__ import annotations

import math
import time
from typing import Any, NamedTuple

import torch

from ..run_words import Batches
from .journal import Journal
from .teams import ALONE, Team

BETWEEN_WORDS = 0.1
_LATELY = 2.0
"""Seconds that the speed is a mean over, roughly."""


class Taken(NamedTuple):
    """Losses that were taken into the journal."""

    first: int
    """The number of the first batch, from 1."""
    losses: tuple[float, ...]

    @property
    def not_finite(self) -> int:
        """The number of the first batch whose loss is none; 0 where all are."""
        return next((self.first + i for i, loss in enumerate(self.losses) if not math.isfinite(loss)), 0)


class Teller:
    """Collects losses: numbers, or tensors of one element that are read later."""

    def __init__(self, journal: Journal, team: Team = ALONE) -> None:
        self._journal = journal
        self._team = team
        self._losses: list[Any] = []
        self._counts: list[int] = []
        self.samples = 0
        """That were trained on in this run."""
        self.due = 0.0
        """When it is time for a word, on the clock of `time.perf_counter`."""
        self._speed = 0.0
        self._since = 0.0
        self.begin()

    @property
    def batch(self) -> int:
        """How many batches of the epoch are done."""
        return self._journal.batch + len(self._losses)

    def begin(self) -> None:
        """Time counts from now: after a pause, a validation, a saving."""
        self._since = time.perf_counter()
        self.due = self._since + BETWEEN_WORDS

    def add(self, loss: Any, count: int) -> None:
        self._losses.append(loss)
        self._counts.append(count)

    def take(self) -> Taken:
        """Writes what was collected into the journal: of all of the team, who do so after the same batch."""
        losses = self._losses
        if losses and isinstance(losses[0], torch.Tensor):
            losses = torch.stack(losses).tolist()
        first = self._journal.batch + 1
        means, counts = self._team.means(losses, self._counts)
        self._journal.add(means, counts)
        self._measure(sum(counts))
        self._losses, self._counts = [], []
        return Taken(first, tuple(means))

    def word(self, taken: Taken, lr: float) -> Batches:
        return Batches(self._journal.epoch, taken.first, taken.losses, lr, self._speed)

    def _measure(self, samples: int) -> None:
        now = time.perf_counter()
        passed = now - self._since
        self.samples += samples
        if samples and passed > 0:
            keep = math.exp(-passed / _LATELY) if self._speed else 0.0
            self._speed = keep * self._speed + (1 - keep) * samples / passed
        self._since, self.due = now, now + BETWEEN_WORDS
