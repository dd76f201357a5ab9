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

from ..errors import InspectorError
from ..language import tr
from ..progress import Progress, finish
from . import drifts, prefixes, renumbering, reshaping, whole_names
from .causes import Cause
from .matches import Values as Values
from .mending import apply
from .sides import Side
from .unpaired import Items, unpaired

Find = Callable[[Side, Side, Items, Items], tuple[Cause, ...]]
"""Finds causes of one kind, given what each side has alone. What it leaves may be sought again once they are mended."""


def align(a: Side, b: Side, *, values: Values | None = None) -> tuple[Cause, ...]:
    """How the keys of a become those of b: causes of names and layouts, in the order of their steps."""
    return finish(aligning(a, b, values=values))


def aligning(a: Side, b: Side, *, values: Values | None = None) -> Generator[Progress, None, tuple[Cause, ...]]:
    """The same, resting between the kinds of causes. Who does not ask on has cancelled."""
    sought: tuple[tuple[Find, int], ...] = (
        (prefixes.find, 8),
        (drifts.find, 4),
        (renumbering.find, 3),
        (lambda a, b, ours, theirs: whole_names.find(a, b, ours, theirs, values), 1),
    )
    causes: list[Cause] = []
    ours, theirs = unpaired(a, b), unpaired(b, a)
    for place, (find, times) in enumerate(sought):
        for _ in range(times):
            found, mended = _tried(find, a, b, ours, theirs)
            yield Progress(place, len(sought), "parts", tr("comparing names"))
            if not found:
                break
            causes += found
            a = mended
            ours, theirs = unpaired(a, b), unpaired(b, a)
    return (*causes, *reshaping.find(a, b, values), *drifts.computed(ours, theirs))


def _tried(find: Find, a: Side, b: Side, ours: Items, theirs: Items) -> tuple[tuple[Cause, ...], Side]:
    """What is found, and the file once that is mended; nothing when its steps cannot be taken."""
    if not ours or not theirs:
        return (), a
    try:
        found = find(a, b, ours, theirs)
        return found, apply(a, [cause.step for cause in found if cause.step is not None])
    except InspectorError:  # two tensors would get one name, or cannot be cut: the names do not mean what they say
        return (), a
