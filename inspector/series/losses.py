"""Losses, accuracies and learning rates that the files of a training have stored, as curves; and which epoch is best.

The x of a curve is the epoch as `Member.epoch` counts it, so that curves and frames stand on one axis (where
`Training.axis` is `EPOCH`).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from ..progress import Progress
from .members import Training

Points = tuple[tuple[float, float], ...]


class Curve(NamedTuple):
    """One stored measure over the epochs. Values may be NaN or infinite: so a training ends that diverged."""

    measure: str
    """`train_loss`, `valid_loss`, `accuracy` (0 to 1), `best` (validation loss so far) or `lr`."""
    points: Points
    """(epoch, value), by epoch."""
    from_history: frozenset[float] = frozenset()
    """The epochs whose values come from a history inside a file, and not from a checkpoint of that epoch."""


class Best(NamedTuple):
    """The best epoch."""

    epoch: float
    measure: str
    """`valid_loss`, `accuracy`, `train_loss`: what it is the best by; empty where only a name says so."""
    value: float | None
    path: str
    """The checkpoint that has its weights; empty where there is none."""
    sentence: str
    """How it was found."""


class Stored(NamedTuple):
    """What the files have stored."""

    curves: tuple[Curve, ...] = ()
    """Those that there are; validation loss first, then training loss, accuracy, best, lr."""
    best: Best | None = None
    refusals: tuple[str, ...] = ()
    """Sentences: histories that could not be read."""

    def curve(self, measure: str) -> Points:
        """The points of one measure; none where it is not stored."""
        return next((curve.points for curve in self.curves if curve.measure == measure), ())


def reading(training: Training) -> Generator[Progress, None, Stored]:
    """Reads what is stored: numbers of each checkpoint, and whole histories inside the last ones."""
    raise NotImplementedError
    yield
