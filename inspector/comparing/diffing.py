"""Two sides held against each other, key by key: missing, unexpected, size mismatch, dtype, same.

The words are torch's, seen from the one that loads: *missing* is what the model (side b) has and the file (side a)
has not, *unexpected* the reverse. Between two files they read "only in b" and "only in a".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from .sides import Item, Side

SAME, MISSING, UNEXPECTED, SIZE, DTYPE, VALUES = "same", "missing", "unexpected", "size mismatch", "dtype", "values"
RENAMED = "renamed"
KINDS = (MISSING, UNEXPECTED, SIZE, DTYPE, VALUES, RENAMED, SAME)
"""Every kind of line, the one that matters most first. `values` only comes of comparing values."""
SYMBOLS = {MISSING: "−", UNEXPECTED: "+", SIZE: "≠", DTYPE: "~", VALUES: "Δ", RENAMED: "→", SAME: "="}
"""The sign of each kind, the same in the window, the terminal and the reports."""


class Pair(NamedTuple):
    """One line of a comparison: what the file has, what the model has, at least one of them."""

    a: Item | None
    b: Item | None
    kind: str
    """One of `KINDS`: the first that is true of it. A renamed pair whose sizes differ is a size mismatch."""

    @property
    def key(self) -> str:
        """The key it goes by: the model's, where it has one."""
        item = self.b or self.a
        assert item is not None
        return item.key

    @property
    def was(self) -> tuple[str, ...]:
        """The keys that it has in the file, where these are others."""
        return self.a.origins if self.a is not None else ()


class Comparison:
    """All pairs of two sides, in the order of side b; what only a has stands behind its predecessor in a."""

    def __init__(self, a: Side, b: Side, pairs: tuple[Pair, ...]) -> None:
        self.a = a
        self.b = b
        self.pairs = pairs

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many pairs there are of each kind; every kind is there."""
        counted = Counter(pair.kind for pair in self.pairs)
        return {kind: counted[kind] for kind in KINDS}

    def of_kind(self, kind: str) -> list[Pair]:
        """The pairs of one kind, in order."""
        return [pair for pair in self.pairs if pair.kind == kind]

    @cached_property
    def fits(self) -> bool:
        """Whether `load_state_dict(strict=True)` would have nothing to say (a dtype is converted in silence)."""
        return not any(self.counts[kind] for kind in (MISSING, UNEXPECTED, SIZE))

    @property
    def lines(self) -> int:
        """How many complaints `load_state_dict(strict=True)` would make."""
        return self.counts[MISSING] + self.counts[UNEXPECTED] + self.counts[SIZE]

    @cached_property
    def complaints(self) -> frozenset[str]:
        """The keys that it would complain of."""
        return frozenset(pair.key for pair in self.pairs if pair.kind in (MISSING, UNEXPECTED, SIZE))


def compare(a: Side, b: Side) -> Comparison:
    """Pairs the keys of two sides that are equal."""
    there = b.by_key()
    behind: dict[str | None, list[Item]] = {}
    here: dict[str, Item] = {}
    last: str | None = None
    for item in a.items:
        if item.key in there:
            last = item.key
            here.setdefault(item.key, item)
        else:
            behind.setdefault(last, []).append(item)
    pairs = _pairs(b.items, here, behind)
    return Comparison(a, b, tuple(_as_modules_load(a, b, pairs) if b.kind == "model" else pairs))


def _pairs(items: Iterable[Item], here: dict[str, Item], behind: dict[str | None, list[Item]]) -> Iterator[Pair]:
    yield from (Pair(item, None, UNEXPECTED) for item in behind.get(None, ()))
    for item in items:
        mine = here.get(item.key)
        yield Pair(mine, item, kind_of(mine, item))
        for lone in behind.get(item.key, ()):
            yield Pair(lone, None, UNEXPECTED)


_COUNTER = "num_batches_tracked"


def _as_modules_load(a: Side, b: Side, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The pairs without the complaints that modules of torch keep to themselves.

    A BatchNorm does not miss its counter in a file whose `_metadata` gives it no version, or one below 2: there was
    none then (`_NormBase._load_from_state_dict`). A frozen one throws the counter of a file away
    (`torchvision.ops.FrozenBatchNorm2d`). A scalar takes a row of one number: before torch 0.4 there were no scalars
    (`Module._load_from_state_dict`).
    """
    for pair in pairs:
        if pair.kind == SIZE and pair.a and pair.b and (pair.a.shape, pair.b.shape) == ((1,), ()):
            pair = pair._replace(kind=kind_of(pair.a._replace(shape=()), pair.b))
        if pair.kind in (MISSING, UNEXPECTED) and pair.key.endswith(_COUNTER):
            path = pair.key.rpartition(".")[0]
            module, version = b.modules.get(path, ""), a.metadata.get(path, {}).get("version")
            is_old = not isinstance(version, int) or version < 2
            missed_by = pair.kind == MISSING and is_old and module.startswith("torch.nn.modules.batchnorm.")
            if missed_by or (pair.kind == UNEXPECTED and module.endswith(".FrozenBatchNorm2d")):
                pair = pair._replace(kind=SAME)
        yield pair


def kind_of(a: Item | None, b: Item | None) -> str:
    """What there is to say of a pair without looking at values."""
    if a is None:
        return MISSING
    if b is None:
        return UNEXPECTED
    if a.shape != b.shape and a.shape is not None and b.shape is not None:
        return SIZE
    if a.dtype != b.dtype and a.dtype and b.dtype:
        return DTYPE
    return RENAMED if a.origins and a.origins != (b.key,) else SAME


def as_told(
    comparison: Comparison, missing: Collection[str], unexpected: Collection[str], mismatched: Collection[str]
) -> Comparison:
    """The same pairs with the complaints that `load_state_dict` itself makes of these keys, and no others.

    Modules may have a way of their own to load: a BatchNorm does not miss `num_batches_tracked` in a file that was
    written before there was one.
    """
    by_kind = ((SIZE, mismatched), (MISSING, missing), (UNEXPECTED, unexpected))
    told = {key: kind for kind, keys in by_kind for key in keys}
    return Comparison(comparison.a, comparison.b, tuple(_as_told(pair, told) for pair in comparison.pairs))


def _as_told(pair: Pair, told: Mapping[str, str]) -> Pair:
    kind = told.get(pair.key)
    if kind is not None:
        return pair if kind == pair.kind else pair._replace(kind=kind)
    return pair._replace(kind=SAME) if pair.kind in (MISSING, UNEXPECTED, SIZE) else pair
