"""Which arguments make this class fit? Read off the checkpoint's shapes, and proved by a last build.

    solving(build, signature, {}, items)  ->  Solution(arguments={"hidden_layers": [512, 256, 128]}, fits=True ...)

What is done is told in `turning`. Arguments that move no shape are named: no checkpoint can say how many heads an
attention has.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Generator, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple  # noqa: UP035  # Python 3.8

from .. import wording
from ..progress import Progress
from .attempts import Attempts, Build, Enough, Model
from .descending import descend, detour, learn_unknown
from .knobs import INT, Knob, read, turn
from .requests import Shape, Signature, Solution, Solve
from .starting import first_calls
from .traits import BLOCKS, Trait, Wanted, wanted
from .turning import Turner

Item = Tuple[str, Optional[Shape]]  # noqa: UP006, UP045


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
    items: Iterable[Item],
    fixed: Sequence[str] = (),
    *,
    most_builds: int = 200,
    most_seconds: float = 20.0,
) -> Generator[Progress, None, Solution]:
    """Looks for the arguments with which `build` gives the shapes of `items`, beginning with `start`.

    Says before every build how many there were; who does not ask on has stopped it. Raises what the constructor
    raises where no first call succeeds.
    """
    attempts = Attempts(build, most_builds, most_seconds)
    model = yield from _first(attempts, signature, start, build)
    model = attempts.aim(wanted(items, model.shapes), model)
    turner = Turner(attempts, signature, fixed)
    undecided: List[str] = []  # noqa: UP006
    try:
        model = yield from descend(turner, model)
        model = yield from detour(turner, model)
        undecided = yield from _undecided(turner, model)
    except Enough:
        undecided = list(_still(turner, model))
    best = attempts.best or model
    left = attempts.wanted.left(best.shapes)
    return Solution(
        best.arguments, not left, attempts.builds, attempts.seconds, tuple(_found(turner, best, start)),
        tuple(undecided), len(left),
    )  # fmt: skip


def _first(
    attempts: Attempts, signature: Signature, start: Mapping[str, object], build: Build
) -> Generator[Progress, None, Model]:
    """The first call that succeeds."""
    calls = list(first_calls(signature, start))
    for arguments in calls:
        model = yield from attempts.build(arguments, "a first model")
        if model is not None:
            return model
    build(calls[0])  # raises what it raised
    raise AssertionError("a constructor that failed succeeds the second time")


# What there is to say.


def _found(turner: Turner, model: Model, start: Mapping[str, object]) -> Iterator[str]:
    """A sentence for each argument that is not what it was, with what it was read off."""
    defaults = {each.name: each.default for each in turner.signature.arguments if not each.required}
    for name, value in model.arguments.items():
        if value != start.get(name, defaults.get(name, ...)) and any(
            turner.moves.get(knob) for knob in turner.knobs(model) if knob.argument == name
        ):
            reasons = dict.fromkeys(trait for knob, trait in turner.reasons.items() if knob.argument == name)
            said = list(dict.fromkeys(filter(None, (_in_words(trait, turner.attempts.wanted) for trait in reasons))))
            yield f"{name} = {value!r}" + (f": {wording.names(said)}." if said else ".")


def _in_words(trait: Trait, wanted: Wanted) -> str:
    """What the checkpoint says of a trait; nothing where it says nothing."""
    name, what = trait
    shape = wanted.shapes.get(name)
    if shape is not None:
        return f"{wording.safe(name)} is {wording.shape(shape)}"
    count = wanted.traits.get(trait)
    return f"there are {count} of {wording.safe(name)}#" if count and what == BLOCKS else ""


def _undecided(turner: Turner, model: Model) -> Generator[Progress, None, List[str]]:  # noqa: UP006
    """A sentence for each argument that shapes cannot decide, or not alone, at the model that was found."""
    yield from learn_unknown(turner, model)
    for knob in turner.knobs(model):
        if not turner.moves[knob] and turner.keys[knob] != model.shapes.keys():
            yield from turner.learn(model, knob)  # what moved nothing at first may do so now
    found = list(_still(turner, model))
    numbers = [knob for knob in turner.knobs(model) if knob.kind == INT and type(turner.read(model, knob)) is int]
    for knob in numbers:
        if knob in turner.coarse:
            found += yield from _roughly(turner, model, knob)
    for one, other in combinations(numbers, 2):
        if turner.moves.get(one) and turner.moves[one] == turner.moves.get(other):
            found += yield from _as_product(turner, model, one, other)
    return found


def _roughly(turner: Turner, model: Model, knob: Knob) -> Generator[Progress, None, List[str]]:  # noqa: UP006
    """Whether the next number makes the same shapes: an image need not be made of whole patches."""
    value = int(turner.read(model, knob))  # type: ignore[call-overload]
    more = yield from turner.build(model, knob, value + 1)
    if more is None or more.shapes != model.shapes:
        return []
    return [f"{knob} = {value + 1} makes the same shapes as {value}: they decide it only roughly."]


def _as_product(turner: Turner, model: Model, one: Knob, other: Knob) -> Generator[Progress, None, List[str]]:  # noqa: UP006
    """Whether only the product of two numbers stands in the shapes, as of heads and their size."""
    first, second = (int(turner.read(model, knob)) for knob in (one, other))  # type: ignore[call-overload]
    for factor in (2, 3, 5, 7):
        if second % factor == 0:
            changed = turn(model.arguments, other, second // factor, turner.signature)
            more = yield from turner.build(model._replace(arguments=changed), one, first * factor)
            same = more is not None and more.shapes == model.shapes
            return [f"Of {one} and {other} shapes only tell the product, {first * second}."] if same else []
    return []


def _still(turner: Turner, model: Model) -> Iterator[str]:
    """A sentence for each argument none of whose knobs moves a shape."""
    every = turner.knobs(model)
    for name in dict.fromkeys(argument.name for argument in turner.signature.arguments):
        own = [knob for knob in every if knob.argument == name]
        if name in turner.fixed or any(turner.moves.get(knob, True) for knob in own):
            continue
        value = read(model.arguments, Knob((name,), ""), turner.signature)
        if own:
            yield f"{name} moves no shape: it is {value!r}, and shapes cannot tell whether that is right."
        elif isinstance(value, str):
            yield f"{name} is {value!r}; which other values there are is not known, so none was tried."
