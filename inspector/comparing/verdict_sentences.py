"""The sentence for the whole of a comparison of two files, and those that belong to it.

    at_first(comparison)                       what names, shapes and dtypes tell, before a number is read
    verdict(comparison, values)                what the values tell, the sentence that says most first
    finish(judging(comparison, values))        the same, and the rank of what changed, for which matrices are read

Why this way: every sentence follows from counts that are exact - all keys of a branch changed, none outside of it
did. What was looked at in part only, the rank of a change, says how much of it was looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..analysis.distances import Distance
from ..checkpoint.entries import is_whole
from ..language import tr
from ..progress import Progress
from ..wording import count, names, plural, safe
from .diffing import DTYPE, MISSING, SIZE, UNEXPECTED, Comparison, Pair
from .key_groups import FEW, covering
from .low_rank import Ranks, finding_ranks
from .values import Values, by_branch

_RUNNING = ("running_mean", "running_var", "num_batches_tracked")
"""What a BatchNorm works out as it runs, and no optimizer learns."""
_SAME = "Same architecture"
_ATTENTION = {"attn", "attention", "qkv", "q", "k", "v", "query", "key", "value"}


class _Moved(NamedTuple):
    """The keys whose values were compared."""

    learned: tuple[str, ...] = ()
    """What was learned and differs, by more than the dtypes of the two explain."""
    still: tuple[str, ...] = ()
    """What could have been learned and does not."""
    running: tuple[str, ...] = ()
    """Running statistics that differ."""
    whole: tuple[str, ...] = ()
    """Tables and counters of whole numbers that differ."""

    @property
    def anything(self) -> bool:
        """Whether anything differs."""
        return bool(self.learned or self.running or self.whole)

    @property
    def patterns(self) -> tuple[str, ...]:
        """What was learned, as branches."""
        return covering(self.learned, self.learned + self.still)

    @property
    def is_a_small_part(self) -> bool:
        """Whether what was learned is told by saying where it is."""
        return len(self.learned) < len(self.still) and len(self.patterns) <= FEW


def at_first(comparison: Comparison) -> str:
    """What names, shapes and dtypes tell."""
    if not comparison.pairs:
        return tr("There is nothing to compare: neither side has a tensor.")
    return f"{_lead(comparison)}." if comparison.fits else f"{_structure(comparison)}."


def verdict(comparison: Comparison, values: Values, ranks: Ranks | None = None) -> tuple[str, ...]:
    """What the values tell; reads nothing."""
    if not values.distances:
        return (at_first(comparison), *_refused(values))
    moved = _moved(comparison, values.distances)
    return (
        _as_far_as_read(_headline(comparison, values.distances, moved), values, moved),
        *_frozen(comparison, moved),
        *_beside(moved),
        *_low_rank(comparison, ranks or Ranks()),
        *_nan(comparison, values.distances),
        *_refused(values),
    )


def judging(comparison: Comparison, values: Values) -> Generator[Progress, None, tuple[str, ...]]:
    """The same, after looking at some of the matrices that changed."""
    changed = [place for place, distance in values.distances.items() if _differs(distance)]
    ranks = yield from finding_ranks(comparison, sorted(changed))
    return verdict(comparison, values, ranks)


def _differs(distance: Distance) -> bool:
    return distance.rounded_equal < distance.numel


def _moved(comparison: Comparison, distances: Mapping[int, Distance]) -> _Moved:
    learned: list[str] = []
    still: list[str] = []
    running: list[str] = []
    whole: list[str] = []
    for place, distance in sorted(distances.items()):
        pair = comparison.pairs[place]
        kind = running if pair.key.rpartition(".")[2] in _RUNNING else whole if _is_whole(pair) else learned
        if _differs(distance):
            kind.append(pair.key)
        elif kind is learned:
            still.append(pair.key)
    return _Moved(tuple(learned), tuple(still), tuple(running), tuple(whole))


def _is_whole(pair: Pair) -> bool:
    """Whether it is a table or a counter: integers, but no quantised weight."""
    return pair.b is not None and is_whole(pair.b.dtype) and not pair.key.endswith(("weight", "bias"))


def _headline(comparison: Comparison, distances: Mapping[int, Distance], moved: _Moved) -> str:
    if not comparison.fits:
        structure = _structure(comparison)
        return f"{structure}; {_of_all_else(moved)}." if structure.startswith(_SAME) else f"{structure}."
    if not moved.anything:
        return _sameness(comparison, distances)
    return f"{_lead(comparison)}; {_change(comparison, distances, moved)}."


def _as_far_as_read(headline: str, values: Values, moved: _Moved) -> str:
    """What could not be read may have changed, though nothing else did."""
    if moved.anything or not values.refusals:
        return headline
    return tr(
        "As far as they can be read: {headline}{headline_2}", headline=headline[0].lower(), headline_2=headline[1:]
    )


def _of_all_else(moved: _Moved) -> str:
    if not moved.anything:
        return tr("all else is the same")
    if not moved.learned:
        return tr("of all else only {unlearned} changed", unlearned=_unlearned(moved))
    if not moved.still:
        return tr("all else changed")
    return tr("{count} of the other {tensors} changed", count=count(len(moved.learned)), tensors=_tensors(moved))


def _sameness(comparison: Comparison, distances: Mapping[int, Distance]) -> str:
    """For files whose numbers are the same, as far as their dtypes can hold them."""
    if other := _otherwise(comparison):
        return tr(
            "The same weights {other}{in_another_dtype}.", other=other, in_another_dtype=_in_another_dtype(comparison)
        )
    if comparison.counts[DTYPE]:
        return tr("Identical but for dtype ({dtypes}).", dtypes=_dtypes(comparison))
    if not all(distance.bit_equal for distance in distances.values()):
        return tr("Every number is the same, though not every bit: zeros may differ in sign, or NaN in kind.")
    if any(pair.a is None or pair.a.tensor is None for pair in comparison.pairs):  # a number, a text: not looked at
        return tr("Every tensor is bit for bit the same.")
    return tr("Bit for bit the same.")


def _change(comparison: Comparison, distances: Mapping[int, Distance], moved: _Moved) -> str:
    if not moved.learned:
        return tr("only {unlearned} changed", unlearned=_unlearned(moved))
    if moved.is_a_small_part:
        return tr(
            "only {listed} {value} retrained",
            listed=_listed(moved.patterns),
            value="was" if len(moved.patterns) == 1 else "were",
        )
    far = tr("relative L2 {rel_l2:.2g} in all", rel_l2=by_branch(comparison, distances)[""].rel_l2)
    if not moved.still:
        return tr("every tensor changed ({far})", far=far)
    return tr("{count} of {tensors} changed ({far})", count=count(len(moved.learned)), tensors=_tensors(moved), far=far)


def _unlearned(moved: _Moved) -> str:
    return tr("the running statistics of batch norms") if moved.running else _listed(moved.whole)


def _tensors(moved: _Moved) -> str:
    return plural(len(moved.learned) + len(moved.still), "tensor")


def _structure(comparison: Comparison) -> str:
    """How far the two are the same network, without a full stop."""
    odd = [pair.key for pair in comparison.pairs if pair.kind in (MISSING, UNEXPECTED, SIZE)]
    fitting, pairs = len(comparison.pairs) - len(odd), len(comparison.pairs)
    patterns = covering(odd, [pair.key for pair in comparison.pairs])
    if fitting >= len(odd) and len(patterns) <= FEW:
        return tr("{lead} but for {listed}", lead=_lead(comparison), listed=_listed(patterns))
    if not (comparison.counts[MISSING] or comparison.counts[UNEXPECTED]):
        return tr(
            "The same layers in other sizes: {count} of {tensors} differ in shape",
            count=count(len(odd)),
            tensors=plural(pairs, "tensor"),
        )
    agree = (
        tr("only {fitting} of {tensors}", fitting=count(fitting), tensors=plural(pairs, "tensor"))
        if fitting
        else tr("no tensor")
    )
    return tr(
        "Different architectures: {agree} {value} on both sides by name and shape",
        agree=agree,
        value="are" if fitting > 1 else "is",
    )


def _lead(comparison: Comparison) -> str:
    other = _otherwise(comparison)
    return f"{_SAME}{f' {other}' if other else ''}{_in_another_dtype(comparison)}"


def _otherwise(comparison: Comparison) -> str:
    """What steps had to see through: `under another prefix (module.) and in another layout`; empty where nothing."""
    other = _other_names(comparison)
    found = [tr("under {other}", other=other)] if other else []
    if any(pair.a is not None and pair.a.made is not None for pair in comparison.pairs):
        found.append(tr("in another layout"))
    return " and ".join(found)


def _in_another_dtype(comparison: Comparison) -> str:
    return tr(", in another dtype ({dtypes})", dtypes=_dtypes(comparison)) if comparison.counts[DTYPE] else ""


def _dtypes(comparison: Comparison) -> str:
    """`float32 → float16`, the change that most tensors made."""
    pairs = comparison.of_kind(DTYPE)
    changes = Counter((pair.a.dtype, pair.b.dtype) for pair in pairs if pair.a is not None and pair.b is not None)
    ((a, b), _), *others = changes.most_common(2)
    return f"{safe(a)} → {safe(b)}{' and others' if others else ''}"


def _other_names(comparison: Comparison) -> str:
    """`another prefix (module.)`, `other names`; empty where no key was renamed."""
    both = [pair for pair in comparison.pairs if pair.a is not None and pair.b is not None]
    changes = [(pair.was[0], pair.key) for pair in both if pair.was and pair.was[0] != pair.key]
    prefixes = {_prefix(was, key) for was, key in changes}
    if not changes:
        return ""
    return (
        tr("another prefix ({quoted})", quoted=_quoted(prefixes.pop()))
        if len(prefixes) == 1 and "" not in prefixes
        else tr("other names")
    )


def _prefix(was: str, key: str) -> str:
    """What one of two names has before the other; empty where they differ in more than that."""
    longer, shorter = (was, key) if len(was) > len(key) else (key, was)
    return longer.removesuffix(shorter) if longer.endswith(shorter) else ""


def _frozen(comparison: Comparison, moved: _Moved) -> Iterator[str]:
    if comparison.fits and moved.learned and moved.still and not moved.is_a_small_part:
        yield tr(
            "Frozen layers did not move: {listed}.", listed=_listed(covering(moved.still, moved.learned + moved.still))
        )


def _beside(moved: _Moved) -> Iterator[str]:
    """What changed without having been learned."""
    if moved.learned and moved.running:
        yield tr("The running statistics of batch norms changed as well.")
    if moved.whole and (moved.learned or moved.running):
        yield tr("Whole numbers changed as well: {listed}.", listed=_listed(moved.whole))


def _low_rank(comparison: Comparison, ranks: Ranks) -> Iterator[str]:
    if ranks.low:
        where = covering(ranks.low, [pair.key for pair in comparison.pairs])
        layers = tr("the attention layers") if all(map(_is_attention, ranks.low)) else _listed(where)
        part = tr(
            " ({looked_at} of {matrixs} looked at)",
            looked_at=ranks.looked_at,
            matrixs=plural(ranks.changed, "changed matrix", "changed matrices"),
        )
        yield (
            tr(
                "Low-rank change (rank ≤ {rank}) in {layers}, as merging an adapter makes it{part}.",
                rank=ranks.rank,
                layers=layers,
                part=part if ranks.looked_at < ranks.changed else "",
            )
        )


def _is_attention(key: str) -> bool:
    return not _ATTENTION.isdisjoint(re.split(r"[._]", key[:10_000].lower()))


def _nan(comparison: Comparison, distances: Mapping[int, Distance]) -> Iterator[str]:
    keys = [comparison.pairs[place].key for place, distance in sorted(distances.items()) if distance.nan_in_one]
    if keys:
        yield tr("NaN in only one of the two: {listed}.", listed=_listed(keys))


def _refused(values: Values) -> Iterator[str]:
    if values.refusals:
        first = next(iter(values.refusals.values()))
        yield tr(
            "{tensors} could not be compared: {first}", tensors=plural(len(values.refusals), "tensor"), first=first
        )


def _listed(patterns: Iterable[str]) -> str:
    return names([_quoted(pattern) for pattern in patterns])


def _quoted(name: str) -> str:
    return f"`{safe(name, 80)}`"
