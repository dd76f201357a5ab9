"""A first call that a constructor accepts: defaults, what is given, and guesses for what it cannot do without.

Where nobody wrote types, names are all there is: `hidden_layers` is likely a list, `num_layers` a number. If the
constructor disagrees, the guess is exchanged for the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations, islice, product

from .knobs import Arguments, may_be_list
from .requests import Argument, Signature

_BY_NAME = (  # the first pattern that a name has decides
    (r"head", [4, 1]),
    (r"drop|prob|\bp\b|eps|momentum|rate\b", [0.1]),
    (r"ratio|mult", [2, 2.0, 1.0]),
    (r"kernel|window", [3, 4, 2]),
    (r"stride|dilation|groups|padding", [1]),
    (r"patch", [8, 4, 2]),
    (r"image|img|resolution", [32, 64, 224]),
    (r"class|out|label|categor", [10]),
    (r"in_ch|inp|in_dim", [3, 16]),
    (r"bias|norm|use_|with_|bidirectional|residual|is_|add_", [False, True]),
    (r"num_layers|n_layers|depth|nlayers|num_blocks|n_blocks", [2]),
    (r"vocab|max_|num_|n_|_size|_dim|dim_", [64, 8, 16]),
)
_MOST = 100


def first_calls(signature: Signature, given: Mapping[str, object]) -> Iterator[Arguments]:
    """Calls to begin with, the likeliest first: what is given, and a value for every other argument that is required.

    Those that differ in one guess come before those that differ in two.
    """
    required = [each for each in signature.arguments if each.required and each.name not in given]
    options = {each.name: guesses(each) for each in required}
    likeliest = {name: values[0] for name, values in options.items()}
    for other in islice(_others(options), _MOST):
        yield {**given, **likeliest, **other}


def _others(options: Mapping[str, list[object]]) -> Iterator[Arguments]:
    """Which guesses are exchanged: none, each for its next ones, then two at a time."""
    yield {}
    for place in range(1, max(map(len, options.values()), default=0)):
        yield from ({name: values[place]} for name, values in options.items() if place < len(values))
    for one, other in combinations(options, 2):
        for first, second in product(options[one][1:], options[other][1:]):
            yield {one: first, other: second}


def guesses(argument: Argument) -> list[object]:
    """Values that an argument may take, the likeliest first; at least one."""
    if argument.choices:
        return list(argument.choices)
    numbers = next((values for pattern, values in _BY_NAME if re.search(pattern, argument.name)), [64, 8])
    kind = argument.type.lower()
    if re.match(r"(list|tuple|sequence|iterable)\b", kind):
        return _lists(argument.name)
    if "int" in kind or "float" in kind or "bool" in kind:
        return list(numbers) if not kind.startswith("bool") else [False, True]
    if kind.startswith("str"):
        return [""]
    if may_be_list(argument.name):
        return [*_lists(argument.name), *numbers]
    return [*numbers, *_lists(argument.name)]


def _lists(name: str) -> list[object]:
    each = 2 if re.search("layers|depth|blocks", name) and "hidden" not in name else 16
    return [[each] * length for length in (2, 4, 3, 5, 1)]
