"""Whether the tour is offered: once, and never again by itself."""

from __future__ import annotations

from ..settings import Settings


def is_wanted(settings: Settings) -> bool:
    """Whether it was never shown yet."""
    return settings.choice("tour", ("new", "seen")) == "new"


def remember(settings: Settings) -> None:
    """It was shown, or put away."""
    settings.choose("tour", "seen")
