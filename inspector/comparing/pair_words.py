"""A pair in words: its shape with what differs set off, its dtype, its key and what the file calls it."""

from __future__ import annotations

from .. import wording
from ..language import marked, tr
from .diffing import DTYPE, MISSING, RENAMED, SAME, SIZE, UNEXPECTED, VALUES, Pair

Part = tuple[str, bool]
"""A piece of text, and whether it is what differs."""
_KINDS = {
    SAME: marked("same"),
    MISSING: marked("missing"),
    UNEXPECTED: marked("unexpected"),
    SIZE: marked("size mismatch"),
    DTYPE: marked("dtype"),
    VALUES: marked("values"),
    RENAMED: marked("renamed"),
}


def kind_words(kind: str) -> str:
    """What a kind of line is called, as it is said to a person."""
    return tr(_KINDS.get(kind, kind))


def counted(count: int, words: str) -> str:
    """How many pairs there are of a kind: `values differ: 2`, for "2 values differ" reads as two numbers."""
    return tr("{kind}: {count:,}", count=count, kind=words)


def shape_parts(pair: Pair) -> list[Part]:
    """The shape of a pair in pieces, as (text, whether it differs): `[`, `512→400` (True), `, 784`, `]`."""
    a = pair.a.shape if pair.a is not None else None
    b = pair.b.shape if pair.b is not None else None
    if a is None or b is None:
        one = a if a is not None else b
        return [(wording.shape(one), False)] if one is not None else []
    if len(a) != len(b):
        return [(f"{wording.shape(a)}→{wording.shape(b)}", True)]
    parts: list[Part] = [("[", False)]
    for place, (x, y) in enumerate(zip(a, b)):
        parts += [(", ", False)] if place else []
        parts.append((str(x), False) if x == y else (f"{x}→{y}", True))
    return [*parts, ("]", False)]


def shape_text(pair: Pair) -> str:
    """The same as plain text: `[512→400, 784]`."""
    return "".join(text for text, _ in shape_parts(pair))


def dtype_text(pair: Pair) -> str:
    """`float32`, or `float32→float16` where the two differ."""
    dtypes = list(dict.fromkeys(item.dtype for item in (pair.a, pair.b) if item is not None and item.dtype))
    return "→".join(dtypes)


def key_text(pair: Pair) -> str:
    """The key, and where the file calls it something else, that: `old.key → key`."""
    was = wording.names([wording.safe(key) for key in pair.was])
    key = wording.safe(pair.key)
    return f"{was} → {key}" if pair.was and pair.b is not None and pair.was != (pair.key,) else key
