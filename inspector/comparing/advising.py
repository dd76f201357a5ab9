"""What else can be done about a cause: above all, which constructor argument would make the model fit.

An argument is named only where its value says so: it is the model's size, or lists it, and its name is one that such a
size goes by. What the file itself says of that argument goes before what can be concluded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from .. import wording
from ..language import marked, sentences, tr
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
    r"^(?!.*(image|img|patch|vocab|class|kernel|window|batch|input|output)).*"
    r"(hidden|dim|width|emb|d_model|channel|filter|feature|size|layers|plane|units|base|growth|inner)",
    re.I,
)
_DEPTH = re.compile(r"depth|layers|n_layer|blocks|num_hidden_layers|stages", re.I)
_WINDOW = re.compile(r"window", re.I)
_KERNEL = re.compile(r"kernel", re.I)
_MULTIPLIER = re.compile(r"width|mult", re.I)

_SAME_PICTURES = marked("Build it for pictures of the size that the file was trained on: no step can mend this.")


def classes(telling: Telling, pair: PairOfSizes) -> str:
    otherwise = tr("Build the model with {count:,} outputs to load it whole.", count=pair[0])
    kept = tr("Keep the rest and train the new head, which begins at random.")
    return sentences(_built(telling, _CLASSES, [pair], otherwise), kept)


def vocabulary(telling: Telling, pair: PairOfSizes) -> str:
    if pair[1] < pair[0]:
        resized = tr("Cutting off the last entries is right only if these are the ones that the model does without.")
    else:
        resized = tr("Adding entries of zeros at the end is right only if the others kept their numbers.")
    return sentences(_fitting(telling, _VOCABULARY, [pair]), resized)


def channels(telling: Telling, pair: PairOfSizes, key: str) -> str:
    old, new = pair
    if new == 1:
        summed = f"state[{key!r}].sum(1, keepdim=True)"
        how = tr("For grey pictures sum over the channels instead of cutting: {code}.", code=wording.safe(summed))
    elif new > old:
        how = tr("New channels begin at zero: at first the model does what it did without them.")
    else:
        how = tr("Cutting keeps the first {new} of {old} channels.", new=new, old=old)
    return sentences(_fitting(telling, _INPUT, [pair]), how)


def inputs(telling: Telling, pair: PairOfSizes) -> str:
    return _fitting(telling, _INPUT, [pair])


def positions(telling: Telling, pair: PairOfSizes) -> str:
    shorter = pair[1] < pair[0]
    how = tr("Cutting keeps the first positions.") if shorter else tr("New positions begin at zero, untrained.")
    return sentences(_fitting(telling, _POSITIONS, [pair]), how)


def depth(telling: Telling, pair: PairOfSizes) -> str:
    return _fitting(telling, _DEPTH, [pair])


def grid(telling: Telling, found: Grids) -> str:
    """The size of the pictures that the file's grid belongs to."""
    for name, value in telling.b.arguments.items():
        if type(value) is int and _PICTURE.search(name) and value * found.old % found.new == 0:
            return tr(
                "Build the model with {arguments} to load it as it is.",
                arguments=_written({name: value * found.old // found.new}),
            )
    return ""


def patches(telling: Telling, pair: PairOfSizes) -> str:
    return _built(telling, _PATCH, [pair], tr("Build the model with patches of {size:,}.", size=pair[0]))


def windows(telling: Telling, pair: PairOfSizes) -> str:
    return _built(
        telling, _WINDOW, [pair], tr("Build the model with windows of {size:,} to load it as it is.", size=pair[0])
    )


def pictures(telling: Telling, pair: PairOfSizes) -> str:
    return _built(telling, _INPUT, [pair], tr(_SAME_PICTURES))


def kernels(telling: Telling, pair: PairOfSizes) -> str:
    return _built(telling, _KERNEL, [pair], tr("Build the model with kernels of {size:,} here.", size=pair[0]))


def groups(telling: Telling, counted: str) -> str:
    return "" if telling.b.kind == "checkpoint" else tr("Build the model with {groups} here.", groups=counted)


def widths(telling: Telling, pairs: Sequence[PairOfSizes], ratio: Fraction | None) -> str:
    """What a network of the file's width is built with."""
    for name, value in telling.b.arguments.items():
        if isinstance(value, float) and ratio and _MULTIPLIER.search(name):
            return tr("Build the model with {arguments}.", arguments=_written({name: float(f"{value / ratio:.6g}")}))
    if len(pairs) == 1:
        otherwise = tr(
            "Build the model {width:,} wide here, as the file is: no step can mend a width.", width=pairs[0][0]
        )
    else:
        otherwise = tr("Build the model with the file's widths: no step can mend a width.")
    return _built(telling, _WIDTH, pairs, otherwise)


def _built(telling: Telling, name: re.Pattern[str], pairs: Sequence[PairOfSizes], otherwise: str) -> str:
    """What to build the model with, by the argument where one is known; nothing where two files are compared."""
    return _fitting(telling, name, pairs) or ("" if telling.b.kind == "checkpoint" else otherwise)


def _fitting(telling: Telling, name: re.Pattern[str], pairs: Sequence[PairOfSizes]) -> str:
    """`Build the model with num_classes=1000.`, where the arguments of the model suggest it; or nothing."""
    olds = {new: old for old, new in reversed(pairs)}
    found = {}
    for argument, value in telling.b.arguments.items():
        if name.search(argument) and _holds(value, olds):
            kept = telling.a.arguments.get(argument, value)
            found[argument] = kept if kept != value else _replaced(value, olds, telling.sizes)
    return tr("Build the model with {arguments}.", arguments=_written(found)) if found else ""


def _holds(value: object, sizes: Mapping[int, int]) -> bool:
    """Whether a value is one of the sizes, or lists one."""
    if isinstance(value, (list, tuple)):
        return any(type(each) is int and each in sizes for each in value)
    return type(value) is int and value in sizes


def _replaced(value: object, olds: Mapping[int, int], others: Mapping[int, int]) -> object:
    """The value with the model's sizes taken back to the file's; in a list also those that other causes explain."""
    if isinstance(value, (list, tuple)):
        return [{**others, **olds}.get(each, each) if type(each) is int else each for each in value]
    return olds[value] if type(value) is int else value


def _written(arguments: Mapping[str, object]) -> str:
    return ", ".join(f"{wording.safe(name, 60)}={wording.safe(repr(value), 80)}" for name, value in arguments.items())
