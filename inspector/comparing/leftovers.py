"""What is left once names are seen through: keys that only one side has, gathered and named.

Told apart in this order: what is no difference of the two networks (`not_weights`), layers that make one of them
deeper, heads, and last the parts that have nothing in common but their place or their name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from .. import wording
from ..language import ntr, tr
from . import advising
from .causes import LIKELY, Cause
from .diffing import MISSING, UNEXPECTED, Comparison, Pair
from .not_weights import set_aside
from .one_sided import OneSide, Part, in_list, named, parts
from .telling import form, places
from .templates import literal

MOST = 24
"""Causes of what is left on one side beyond which the rest is told as one."""
COMMON = 0.03
"""Two sides are different networks when fewer of the smaller one's keys than this share are on both."""

_DIGITS = re.compile(r"[0-9]+")
_HEAD = re.compile(r"^(\w+\.)?(fc|heads?|\w*classifier|\w+_head|output|score|aux\w*|pooler|logits)$", re.I)


def explain_leftovers(comparison: Comparison) -> tuple[Cause, ...]:
    """The causes of all missing and unexpected keys, those that explain most first; what does no harm comes last."""
    sides = [OneSide(comparison, kind) for kind in (MISSING, UNEXPECTED) if comparison.counts[kind]]
    causes: list[Cause] = []
    left: list[tuple[OneSide, list[Pair]]] = []
    for side in sides:
        own, others = set_aside(side)
        causes += own
        left.append((side, others))
    if _are_unrelated(comparison, left):
        causes.append(_unrelated(comparison, left))
    else:
        causes += [cause for side, pairs in left for cause in _of_parts(side, pairs)]
    return tuple(sorted(causes, key=lambda cause: (cause.kind == "harmless", -len(cause.keys))))


def _are_unrelated(comparison: Comparison, left: Sequence[tuple[OneSide, list[Pair]]]) -> bool:
    """Whether the two have next to nothing in common, and each has keys that the other would need."""
    smaller = min(len(comparison.a.items), len(comparison.b.items))
    common = len(comparison.pairs) - comparison.counts[MISSING] - comparison.counts[UNEXPECTED]
    return len(left) == 2 and all(pairs for _, pairs in left) and common <= COMMON * smaller


def _unrelated(comparison: Comparison, left: Sequence[tuple[OneSide, list[Pair]]]) -> Cause:
    told = [_only_there(side, pairs, places(part.path for part in parts(pairs, side.others))) for side, pairs in left]
    pairs = [pair for _, each in left for pair in each]
    return Cause(
        "unrelated",
        ntr(
            "The two have next to no key in common, {told}: explains {count:,} of {n} missing or unexpected key.",
            "The two have next to no key in common, {told}: explains {count:,} of {n} missing or unexpected keys.",
            sum(len(side.pairs) for side, _ in left),
            told=wording.all_of(told),
            count=len(pairs),
        ),
        named(pairs),
        advice=tr(
            "These are different networks, or another part of the file is meant: choose another section or class."
        ),
        confidence=LIKELY,
        tells_share=True,
    )


def _of_parts(side: OneSide, left: Sequence[Pair]) -> Iterator[Cause]:
    found = parts(left, side.others)
    leaves = _leaves(found)
    grouped: dict[tuple[str, str], list[Part]] = {}
    for part in found:
        grouped.setdefault(_reason(part, side, leaves), []).append(part)
    ordered = sorted(grouped.items(), key=lambda each: -sum(len(part.pairs) for part in each[1]))
    for (why, _), members in ordered[:MOST]:
        yield _TELLERS[why](side, members)
    rest = [pair for _, members in ordered[MOST:] for pair in _pairs(members)]
    if rest:
        what = ntr("{n} more key is only in {side}", "{n} more keys are only in {side}", len(rest), side=side.holder)
        yield side.cause(side.kind, what, rest, advice=tr("These may be different networks."))


def _reason(part: Part, side: OneSide, leaves: dict[str, str]) -> tuple[str, str]:
    """Why a part is there, and what tells those that belong together."""
    counted = in_list(part.path)
    if counted is not None and side.others.numbers(counted[0]):
        return "depth", form(counted[0], _DIGITS)
    if part.is_key:
        return "leaves", leaves[part.module]
    if _HEAD.match(part.path):
        return "head", part.path
    return "parts", form(part.module, _DIGITS)


def _leaves(found: Iterable[Part]) -> dict[str, str]:
    """Module -> the names of all its tensors that the other side has not: a norm without its statistics lacks two."""
    names: dict[str, list[str]] = {}
    for part in found:
        if part.is_key:
            names.setdefault(part.module, []).append(part.name)
    return {module: " ".join(each) for module, each in names.items()}


# -- in words ----------------------------------------------------------------------------------------


def _depth(side: OneSide, members: list[Part]) -> Cause:
    entries: dict[str, list[int]] = {}
    for part in members:
        path, number = in_list(part.path) or ("", 0)
        entries.setdefault(path, []).append(number)
    shown = [f"`{wording.safe(path, 80)}{_ranges(sorted(numbers))}`" for path, numbers in list(entries.items())[:4]]
    what = _only_there(side, members, wording.names([*shown, *list(entries)[4:]], 4))
    advice = ""
    if len(entries) == 1:
        (path,) = entries
        ours, theirs = len(side.own.numbers(path)), len(side.others.numbers(path))
        deep = (theirs, ours) if side.is_missing else (ours, theirs)
        what = tr(
            "{list} is {old:,} deep in {file} and {new:,} in {model}: {what}",
            list=_list(path),
            what=what,
            **side.telling.between(*deep),
        )
        advice = advising.depth(side.telling, deep)
    return side.cause("depth", what, _pairs(members), patterns=_below(members), advice=advice)


def _list(before: str) -> str:
    """The name of a list whose entries' names begin so."""
    name = before.rpartition(".")[0] or before
    return f"`{wording.safe(name, 80)}`" if name else tr("The model")


def _leaves_told(side: OneSide, members: list[Part]) -> Cause:
    names = places(part.name for part in members)
    modules = [part.module for part in members if part.module]
    what = (
        tr("{names} of {modules}", names=names, modules=places(modules))
        if modules
        else places(part.path for part in members)
    )
    return side.cause(side.kind, _only_there(side, members, what), _pairs(members))


def _head(side: OneSide, members: list[Part]) -> Cause:
    what = tr(
        "The head {where} ({keys}) is only in {side}",
        where=places(part.path for part in members),
        keys=_counted(members),
        side=side.holder,
    )
    advice = tr("It begins at random and has to be trained.") if side.is_missing else tr("The model does without it.")
    return side.cause("head", what, _pairs(members), patterns=_below(members), advice=advice)


def _part(side: OneSide, members: list[Part]) -> Cause:
    what = ntr(
        "{where} is only in {side} ({keys})",
        "{where} are only in {side} ({keys})",
        len(members),
        where=places(part.path for part in members),
        side=side.holder,
        keys=_counted(members),
    )
    return side.cause(side.kind, what, _pairs(members), patterns=_below(members))


_TELLERS = {"depth": _depth, "leaves": _leaves_told, "head": _head, "parts": _part}


def _pairs(members: Sequence[Part]) -> list[Pair]:
    return [pair for part in members for pair in part.pairs]


def _only_there(side: OneSide, members: Sequence[Part | Pair], where: str) -> str:
    return ntr("{where} is only in {side}", "{where} are only in {side}", len(members), where=where, side=side.holder)


def _counted(members: Sequence[Part]) -> str:
    return wording.plural(sum(len(part.pairs) for part in members), "key")


def _below(members: Sequence[Part]) -> tuple[str, ...]:
    """The patterns of all that lies below some parts."""
    found = []
    for part in members:
        keys = {pair.key for pair in part.pairs}
        found += [literal(part.path)] if part.path in keys else []
        found += [f"{literal(part.path)}.{{rest}}"] if keys != {part.path} else []
    return tuple(found)


def _ranges(numbers: Sequence[int]) -> str:
    """`6–11`, `3, 5–7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ["–".join(map(str, run)) for run in runs]
    return wording.list_of(shown[:6]) + (" ..." if len(shown) > 6 else "")
