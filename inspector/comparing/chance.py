"""Whether layers that were found beside each other are one network under two names, or agree by chance.

All networks for pictures have convolutions of 64 channels, and all transformers have norms and square matrices: two
that have nothing to do with each other find partners too. What tells them apart is the whole: of one network nearly
every layer finds its partner, and its sizes are the same, or change by one rule - what was 768 is 1024 wherever it is.

Measured on torchvision: a network under timm's or Hugging Face's names, whole, resized, or with 30 % of its keys gone,
has 0.55 to 1 of its layers matched, and 0.79 to 1 of its sizes go by one rule (or are the same). Between two networks
of other families one of the two is lower: MobileNetV2 and EfficientNet match 0.94 of their layers, by 0.66 of a rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from .sides import Item

_MATCHED = 0.5
_BY_RULE = 0.75
_FEW = 8
"""So few layers, left over where others have their names in common, may be matched by themselves: a head, a stem."""

Pair = tuple[Item, Item]


def is_chance(pairs: Sequence[Pair], matched: int, layers: int, *, strangers: bool) -> bool:
    """Whether `pairs` of tensors, those of `matched` of the `layers` that the smaller side has, are rather chance.

    `strangers` says that no key of one side is a key of the other.
    """
    if layers <= _FEW and not strangers:
        return False
    return matched < _MATCHED * layers or max(_same(pairs), _by_rule(pairs)) < _BY_RULE


def _same(pairs: Iterable[Pair]) -> float:
    """The share of matrices that have the same shape, turned round or not."""
    alike = [sorted(a.shape) == sorted(b.shape or ()) for a, b in pairs if a.shape is not None and len(a.shape) > 1]
    return sum(alike) / len(alike) if alike else 0.0


def _by_rule(pairs: Iterable[Pair]) -> float:
    """The share of sizes that become what most of their like become, forth or back, whichever is less."""
    forth: dict[int, Counter[int]] = defaultdict(Counter)
    back: dict[int, Counter[int]] = defaultdict(Counter)
    for a, b in pairs:
        if a.shape is None or b.shape is None or len(a.shape) != len(b.shape):
            continue
        for old, new in zip(sorted(a.shape), sorted(b.shape)):
            forth[old][new] += 1
            back[new][old] += 1
    return min(_majority(forth), _majority(back))


def _majority(found: dict[int, Counter[int]]) -> float:
    total = sum(each.total() for each in found.values())
    return sum(max(each.values()) for each in found.values()) / total if total else 1.0
