"""The frames of a training, measured one after the other: norms, and how far each is from those before it."""

from __future__ import annotations

from collections.abc import Generator

from ..progress import Progress
from .figures import Frame, Series
from .members import Training


def measure(training: Training, known: Series | None = None) -> Generator[Frame | Progress, None, Series]:
    """Measures a training; yields each `Frame` as it is done, in order, and `Progress` (bytes) in between.

    Frames of `known`, a series measured before, whose files and neighbours are the same still are taken over and
    yielded at once. Memory is bounded: files are read block by block. Raises nothing for a file that is damaged or
    changes meanwhile: its frame has a `problem`.
    """
    raise NotImplementedError
    yield
