"""What there is to turn in a model's arguments: every number, switch and choice, inside of lists and dicts as well.

    hidden_layers=[512, 256]    three knobs: hidden_layers[0], hidden_layers[1] and the length of hidden_layers
    image_size=(224, 224)       one more: both at once, for what is square, or as wide everywhere

Why this way: to whoever turns them, a width in a list and an argument of its own are the same thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Dict, NamedTuple, Tuple, Union  # noqa: UP035  # Python 3.8

from .. import wording
from ..language import tr
from .requests import Argument, Signature

INT, FLOAT, BOOL, CHOICE = "int", "float", "bool", "choice"
LENGTH, LENGTHS, ALL = "length", "lengths", "all"

Arguments = Dict[str, object]  # noqa: UP006
Place = Tuple[Union[str, int], ...]  # noqa: UP006
"""Where a value is: ("hidden_layers", 0)."""

_LISTS = re.compile(
    r"(layers|sizes|dims|channels|widths|units|blocks|stages|features|filters|depths|mults|kernels|planes|nodes)$"
    r"|^(hidden|config|cfg|arch)$"
)
_NUMBERS = re.compile(r"(in|out|num|n|max|min|input|output|base|embed)_")
_LONGEST = 64
"""Elements of a list that are turned one by one."""
_DEEPEST = 3


class Knob(NamedTuple):
    """One thing to turn."""

    place: Place
    kind: str
    choices: tuple[object, ...] = ()
    """The positions of a switch; of two lists that change together, the other one."""

    @property
    def argument(self) -> str:
        """The argument that it is part of."""
        return str(self.place[0])

    def __str__(self) -> str:
        name = self.argument + "".join(f"[{part!r}]" for part in self.place[1:])
        if self.kind in (LENGTH, LENGTHS):
            return tr("the length of {lists}", lists=wording.all_of([name, *map(str, self.choices)]))
        return tr("all of {name}", name=name) if self.kind == ALL else name


def knobs(signature: Signature, arguments: Mapping[str, object], fixed: Sequence[str] = ()) -> list[Knob]:
    """The knobs of a call with these arguments, in the order of the signature; arguments in `fixed` have none."""
    found: list[Knob] = []
    known = {argument.name: argument for argument in signature.arguments}
    values = {**{name: argument.default for name, argument in known.items()}, **arguments}
    for name, value in values.items():
        argument = known.get(name, Argument(name, "", False))
        if name not in fixed:
            found += [Knob((name,), CHOICE, argument.choices)] if argument.choices else _of(value, (name,), argument)
    return [*_twins(values, found), *found]


def _twins(values: Mapping[str, object], found: Iterable[Knob]) -> Iterator[Knob]:
    """Lists that stand side by side and are equally long: `depths` and `num_heads` only change together."""
    lists = [(knob.argument, values[knob.argument]) for knob in found if knob.kind == LENGTH and len(knob.place) == 1]
    for (one, first), (other, second) in zip(lists, lists[1:]):  # noqa: RUF007  # Python 3.8
        if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)) and len(first) == len(second):
            yield Knob((one,), LENGTHS, (other,))


def _of(value: object, place: Place, argument: Argument) -> Iterator[Knob]:
    if isinstance(value, bool):
        yield Knob(place, BOOL)
    elif isinstance(value, int):
        yield Knob(place, FLOAT if argument.type == "float" and len(place) == 1 else INT)
    elif isinstance(value, float):
        if math.isfinite(value):
            yield Knob(place, FLOAT)
    elif value is None:
        if len(place) == 1:
            yield from _of_none(place, argument)
    elif isinstance(value, (list, tuple)) and len(place) <= _DEEPEST:
        yield from _of_list(value, place, argument)
    elif isinstance(value, dict) and len(place) <= _DEEPEST:
        for name, each in value.items():
            yield from _of(each, (*place, name), argument)


def _of_list(values: Sequence[object], place: Place, argument: Argument) -> Iterator[Knob]:
    if values and not isinstance(values[-1], str):
        yield Knob(place, LENGTH)
    if _is_uniform(values):
        yield Knob(place, ALL)
    for index, each in enumerate(values[:_LONGEST]):
        yield from _of(each, (*place, index), argument)


def _is_uniform(values: Sequence[object]) -> bool:
    """Whether a list is a square or a cube, or a long one that says the same everywhere."""
    return (2 <= len(values) <= 3 or len(values) > 8) and all(
        type(each) is int and each == values[0] for each in values
    )


def _of_none(place: Place, argument: Argument) -> Iterator[Knob]:
    """What an argument that is None by default may be besides: a list where its type or name says so, or a number."""
    named = set(re.findall(r"\w+", argument.type.lower())) - {"optional", "union", "none"}
    if named & {"list", "tuple", "sequence"} or (not named and may_be_list(argument.name)):
        if named <= {"list", "tuple", "sequence", "int"}:
            yield Knob(place, CHOICE, (None, (16, 16)))
    elif not named or "int" in named:
        yield Knob(place, INT)


def may_be_list(name: str) -> bool:
    """Whether a list may have this name: `hidden_layers`, but not `num_layers`."""
    return bool(_LISTS.search(name)) and not _NUMBERS.match(name)


def read(arguments: Mapping[str, object], knob: Knob, signature: Signature) -> object:
    """Where a knob stands: a number, a choice; for a length, how long the list is; for all, its first element."""
    value: object = arguments
    for part in knob.place:
        if value is arguments and part not in arguments:
            value = next(each.default for each in signature.arguments if each.name == part)
        else:
            value = value[part]  # type: ignore[index]
    if isinstance(value, (list, tuple)) and knob.kind in (LENGTH, LENGTHS, ALL):
        return value[0] if knob.kind == ALL else len(value)
    return value


def turn(arguments: Mapping[str, object], knob: Knob, to: object, signature: Signature) -> Arguments:
    """The arguments with one knob turned. A list that gets longer repeats its last element."""
    if knob.kind == LENGTHS:
        for name in (*knob.place, *knob.choices):
            arguments = turn(arguments, Knob((str(name),), LENGTH), to, signature)
        return dict(arguments)
    name = knob.argument
    whole = arguments[name] if name in arguments else read({}, Knob((name,), ""), signature)
    return {**arguments, name: _turned(whole, knob.place[1:], knob.kind, to)}


def _turned(value: object, place: Place, kind: str, to: object) -> object:
    if not place and kind not in (LENGTH, ALL):
        return list(to) if isinstance(to, tuple) else to  # a choice that is hashable stands for a list
    if isinstance(value, dict):
        return {**value, place[0]: _turned(value[place[0]], place[1:], kind, to)}
    assert isinstance(value, (list, tuple))
    made = list(value)
    if place:
        made[int(place[0])] = _turned(value[int(place[0])], place[1:], kind, to)
    elif kind == ALL:
        made = [to] * len(value)
    else:
        assert isinstance(to, int)
        made = [*value[:to], *([value[-1]] * (to - len(value)))]
    return tuple(made) if isinstance(value, tuple) else made
