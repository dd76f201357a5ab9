"""Comparisons as lines of text: causes, counts, and the pairs that differ, with their symbols."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType

from .. import wording
from ..comparing.causes import CERTAIN, Cause, share
from ..comparing.diffing import KINDS, SAME, SYMBOLS, Comparison, Pair
from ..comparing.pair_words import dtype_text, shape_text
from ..comparing.step_texts import as_text
from .screen import Ink, columns_of, padded

_WIDEST_KEY, _WIDEST_WHAT = 72, 40


def counts(comparison: Comparison, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """How many pairs there are of each kind: `≠ 2 size mismatch   = 36 same`. `names` are other words for kinds."""
    found = ((kind, comparison.counts[kind]) for kind in KINDS)
    return "   ".join(f"{SYMBOLS[kind]} {count:,} {names.get(kind, kind)}" for kind, count in found if count)


def causes(listed: Sequence[Cause], complaints: Collection[str], ink: Ink, *, steps: bool = True) -> Iterator[str]:
    """Each cause in a sentence, with how much it explains, what it rests on, and the step that mends it."""
    for number, cause in enumerate(listed, 1):
        yield f"{number}. {wording.safe(cause.sentence, 1000)}{ink.quiet(_explains(cause, complaints))}\n"
        for text in (*cause.evidence, *(f"cannot be told: {one}" for one in cause.undecided), cause.advice):
            if text:
                yield ink.quiet(f"     {wording.safe(text, 1000)}") + "\n"
        if steps and cause.step is not None:
            yield f"     {ink.accent('mend')}  --step {shlex.quote(as_text(cause.step))}\n"


def pairs(listed: Sequence[Pair], ink: Ink, remarks: Sequence[str] = (), prefix: str = "") -> Iterator[str]:
    """A line for each pair: symbol, key, what differs, and a remark. Keys are told without `prefix`."""
    names = [wording.safe(pair.key.removeprefix(prefix)) for pair in listed]
    whats = list(map(what, listed))
    width, breadth = _widest(names, _WIDEST_KEY), _widest(whats, _WIDEST_WHAT)
    for pair, name, said, remark in zip_longest(listed, names, whats, remarks, fillvalue=""):
        symbol = SYMBOLS[pair.kind]
        line = f"{symbol if pair.kind == SAME else ink.accent(symbol)} {padded(name, width)}  {padded(said, breadth)}"
        yield "  ".join(filter(None, (line, ink.quiet(_names(pair, prefix)), remark))).rstrip() + "\n"


def _widest(texts: Sequence[str], most: int) -> int:
    return min(most, max(map(columns_of, texts), default=0))


def what(pair: Pair) -> str:
    """What a pair is, and what of it differs: `float32 [512→400, 784]`, `float32→float16 [10]`."""
    one = pair.b or pair.a
    known = " ".join(filter(None, (dtype_text(pair), shape_text(pair))))
    return known or (one.role if one is not None else "")


def _explains(cause: Cause, complaints: Collection[str]) -> str:
    """How much it explains, and how sure it is, where it is not."""
    said = ", ".join(filter(None, (share(cause, complaints), cause.confidence if cause.confidence != CERTAIN else "")))
    return f"  [{said}]" if said else ""


def _names(pair: Pair, prefix: str) -> str:
    """The keys that it has in the file, where these are others."""
    keys = [key.removeprefix(prefix) for key in pair.was]
    if not keys or keys == [pair.key.removeprefix(prefix)]:
        return ""
    return f"was {wording.names([wording.safe(key) for key in keys])}"
