"""The ways in which people usually make parameter groups, from the parameters of a model in its order.

    for way in ways(parameters, [20, 42]):
        way.words, way.make(parameters)           # "..., apart: those of fewer than two dimensions", two lists

Why this way: what an optimizer keeps is numbered by group and place, and nothing else. So the groups are made anew,
in every way that is known and gives groups of these sizes, and held against the shapes of what is kept. A way is a
function, so that it can be followed again with the parameters of another model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from ..language import marked, tr
from ..wording import count, row_of, safe
from .parameters import Parameter, block, depth, is_bias, is_embedding, is_norm, is_position, is_thin

Groups = list[list[Parameter]]
Make = Callable[[Sequence[Parameter]], Groups]
Sort = Callable[[Parameter], object]
"""What is the same for parameters that belong into one group."""


class Way(NamedTuple):
    """One way to make groups."""

    words: str
    """The end of a sentence: `all parameters in the order of the model`."""
    unusual: int
    """0 for what nearly everybody does; the larger, the rarer."""
    make: Make


_MOST_BRANCHES, _MOST_TRIALS = 64, 60_000
"""Branches that are tried as groups of their own; and how often a parameter is put into one, all in all."""


def ways(parameters: Sequence[Parameter], sizes: Sequence[int]) -> Iterator[Way]:
    """The ways that give groups of these sizes, the usual ones first, some perhaps more than once."""
    for chosen_words, chosen_unusual, choose in _choices(parameters, sum(sizes)):
        chosen = choose(parameters)
        for words, unusual, split in _splits(chosen, tuple(sizes)):
            for order, more, arrange in _ORDERS:
                make = _composed(choose, split, arrange)
                yield Way(_sentence(chosen_words, words, tr(order)), chosen_unusual + unusual + more, make)


def _sentence(*parts: str) -> str:
    return row_of([part for part in parts if part])


def _composed(choose: _Choose, split: _Split, arrange: _Arrange) -> Make:
    return lambda parameters: [arrange(group) for group in split(choose(parameters))]


# -- which parameters were given at all -------------------------------------------------------------------------------

_Choose = Callable[[Sequence[Parameter]], Sequence[Parameter]]


def _choices(parameters: Sequence[Parameter], total: int) -> Iterator[tuple[str, int, _Choose]]:
    if total == len(parameters):
        yield tr("all parameters"), 0, lambda given: given
        return
    tests: list[tuple[str, int, Callable[[Parameter], bool]]] = [
        (tr("the trainable parameters"), 0, lambda parameter: parameter.trainable),
        (tr("the parameters of adapters"), 1, lambda parameter: "lora" in parameter.name.lower()),
        (tr("the biases"), 1, is_bias),
    ]
    for branch in _branches(parameters):
        quoted = f"`{safe(branch, 80)}`"
        tests.append((tr("the parameters of {branch}", branch=quoted), 1, _within(branch)))
        tests.append((tr("all parameters but those of {branch}", branch=quoted), 1, _not(_within(branch))))
    for words, unusual, test in tests:
        if sum(map(test, parameters)) == total:
            yield words, unusual, _those(test)
    if total < len(parameters):
        yield tr("the last {total} parameters", total=count(total)), 1, lambda given: given[len(given) - total :]


def _those(test: Callable[[Parameter], bool]) -> _Choose:
    return lambda given: [parameter for parameter in given if test(parameter)]


def _not(test: Callable[[Parameter], bool]) -> Callable[[Parameter], bool]:
    return lambda parameter: not test(parameter)


def _within(branch: str) -> Callable[[Parameter], bool]:
    return lambda parameter: parameter.name == branch or parameter.name.startswith(f"{branch}.")


def _branches(parameters: Sequence[Parameter]) -> list[str]:
    """The outermost branches, those of one and of two segments, and parameters that stand alone."""
    segments = [parameter.name.split(".", 2) for parameter in parameters]
    found = dict.fromkeys(".".join(each[:depth]) for depth in (1, 2) for each in segments)
    return list(found)[: min(_MOST_BRANCHES, _MOST_TRIALS // len(parameters))] if parameters else []


# -- how these were parted --------------------------------------------------------------------------------------------

_Split = Callable[[Sequence[Parameter]], Groups]


_TESTS: tuple[tuple[str, int, Sort], ...] = (
    (marked("those of fewer than two dimensions apart (no weight decay)"), 0, is_thin),
    (marked("biases apart"), 0, is_bias),
    (marked("biases and norms apart (no weight decay)"), 0, lambda each: is_bias(each) or is_norm(each)),
    (marked("biases and all that is called norm apart (no weight decay)"), 0,
     lambda each: is_bias(each) or "norm" in each.name.lower()),
    (marked("norms apart"), 1, is_norm),
    (marked("those of fewer than two dimensions and positions apart (no weight decay)"), 1,
     lambda each: is_thin(each) or is_position(each)),
    (marked("biases, norms and embeddings apart (no weight decay)"), 1,
     lambda each: is_thin(each) or is_embedding(each)),
    (marked("weights, biases and norms apart"), 1, lambda each: (is_bias(each), is_norm(each) and not is_bias(each))),
)  # fmt: skip


def _splits(chosen: Sequence[Parameter], sizes: tuple[int, ...]) -> Iterator[tuple[str, int, _Split]]:
    if len(sizes) == 1:
        yield tr("in the order of the model"), 0, lambda given: [list(given)]
        return
    for words, unusual, sort in _sorts(chosen):
        for order in _orders_of_groups(sort, chosen, sizes):
            yield words, unusual, _by(sort, order)
    yield (
        tr("in the order of the model, cut into {count} groups", count=len(sizes)),
        1,
        lambda given: _cut(given, sizes),
    )


def _sorts(chosen: Sequence[Parameter]) -> Iterator[tuple[str, int, Sort]]:
    tests = [(tr(words), unusual, sort) for words, unusual, sort in _TESTS]
    yield from tests
    for apart, part in ((tr("a group for each block"), block), (tr("a group for each depth"), depth)):
        yield apart, 1, part
        for words, unusual, sort in tests:
            yield _sentence(apart, words), 1 + unusual, _both(part, sort)
    for branch in _branches(chosen):
        apart = tr("{branch} apart", branch=f"`{safe(branch, 80)}`")
        yield apart, 0, _within(branch)
        for words, unusual, sort in tests:
            yield _sentence(apart, words), 1 + unusual, _both(_within(branch), sort)


def _both(first: Sort, second: Sort) -> Sort:
    return lambda parameter: (first(parameter), second(parameter))


def _orders_of_groups(sort: Sort, chosen: Sequence[Parameter], sizes: tuple[int, ...]) -> Iterator[tuple[object, ...]]:
    """The orders in which the groups have these sizes; of many groups only that in which they are first met."""
    counted = Counter(map(sort, chosen))
    if sorted(counted.values()) != sorted(sizes):
        return
    orders: Iterable[tuple[object, ...]] = permutations(counted) if len(counted) <= 4 else [tuple(counted)]
    for order in orders:
        if tuple(counted[each] for each in order) == sizes:
            yield order


def _by(sort: Sort, order: tuple[object, ...]) -> _Split:
    def split(given: Sequence[Parameter]) -> Groups:
        groups: dict[object, list[Parameter]] = {each: [] for each in order}
        for parameter in given:
            groups.setdefault(sort(parameter), []).append(parameter)
        return list(groups.values())

    return split


def _cut(given: Sequence[Parameter], sizes: tuple[int, ...]) -> Groups:
    """Stretches of these sizes; what is left over belongs to the last."""
    rest, groups = list(given), []
    for size in sizes[:-1]:
        groups.append(rest[:size])
        rest = rest[size:]
    return [*groups, rest]


# -- in which order each group has them -------------------------------------------------------------------------------

_Arrange = Callable[[list[Parameter]], list[Parameter]]


def _by_name(group: list[Parameter]) -> list[Parameter]:
    return sorted(group, key=lambda parameter: parameter.name)


_ORDERS: tuple[tuple[str, int, _Arrange], ...] = (
    ("", 0, lambda group: group),
    (marked("sorted by name"), 2, _by_name),
    (marked("backwards"), 3, lambda group: group[::-1]),
)
