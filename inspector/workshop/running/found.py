"""What a source of data has found, before anything is transformed."""

from __future__ import annotations

from typing import NamedTuple

from .splitting import Parts


class Found(NamedTuple):
    """Samples without transforms, and what is known of them."""

    name: str
    classes: tuple[str, ...]
    """Empty where targets are no classes."""
    parts: Parts
    suits: tuple[str, ...] = ()
    """Transforms that suit, where nobody said others."""
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why these transforms suit; of no interest where others were said."""
