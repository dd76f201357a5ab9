"""Which arguments make this class fit? Read off the checkpoint's shapes, and proved by a last build.

    solving(build, signature, {}, items)  ->  Solution(arguments={"hidden_layers": [512, 256, 128]}, fits=True ...)

How it is done is told in `descending`. Arguments that move no shape are named: no checkpoint can say how many heads an
attention has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from ..language import tr
from ..progress import Progress
from .attempts import Attempts, Build, Enough, Model
from .descending import descend, detour
from .findings import motionless, read_off, rounded, undecidable
from .requests import Shape, Signature, Solution, Solve
from .starting import first_calls
from .traits import wanted
from .turning import Turner


def solve(request: Solve, builder: Any) -> Generator[Progress, None, Solution]:
    """Answers a request. `builder` has a `signature`, and called with arguments gives key -> shape."""
    return solving(
        builder,
        builder.signature,
        request.arguments,
        request.items,
        request.fixed,
        most_builds=request.most_builds,
        most_seconds=request.most_seconds,
    )


def solving(
    build: Build,
    signature: Signature,
    start: Mapping[str, object],
    items: Iterable[tuple[str, Shape | None]],
    fixed: Sequence[str] = (),
    *,
    most_builds: int = 200,
    most_seconds: float = 20.0,
) -> Generator[Progress, None, Solution]:
    """Looks for the arguments with which `build` gives the shapes of `items`, beginning with `start`.

    The items go by the names that the class has, but for a prefix that either may have before them; who knows of
    renames makes them first. Arguments in `fixed` stay as they are.
    Says before every build how many there were; who does not ask on has stopped it. Raises what the constructor
    raises where no first call succeeds.
    """
    attempts = Attempts(build, most_builds, most_seconds)
    model = yield from _first(attempts, signature, start, build)
    model = attempts.aim(wanted(items, model.shapes), model)
    turner = Turner(attempts, signature, fixed)
    try:
        if not attempts.wanted.has_names_of(model.shapes):
            raise Enough  # another network altogether
        model = yield from descend(turner, model)
        model = yield from detour(turner, model)
        model = yield from rounded(turner, model)
        undecided = yield from undecidable(turner, model)
    except Enough:
        model = min(model, attempts.best or model, key=lambda each: each.misfit)
        undecided = list(motionless(turner, model))
    left = len(attempts.wanted.left(model.shapes)) + attempts.wanted.beside
    found = tuple(read_off(turner, model, start))
    return Solution(model.arguments, not left, attempts.builds, attempts.seconds, found, tuple(undecided), left)


def _first(
    attempts: Attempts, signature: Signature, start: Mapping[str, object], build: Build
) -> Generator[Progress, None, Model]:
    """The first call that succeeds."""
    calls = list(first_calls(signature, start))
    with contextlib.suppress(Enough):
        for arguments in calls:
            model = yield from attempts.build(arguments, tr("a first model"))
            if model is not None:
                return model
    build(calls[0])  # raises what it raised
    raise AssertionError("a constructor that failed succeeds the second time")
