"""What is left: keys that only one side has."""
from __future__ import annotations

from .causes import Cause
from .diffing import Comparison


def explain_leftovers(comparison: Comparison) -> tuple[Cause, ...]:
    return ()
