"""What there is to say of arguments that were found: what each was read off, and what no shape can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Generator, List  # noqa: UP035  # Python 3.8

from .. import wording
from ..language import tr
from ..progress import Progress
from .attempts import Model
from .descending import learn_unknown
from .knobs import ALL, INT, Knob, read, turn
from .requests import Argument
from .traits import BLOCKS, Trait, Wanted
from .turning import Turner, Turning

Said = Generator[Progress, None, List[str]]  # noqa: UP006


def read_off(turner: Turner, model: Model, start: Mapping[str, object]) -> Iterator[str]:
    """A sentence for each argument that is not what it was at the start, with what says so."""
    defaults = {each.name: each.default for each in turner.signature.arguments if not each.required}
    for argument in turner.signature.arguments:
        name = argument.name
        value = model.arguments.get(name, argument.default)
        own = [knob for knob in turner.knobs(model) if knob.argument == name and _has_say(turner, knob)]
        if own and value != start.get(name, defaults.get(name, ...)):
            said = (_in_words(turner.reasons[knob], turner.attempts.wanted) for knob in own if knob in turner.reasons)
            reasons = list(dict.fromkeys(filter(None, said)))
            if reasons:
                yield tr("{name} = {value!r}: {reasons}.", name=name, value=value, reasons=wording.names(reasons))
            else:
                yield tr("{name} = {value!r}.", name=name, value=value)


def _has_say(turner: Turner, knob: Knob) -> bool:
    """Whether a knob moves shapes, or was never turned, so that nobody knows."""
    return bool(turner.moves.get(knob, True)) or knob in turner.reasons


def _in_words(trait: Trait, wanted: Wanted) -> str:
    """What the checkpoint says of a trait; nothing where it says nothing."""
    name, what = trait
    shape, count = wanted.shapes.get(name), wanted.traits.get(trait)
    if shape is not None:
        return tr("{name} is {shape}", name=wording.safe(name), shape=wording.shape(shape))
    return (
        tr("{blocks} in {name}#", blocks=wording.plural(count, "block"), name=wording.safe(name))
        if count and what == BLOCKS
        else ""
    )


def rounded(turner: Turner, model: Model) -> Turning:
    """The same shapes with rounder numbers, where several make them: pictures of 224 pixels, and not of 227."""
    for knob in _whole(turner, model):
        if (yield from _is_rough(turner, model, knob)):
            value = _number(turner, model, knob)
            for step in (64, 32, 16, 8):
                rounder = yield from turner.build(model, knob, max(1, round(value / step)) * step)
                if rounder is not None and rounder.shapes == model.shapes:
                    model = rounder
                    break
    return model


def _whole(turner: Turner, model: Model) -> list[Knob]:
    """The knobs of arguments that are whole numbers and were read off."""
    found = [knob for knob in turner.knobs(model) if knob in turner.reasons and len(knob.place) == 1]
    return [knob for knob in found if knob.kind in (INT, ALL)]


def _is_rough(turner: Turner, model: Model, knob: Knob) -> Generator[Progress, None, bool]:
    """Whether the next number makes the same shapes: a picture need not be made of whole patches."""
    more = yield from turner.build(model, knob, _number(turner, model, knob) + 1)
    return more is not None and more.shapes == model.shapes


def _number(turner: Turner, model: Model, knob: Knob) -> int:
    value = turner.read(model, knob)
    assert isinstance(value, int)
    return value


def undecidable(turner: Turner, model: Model) -> Said:
    """A sentence for each argument that shapes cannot tell, or not alone, at the model that was found."""
    yield from learn_unknown(turner, model)
    for knob in turner.knobs(model):
        if not turner.moves[knob] and turner.is_outdated(model, knob):
            yield from turner.learn(model, knob)  # what moved nothing at first may do so now
    said = list(motionless(turner, model))
    for knob in _whole(turner, model):
        if (yield from _is_rough(turner, model, knob)):
            value = _number(turner, model, knob)
            said.append(
                tr(
                    "{knob} is told only roughly: {other} makes the same shapes as {value}.",
                    knob=knob,
                    other=value + 1,
                    value=value,
                )
            )
    numbers = [knob for knob in turner.knobs(model) if knob.kind == INT and type(turner.read(model, knob)) is int]
    for one, other in combinations([knob for knob in numbers if turner.moves[knob]], 2):
        if turner.moves[one] == turner.moves[other]:
            said += yield from _as_product(turner, model, one, other)
    return said


def _as_product(turner: Turner, model: Model, one: Knob, other: Knob) -> Said:
    """Whether only the product of two numbers stands in the shapes, as of heads and their size."""
    first, second = _number(turner, model, one), _number(turner, model, other)
    for factor in (2, 3, 5, 7):
        if second % factor == 0:
            changed = turn(model.arguments, other, second // factor, turner.signature)
            more = yield from turner.build(model._replace(arguments=changed), one, first * factor)
            same = more is not None and more.shapes == model.shapes
            return (
                [
                    tr(
                        "Of {one} and {other} shapes only tell the product, {product}.",
                        one=one,
                        other=other,
                        product=first * second,
                    )
                ]
                if same
                else []
            )
    return []


def motionless(turner: Turner, model: Model) -> Iterator[str]:
    """A sentence for each argument none of whose knobs moves a shape."""
    every = turner.knobs(model)
    for argument in turner.signature.arguments:
        own = [knob for knob in every if knob.argument == argument.name]
        if argument.name not in turner.fixed and not any(_has_say(turner, knob) for knob in own):
            value = read(model.arguments, Knob((argument.name,), ""), turner.signature)
            yield from _of_motionless(turner, argument, own, value)


def _of_motionless(turner: Turner, argument: Argument, own: list[Knob], value: object) -> Iterator[str]:
    if own and all(knob in turner.stubborn for knob in own):
        yield tr(
            "{name} is {value!r}: the constructor accepted no other value that was tried.",
            name=argument.name,
            value=value,
        )
    elif own:
        yield tr(
            "{name} moves no shape: it is {value!r}, and shapes cannot tell whether that is right.",
            name=argument.name,
            value=value,
        )
    elif isinstance(value, str) and argument.type != "object":
        yield tr(
            "{name} is {value!r}: which other values there are is not known, so none was tried.",
            name=argument.name,
            value=value,
        )
