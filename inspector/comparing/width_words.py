"""What is said of widths that changed together."""

from __future__ import annotations

from fractions import Fraction

from .. import wording
from ..language import marked, tr
from . import advising
from .arithmetic import factor, factor_words, multiple
from .causes import CERTAIN, LIKELY, Cause
from .telling import Telling, agreeing, places
from .widths import Cluster, Group

_HEADS = marked("The number of heads cannot be read off shapes: set it as it was in training.")
_ONE_OR_SEVERAL = marked("Whether this is one setting or several of the same size cannot be read off shapes.")


def cause(telling: Telling, cluster: Cluster) -> Cause:
    """One decision about widths as a cause."""
    pairs = [group.pair for group in cluster.groups]
    single = len(pairs) == 1
    return telling.cause(
        "width" if single or _is_one_width(cluster) else "ratio",
        _what(telling, cluster),
        [spot for group in cluster.groups for spot in group.spots],
        advice=_advice(telling, cluster),
        confidence=CERTAIN if single and cluster.multiplier is None else LIKELY,
        evidence=_evidence(cluster),
        undecided=_undecided(cluster),
    )


def _what(telling: Telling, cluster: Cluster) -> str:
    """The sentence up to what it explains."""
    base = _base(cluster)
    old, new = base.pair
    if len(cluster.groups) == 1 and cluster.multiplier is None:
        return _of_one(telling, base)
    sizes = sorted(group.pair for group in cluster.groups)
    changes = wording.names([f"{a:,} → {b:,}" for a, b in sizes], 6)
    if cluster.multiplier is not None:
        return tr(
            "Widths times {factor:.3g}, rounded to multiples of eight ({changes})",
            factor=float(cluster.multiplier),
            changes=changes,
        )
    if cluster.sums:
        wide = _wide(telling, base)
        return tr("{wide}, and what they add up to changes with it ({changes})", wide=wide, changes=changes)
    if _is_one_width(cluster):
        return tr(
            "One width is {old:,} in {file} and {new:,} in {model}, and its multiples with it ({changes})",
            changes=changes,
            **telling.between(old, new),
        )
    ratio = factor(old, new)
    return tr(
        "Widths are {factor} as large in {model} ({changes})",
        factor=factor_words(ratio or Fraction(1)),
        model=telling.model,
        changes=changes,
    )


def _of_one(telling: Telling, group: Group) -> str:
    if group.producers:
        return _wide(telling, group)
    values = telling.between(*group.pair)
    if group.consumers:
        return agreeing(
            "{where} takes {old:,} numbers in {file} and {new:,} in {model}",
            "{where} take {old:,} numbers in {file} and {new:,} in {model}",
            group.consumers,
            **values,
        )
    return agreeing(
        "{where} is {old:,} long in {file} and {new:,} in {model}",
        "{where} are {old:,} long in {file} and {new:,} in {model}",
        [spot.module for spot in group.spots],
        **values,
    )


def _wide(telling: Telling, group: Group) -> str:
    return agreeing(
        "{where} is {old:,} wide in {file} and {new:,} in {model}",
        "{where} are {old:,} wide in {file} and {new:,} in {model}",
        group.producers,
        **telling.between(*group.pair),
    )


def _advice(telling: Telling, cluster: Cluster) -> str:
    pairs = [group.pair for group in cluster.groups if group.producers]
    if not pairs:
        return tr("It follows from what comes before it: see what is missing or added there.")
    return advising.widths(telling, pairs, factor(*_base(cluster).pair))


def _is_one_width(cluster: Cluster) -> bool:
    """Whether one of them stands for all: the others are multiples, and it is a good part of what there is."""
    base = _base(cluster)
    spots = sum(len(group.spots) for group in cluster.groups)
    if cluster.sums or cluster.multiplier is not None or 4 * len(base.spots) < spots:
        return False
    return all(multiple(group.pair, base.pair) for group in cluster.groups)


def _evidence(cluster: Cluster) -> list[str]:
    found = [_stands(group) for group in cluster.groups[:4]]
    ratios = {factor(*group.pair) for group in cluster.groups}
    if len(cluster.groups) > 1 and len(ratios) == 1:
        found.append(
            tr("All {count} sizes change by the same factor, {factor}.", count=len(cluster.groups), factor=ratios.pop())
        )
    return found


def _stands(group: Group) -> str:
    """Where a pair of sizes stands: `512 → 400 comes out of `hidden_layers.0` and goes into `hidden_layers.1`.`"""
    old, new = group.pair
    change = f"{old:,} → {new:,}"
    producers, consumers = places(group.producers), places(group.consumers)
    if producers and consumers:
        return tr(
            "{change} comes out of {producers} and goes into {consumers}.",
            change=change,
            producers=producers,
            consumers=consumers,
        )
    if producers:
        return tr("{change} comes out of {producers}.", change=change, producers=producers)
    if consumers:
        return tr("{change} goes into {consumers}.", change=change, consumers=consumers)
    return tr("{change} stands in {where}.", change=change, where=places(spot.module for spot in group.spots))


def _undecided(cluster: Cluster) -> list[str]:
    names = " ".join(spot.key for group in cluster.groups for spot in group.spots[:50]).lower()
    found = [tr(_HEADS)] if "attn" in names or "attention" in names else []
    if len(cluster.groups) == 1 and _stands_apart(cluster.groups[0]):
        found.append(tr(_ONE_OR_SEVERAL))
    return found


def _stands_apart(group: Group) -> bool:
    """Whether it comes out of two layers between which something of another width lies."""
    out = sorted(group.producers.values())
    taken = set(group.consumers.values())
    return len(out) == 2 and len(taken) == 2 and out[1] - out[0] > 1 and out[1] not in taken


def _base(cluster: Cluster) -> Group:
    """The smallest width that comes out of a layer."""
    return min(cluster.groups, key=lambda group: (not group.producers, group.pair))
