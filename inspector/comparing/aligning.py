"""Which key here is which key there: the causes of names and layouts, each with the step that mends it.

    causes = align(a, b)
    mended = mending.apply(a, [cause.step for cause in causes if cause.step])

One kind of difference is sought after the other, in the order in which people make them: a prefix, a leaf that is
called otherwise, lists that count otherwise, whole names, and last the layout of the tensors. Each is sought in the
file as it is once the former steps are done, so the steps are meant to be applied in their order.

Why this way: each kind is easy to tell when the others are out of the way, and what is found is proved at once by
applying its step with the very code that will mend the file.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from ..progress import Progress, finish
from . import drifts, prefixes, renumbering, reshaping, whole_names
from .causes import Cause
from .matches import Values as Values
from .mending import apply
from .sides import Side

Find = Callable[[Side, Side], tuple[Cause, ...]]
"""Finds causes of one kind. What it leaves to be found may be sought again once their steps are done."""


def align(a: Side, b: Side, *, values: Values | None = None) -> tuple[Cause, ...]:
    """How the keys of a become those of b: causes of names and layouts, in the order of their steps."""
    return finish(aligning(a, b, values=values))


def aligning(a: Side, b: Side, *, values: Values | None = None) -> Generator[Progress, None, tuple[Cause, ...]]:
    """The same, telling after each cause how far it is. Who does not ask on has cancelled."""
    sought: tuple[tuple[Find, int], ...] = (
        (prefixes.find, 8),
        (drifts.find, 4),
        (renumbering.find, 3),
        (lambda a, b: whole_names.find(a, b, values), 1),
        (reshaping.find, 1),
        (drifts.computed, 1),
    )
    causes: list[Cause] = []
    for find, times in sought:
        for _ in range(times):
            found = find(a, b)
            yield Progress(len(causes), 0, "causes")
            if not found:
                break
            causes += found
            a = apply(a, [cause.step for cause in found if cause.step is not None])
    return tuple(causes)
