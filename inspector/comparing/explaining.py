"""The whole explanation: what differs as torch sees it, the causes, and what is left once names are seen through.

    explanation = explain(sides.of_checkpoint(checkpoint, section), side_of_the_model)
    explanation.causes                      a few sentences, each with what it explains and the step that mends it
    explanation.after.of_kind(MISSING)      what is still missing when the steps of names and layouts are done

Why this way: names come first, because only then stands beside each other what is to have one size; then sizes; and
what has no partner even then is missing or unexpected indeed. So no mismatch is explained twice.
"""

from __future__ import annotations

from collections.abc import Generator

from ..language import tr
from ..progress import Progress, finish
from .aligning import Values, aligning
from .causes import Explanation
from .diffing import compare
from .dimensions import explain_dimensions
from .leftovers import explain_leftovers
from .mending import apply
from .sides import Side


def explain(a: Side, b: Side, *, values: Values | None = None) -> Explanation:
    """Why the file (side a) does not fit the model or the other file (side b). See `explaining`."""
    return finish(explaining(a, b, values=values))


def explaining(a: Side, b: Side, *, values: Values | None = None) -> Generator[Progress, None, Explanation]:
    """The same, resting between its parts. Who does not ask on has cancelled.

    `values` tells equal elements apart from others where names and shapes leave a choice (see `aligning`).
    """
    before = compare(a, b)
    if before.fits:
        return Explanation(before, (), before)
    names = yield from aligning(a, b, values=values)
    yield Progress(1, 3, "parts", tr("comparing sizes"))
    steps = [cause.step for cause in names if cause.step is not None]
    after = compare(apply(a, steps), b) if steps else before
    sizes = explain_dimensions(after)
    yield Progress(2, 3, "parts", tr("sorting what is left"))
    return Explanation(before, (*names, *sizes, *explain_leftovers(after)), after)
