"""What else can be done about a cause: above all, which constructor argument would make the model fit.

An argument is named only where its value says so: it is the model's size and its name is one that such a size goes by,
or the file itself keeps one of that name which differs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from .. import wording
from .arithmetic import Grids
from .telling import Telling

PairOfSizes = tuple[int, int]

_CLASSES = re.compile(r"class|label|output|out_(features|dim|channels)|^n?out$|targets", re.I)
_INPUT = re.compile(r"^in_|input|in_chan|num_channels|^channels$|n_channels|feature", re.I)
_VOCABULARY = re.compile(r"vocab|num_embeddings|n_?token|num_tokens|dict", re.I)
_POSITIONS = re.compile(r"position|block_size|max_?(seq_?)?len|n_ctx|context|seq_len|tokens", re.I)
_PICTURE = re.compile(r"im(age|g)_?size|resolution|input_size|^size$", re.I)
_PATCH = re.compile(r"patch", re.I)
_WIDTH = re.compile(
    r"hidden|dim|width|embed|d_model|channel|filter|feature|size|layers|plane|units|base|growth|n_embd|inner", re.I
)
_DEPTH = re.compile(r"depth|layers|n_layer|blocks|num_hidden_layers|stages", re.I)
_MULTIPLIER = re.compile(r"mult|width|scale|ratio", re.I)


def classes(telling: Telling, pair: PairOfSizes) -> str:
    built = _fitting(telling, _CLASSES, [pair]) or f"Build the model with {pair[0]:,} outputs to load it whole."
    return f"{built} Or load the rest and train the new head, which begins at random."


def vocabulary(telling: Telling, pair: PairOfSizes) -> str:
    if pair[1] < pair[0]:
        resized = "Cutting off the last entries is right only if these are the ones that the model does without."
    else:
        resized = "Adding entries of zeros at the end is right only if the others kept their numbers."
    return f"{_fitting(telling, _VOCABULARY, [pair])} {resized}".strip()


def channels(telling: Telling, pair: PairOfSizes, key: str) -> str:
    old, new = pair
    if new == 1:
        summed = f"state[{key!r}].sum(1, keepdim=True)"
        how = f"For grey pictures sum over the channels instead of cutting: {wording.safe(summed)}."
    elif new > old:
        how = "New channels begin at zero: at first the model does what it did without them."
    else:
        how = f"Cutting keeps the first {new} of {old} channels."
    return f"{_fitting(telling, _INPUT, [pair])} {how}".strip()


def inputs(telling: Telling, pair: PairOfSizes) -> str:
    return _fitting(telling, _INPUT, [pair])


def positions(telling: Telling, pair: PairOfSizes) -> str:
    shorter = pair[1] < pair[0]
    how = "Cutting keeps the first positions." if shorter else "New positions begin at zero, untrained."
    return f"{_fitting(telling, _POSITIONS, [pair])} {how}".strip()


def depth(telling: Telling, pair: PairOfSizes) -> str:
    return _fitting(telling, _DEPTH, [pair])


def grid(telling: Telling, found: Grids) -> str:
    """The size of the pictures that the file's grid belongs to."""
    for name, value in telling.b.arguments.items():
        if type(value) is int and _PICTURE.search(name) and value * found.old % found.new == 0:
            return f"Build the model with {_written({name: value * found.old // found.new})} to load it as it is."
    return ""


def patches(telling: Telling, pair: PairOfSizes) -> str:
    return _fitting(telling, _PATCH, [pair]) or f"Build the model with patches of {pair[0]:,}."


def widths(telling: Telling, pairs: Sequence[PairOfSizes], ratio: Fraction | None) -> str:
    """What a network of the file's width is built with; empty where no argument is known to say it."""
    built = _fitting(telling, _WIDTH, pairs)
    if built or ratio is None:
        return built
    for name, value in telling.b.arguments.items():
        if isinstance(value, float) and _MULTIPLIER.search(name):
            return f"Build the model with {_written({name: float(f'{value / ratio:.6g}')})}."
    return ""


def _fitting(telling: Telling, name: re.Pattern[str], pairs: Sequence[PairOfSizes]) -> str:
    """`Build the model with num_classes=1000.`, where the arguments of model or file suggest it; or nothing."""
    olds = {new: old for old, new in reversed(pairs)}
    found = {}
    for argument, value in telling.b.arguments.items():
        if not name.search(argument):
            continue
        kept = telling.a.arguments.get(argument, value)
        changed = kept if kept != value else _replaced(value, olds, telling.sizes)
        if changed is not None and _holds(value, olds):
            found[argument] = changed
    return f"Build the model with {_written(found)}." if found else ""


def _holds(value: object, sizes: Mapping[int, int]) -> bool:
    """Whether a value is one of the sizes, or lists one."""
    if isinstance(value, (list, tuple)):
        return any(type(each) is int and each in sizes for each in value)
    return type(value) is int and value in sizes


def _replaced(value: object, olds: Mapping[int, int], others: Mapping[int, int]) -> object | None:
    """The value with the model's sizes taken back to the file's; in a list also those that other causes explain."""
    if isinstance(value, (list, tuple)):
        return [{**others, **olds}.get(each, each) if type(each) is int else each for each in value]
    return olds.get(value) if type(value) is int else None


def _written(arguments: Mapping[str, object]) -> str:
    return ", ".join(f"{wording.safe(name, 60)}={wording.safe(repr(value), 80)}" for name, value in arguments.items())
