"""The few sentences that matter about a training that was measured."""

from __future__ import annotations

from typing import NamedTuple

from .figures import Series
from .losses import Stored


class Story(NamedTuple):
    """A sentence, and what it is about."""

    kind: str
    """`nan`, `frozen`, `restart`, `twins`, `best`, `moved`, `shrinking`, `oscillating`, `rate`, `nearly`, `problem`."""
    sentence: str
    keys: tuple[str, ...] = ()
    """Tensors or layers it is about."""
    paths: tuple[str, ...] = ()
    """Checkpoints it is about."""
    is_alarm: bool = False
    """Whether something is wrong."""


def told(series: Series, stored: Stored) -> tuple[Story, ...]:
    """What is to be said, what matters most first. Reads nothing. Also of a series that is not measured to its end."""
    raise NotImplementedError
