"""What can be made of a checkpoint, and what most people would want of it."""

from __future__ import annotations

from ..checkpoint.entries import Checkpoint
from .wishes import Offers


def offers(checkpoint: Checkpoint, section: str | None = None) -> Offers:
    """What can be wished of `section`; of the weights, where none is named. Reads no tensor.

    Raises InspectorError when there is no such section.
    """
    raise NotImplementedError
