"""What would be written, worked out before a byte is: names, sizes, what a cast would lose, what cannot go along."""

from __future__ import annotations

from collections.abc import Generator

from ..checkpoint.entries import Checkpoint
from ..progress import Progress
from .wishes import Foreseen, Wish


def foresee(checkpoint: Checkpoint, wish: Wish) -> Generator[Progress, None, Foreseen]:
    """What would come of the wish. Only a cast that may lose something reads the tensors; all else takes a moment.

    Raises InspectorError, with what to do instead, for what cannot be: a dtype that the format does not know, a
    quantised tensor in safetensors, two tensors of one name, numbers that are not whole and no word on salvaging.
    """
    raise NotImplementedError
