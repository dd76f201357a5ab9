"""Tensors of a layer that other times and other libraries call otherwise: `gamma` for `weight`, `weight_g` for what
parametrizations keep.

A layer is known by having all names of one spelling, so a `gamma` without a `beta` beside it, which is a scale of some
other kind, is left alone.

Why this way: these are the few cases where the last name of a key means something to torch, and they are the same in
every network. So they stand in a table, and a step mends all layers at once whatever they are called.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .. import wording
from ..language import marked, ntr, tr
from .causes import CERTAIN, LIKELY, Cause
from .renaming import rules
from .sides import Side
from .steps import Rename
from .unpaired import Items, lines


class Spelling(NamedTuple):
    """Two ways to name the tensors of one layer: the first of one are the first of the other, and so on."""

    why: str
    one: tuple[str, ...]
    other: tuple[str, ...]


SPELLINGS = (
    Spelling(
        marked("weight norm was kept in `weight_g` and `weight_v` before torch 2, and is a parametrization since"),
        ("weight_g", "weight_v"),
        ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    ),
    Spelling(
        marked("spectral norm was kept in `weight_orig` and `weight_u`, and is a parametrization since torch 1.9"),
        ("weight_orig", "weight_u", "weight_v"),
        ("parametrizations.weight.original", "parametrizations.weight.0._u", "parametrizations.weight.0._v"),
    ),
    Spelling(
        marked("TensorFlow calls the weight and bias of a norm gamma and beta"), ("gamma", "beta"), ("weight", "bias")
    ),
    Spelling(
        marked("TensorFlow says moving where torch says running"),
        ("moving_mean", "moving_variance"),
        ("running_mean", "running_var"),
    ),
    Spelling(
        marked("a recurrent cell names its tensors without the layer that `nn.LSTM`, `nn.GRU` and `nn.RNN` add"),
        ("weight_ih", "weight_hh"),
        ("weight_ih_l0", "weight_hh_l0"),
    ),
    Spelling(
        marked("a recurrent cell names its tensors without the layer that `nn.LSTM`, `nn.GRU` and `nn.RNN` add"),
        ("bias_ih", "bias_hh"),
        ("bias_ih_l0", "bias_hh_l0"),
    ),
    Spelling(marked("a scale is also called gamma, and a shift beta"), ("scale", "shift"), ("weight", "bias")),
)

_REPARAMETRISED = (
    (("weight_g", "weight_v"), marked("weight norm"), "`torch.nn.utils.remove_weight_norm`"),
    (
        ("parametrizations.weight.original0", "parametrizations.weight.original1"),
        marked("weight norm"),
        "`torch.nn.utils.parametrize.remove_parametrizations`",
    ),
    (("weight_orig", "weight_u"), marked("spectral norm"), "`torch.nn.utils.remove_spectral_norm`"),
    (
        ("parametrizations.weight.original", "parametrizations.weight.0._u"),
        marked("spectral norm"),
        "`torch.nn.utils.parametrize.remove_parametrizations`",
    ),
)
"""What a weight is kept as when it is not kept itself, and what makes a weight of it again."""


def find(a: Side, b: Side, ours: Items, theirs: Items) -> tuple[Cause, ...]:
    """The first spelling of the table that the file has and the other side has not."""
    for spelling in SPELLINGS:
        for old, new in ((spelling.one, spelling.other), (spelling.other, spelling.one)):
            pairs = _pairs(ours, theirs, old, new)
            if pairs:
                return (_cause(a, b, pairs, spelling.why, old, new),)
    return ()


def _pairs(ours: Items, theirs: Items, old: tuple[str, ...], new: tuple[str, ...]) -> list[tuple[str, str]]:
    """Old and new key of all tensors in layers that are spelled the old way here, and nowhere there."""
    layers = [layer for layer in _layers(ours, old) if not any(layer + name in theirs for name in old)]
    wanted = set(_layers(theirs, new))
    if not layers or not wanted or any(True for _ in _layers(theirs, old)):
        return []
    if not wanted.intersection(layers):  # the layers go by other names too: where the old way is unmistakable
        layers = [layer for layer in layers if not any(layer + name in ours for name in new)] if len(old[0]) > 4 else []
    return [(layer + mine, layer + other) for layer in layers for mine, other in zip(old, new)]


def _layers(items: Items, names: tuple[str, ...]) -> Iterator[str]:
    """What stands before the names in the keys of layers that have them all; a dot at its end."""
    first = names[0]
    for key in items:
        if key.endswith(first) and (len(key) == len(first) or key[-len(first) - 1] == "."):
            layer = key[: len(key) - len(first)]
            if all(layer + name in items for name in names[1:]):
                yield layer


def _cause(
    a: Side, b: Side, pairs: list[tuple[str, str]], why: str, old: tuple[str, ...], new: tuple[str, ...]
) -> Cause:
    here, there = a.by_key(), b.by_key()
    found = [there[key] for _, key in pairs if key in there]
    keys = lines((here[key] for key, _ in pairs), found)
    sentence = ntr(
        "{n} layer of the file has {old} for {new}: {why}.",
        "{n} layers of the file have {old} for {new}: {why}.",
        len(pairs) // len(old),
        old=_listed(old),
        new=_listed(new),
        why=tr(why),
    )
    evidence = (
        ntr(
            "{count:,} of {n} key are there under the other name.",
            "{count:,} of {n} keys are there under the other name.",
            len(pairs),
            count=len(found),
        ),
    )
    step = Rename(_everywhere(a, pairs, old, new) or rules(pairs, list(here), set(there)))
    return Cause("drift", sentence, keys, (), step, "", CERTAIN if found else LIKELY, evidence)


def _everywhere(
    a: Side, pairs: list[tuple[str, str]], old: tuple[str, ...], new: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Rules for these names whatever stands before them; none when that would rename anything else."""
    meant = {key for key, _ in pairs}
    if any(item.key.endswith(tuple(f".{name}" for name in old)) and item.key not in meant for item in a.items):
        return ()
    if any(key in old for key in meant):
        return ()
    return tuple((f"{{rest}}.{mine}", f"{{rest}}.{other}") for mine, other in zip(old, new))


def _listed(names: tuple[str, ...]) -> str:
    return wording.all_of([f"`{name}`" for name in names[:2]])


# -- what no step can mend ---------------------------------------------------------------------------


def computed(ours: Items, theirs: Items) -> tuple[Cause, ...]:
    """Weights that one side keeps and the other computes from others: said, for no renaming mends it."""
    found = []
    for names, norm, remedy in _REPARAMETRISED:
        for mine, other, in_file in ((ours, theirs, True), (theirs, ours, False)):
            layers = [layer for layer in _layers(mine, names) if f"{layer}weight" in other]
            if layers:
                found.append(_computed(layers, mine, other, names, norm, remedy, in_file))
    return tuple(found)


def _computed(
    layers: list[str], mine: Items, other: Items, names: tuple[str, ...], norm: str, remedy: str, in_file: bool
) -> Cause:
    parts = [mine[layer + name] for layer in layers for name in names]
    wholes = [other[f"{layer}weight"] for layer in layers]
    keys = lines(parts, wholes) if in_file else lines(wholes, parts)
    sides = (tr("the file"), tr("the other side")) if in_file else (tr("the model"), tr("the file"))
    sentence = ntr(
        "{n} weight under {norm} in {side} is plain in {other}.",
        "{n} weights under {norm} in {side} are plain in {other}.",
        len(layers),
        norm=tr(norm),
        side=sides[0],
        other=sides[1],
    )
    advice = (
        tr("Call {function} on these layers before the file is saved.", function=remedy)
        if in_file
        else tr("Load first, then set {norm}.", norm=tr(norm))
    )
    evidence = (tr("{names} stand for `weight`.", names=_listed(names)),)
    return Cause("drift", sentence, keys, advice=advice, evidence=evidence)
