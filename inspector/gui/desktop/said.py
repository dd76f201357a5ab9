"""What setting up and taking away answer, on every system."""

from __future__ import annotations

import os
from typing import NamedTuple


class Installed(NamedTuple):
    """Whether a double click opens checkpoints here."""

    is_installed: bool
    program: str = ""
    """What it starts."""
    is_possible: bool = True
    """Whether this system is one that we know how to tell."""

    @property
    def works(self) -> bool:
        """Whether it is set up, and what it starts is still there."""
        return self.is_installed and os.path.exists(self.program)


class Done(NamedTuple):
    """What was done: files (on Windows keys of the registry) that were written or removed, and what went otherwise."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences."""
