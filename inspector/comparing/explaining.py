"""The whole explanation: what differs as torch sees it, the causes, and what is left once names are seen through."""

from __future__ import annotations

from collections.abc import Generator

from ..progress import Progress, finish
from .causes import Cause, Explanation
from .diffing import compare
from .dimensions import explain_dimensions
from .leftovers import explain_leftovers
from .mending import apply
from .sides import Side


def explain(a: Side, b: Side) -> Explanation:
    """Why the two sides differ."""
    return finish(explaining(a, b))


def explaining(a: Side, b: Side) -> Generator[Progress, None, Explanation]:
    """The same, resting between its parts. Who does not ask on has cancelled."""
    before = compare(a, b)
    if before.fits:
        return Explanation(before, (), before)
    yield Progress(0, 3, "steps", "looking for renames")
    names: tuple[Cause, ...] = ()
    yield Progress(1, 3, "steps", "comparing sizes")
    after = compare(apply(a, [cause.step for cause in names if cause.step is not None]), b) if names else before
    dimensions = explain_dimensions(after)
    yield Progress(2, 3, "steps", "sorting what is left")
    return Explanation(before, (*names, *dimensions, *explain_leftovers(after)), after)
