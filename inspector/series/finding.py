"""Which checkpoints of a folder, or among some paths, belong to one training, and in which order they were saved.

listed("runs/mnist")                                  at once: names and stamps
finish(trainings(["runs/mnist"])).trainings[0].drawn  opened, told apart, ordered
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from ..progress import Progress
from .members import Found, Trainings


def listed(folder: str) -> list[Found]:
    """The files and folders right below `folder` that may be checkpoints, by name; reads nothing but names and stamps.

    At most `MOST` of them. Raises FileError when the folder cannot be read.
    """
    raise NotImplementedError


def trainings(paths: Iterable[str]) -> Generator[Progress, None, Trainings]:
    """Opens the checkpoints at `paths` - files, folders that are checkpoints, and folders that hold some - and tells
    which belong to one training: those whose weights have the same keys and shapes.

    Raises FileError only for a folder that cannot be read; what is no checkpoint is `left_out` with a sentence.
    """
    raise NotImplementedError
    yield
