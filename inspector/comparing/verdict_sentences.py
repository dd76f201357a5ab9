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
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..analysis.distances import Distance
from ..checkpoint.entries import is_whole
from ..language import ntr, tr
from ..progress import Progress
from ..wording import all_of, count, names, plural, safe
from .diffing import DTYPE, MISSING, SIZE, UNEXPECTED, Comparison, Pair
from .key_groups import FEW, covering
from .low_rank import Ranks, finding_ranks
from .values import Values, by_branch

_RUNNING = ("running_mean", "running_var", "num_batches_tracked")
"""What a BatchNorm works out as it runs, and no optimizer learns."""
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
    return tr("{clause}.", clause=_lead(comparison) if comparison.fits else _structure(comparison))


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
        if _exceptions(comparison) is None:
            return tr("{clause}.", clause=_structure(comparison))
        return tr("{clause}; {more}.", clause=_structure(comparison), more=_of_all_else(moved))
    if not moved.anything:
        return _sameness(comparison, distances)
    return tr("{clause}; {more}.", clause=_lead(comparison), more=_change(comparison, distances, moved))


def _as_far_as_read(headline: str, values: Values, moved: _Moved) -> str:
    """What could not be read may have changed, though nothing else did."""
    if moved.anything or not values.refusals:
        return headline
    return tr("As far as they can be read: {headline}", headline=f"{headline[0].lower()}{headline[1:]}")


def _of_all_else(moved: _Moved) -> str:
    if not moved.anything:
        return tr("all else is the same")
    if not moved.learned:
        return tr("of all else only {tensors} changed", tensors=_unlearned(moved))
    if not moved.still:
        return tr("all else changed")
    return ntr(
        "{count} of the other {n} tensor changed",
        "{count} of the other {n} tensors changed",
        len(moved.learned) + len(moved.still),
        count=count(len(moved.learned)),
    )


def _sameness(comparison: Comparison, distances: Mapping[int, Distance]) -> str:
    """For files whose numbers are the same, as far as their dtypes can hold them."""
    if other := _otherwise(comparison):
        if comparison.counts[DTYPE]:
            return tr(
                "The same weights {otherwise}, in another dtype ({dtypes}).",
                otherwise=other,
                dtypes=_dtypes(comparison),
            )
        return tr("The same weights {otherwise}.", otherwise=other)
    if comparison.counts[DTYPE]:
        return tr("Identical but for dtype ({dtypes}).", dtypes=_dtypes(comparison))
    if not all(distance.bit_equal for distance in distances.values()):
        return tr("Every number is the same, though not every bit: zeros may differ in sign, or NaN in kind.")
    if any(pair.a is None or pair.a.tensor is None for pair in comparison.pairs):  # a number, a text: not looked at
        return tr("Every tensor is bit for bit the same.")
    return tr("Bit for bit the same.")


def _change(comparison: Comparison, distances: Mapping[int, Distance], moved: _Moved) -> str:
    if not moved.learned:
        return tr("only {tensors} changed", tensors=_unlearned(moved))
    if moved.is_a_small_part:
        return ntr(
            "only {names} was retrained",
            "only {names} were retrained",
            len(moved.patterns),
            names=_listed(moved.patterns),
        )
    far = tr("relative L2 {value:.2g} in all", value=by_branch(comparison, distances)[""].rel_l2)
    if not moved.still:
        return tr("every tensor changed ({distance})", distance=far)
    return ntr(
        "{count} of {n} tensor changed ({distance})",
        "{count} of {n} tensors changed ({distance})",
        len(moved.learned) + len(moved.still),
        count=count(len(moved.learned)),
        distance=far,
    )


def _unlearned(moved: _Moved) -> str:
    return tr("the running statistics of batch norms") if moved.running else _listed(moved.whole)


def _structure(comparison: Comparison) -> str:
    """How far the two are the same network, without a full stop."""
    odd, pairs = len(_odd(comparison)), len(comparison.pairs)
    exceptions = _exceptions(comparison)
    if exceptions is not None:
        return tr("{clause} but for {names}", clause=_lead(comparison), names=_listed(exceptions))
    if not (comparison.counts[MISSING] or comparison.counts[UNEXPECTED]):
        return ntr(
            "The same layers in other sizes: {count} of {n} tensor differ in shape",
            "The same layers in other sizes: {count} of {n} tensors differ in shape",
            pairs,
            count=count(odd),
        )
    if odd == pairs:
        return tr("Different architectures: no tensor is on both sides by name and shape")
    return ntr(
        "Different architectures: only {n} of {tensors} is on both sides by name and shape",
        "Different architectures: only {n} of {tensors} are on both sides by name and shape",
        pairs - odd,
        tensors=plural(pairs, "tensor"),
    )


def _odd(comparison: Comparison) -> list[str]:
    """The keys that are not on both sides by name and shape."""
    return [pair.key for pair in comparison.pairs if pair.kind in (MISSING, UNEXPECTED, SIZE)]


def _exceptions(comparison: Comparison) -> Sequence[str] | None:
    """The branches beside which the two have the same architecture; None where they are many: then it is another."""
    odd = _odd(comparison)
    found = covering(odd, [pair.key for pair in comparison.pairs])
    return found if len(odd) <= len(comparison.pairs) / 2 and len(found) <= FEW else None


def _lead(comparison: Comparison) -> str:
    other = _otherwise(comparison)
    said = tr("Same architecture {otherwise}", otherwise=other) if other else tr("Same architecture")
    if comparison.counts[DTYPE]:
        return tr("{clause}, in another dtype ({dtypes})", clause=said, dtypes=_dtypes(comparison))
    return said


def _otherwise(comparison: Comparison) -> str:
    """What steps had to see through: `under another prefix (module.) and in another layout`; empty where nothing."""
    other = _other_names(comparison)
    found = [other] if other else []
    if any(pair.a is not None and pair.a.made is not None for pair in comparison.pairs):
        found.append(tr("in another layout"))
    return all_of(found)


def _dtypes(comparison: Comparison) -> str:
    """`float32 → float16`, the change that most tensors made."""
    pairs = comparison.of_kind(DTYPE)
    changes = Counter((pair.a.dtype, pair.b.dtype) for pair in pairs if pair.a is not None and pair.b is not None)
    ((a, b), _), *others = changes.most_common(2)
    change = f"{safe(a)} → {safe(b)}"
    return tr("{change} and others", change=change) if others else change


def _other_names(comparison: Comparison) -> str:
    """`under another prefix (module.)`, `under other names`; empty where no key was renamed."""
    both = [pair for pair in comparison.pairs if pair.a is not None and pair.b is not None]
    changes = [(pair.was[0], pair.key) for pair in both if pair.was and pair.was[0] != pair.key]
    prefixes = {_prefix(was, key) for was, key in changes}
    if not changes:
        return ""
    return (
        tr("under another prefix ({prefix})", prefix=_quoted(prefixes.pop()))
        if len(prefixes) == 1 and "" not in prefixes
        else tr("under other names")
    )


def _prefix(was: str, key: str) -> str:
    """What one of two names has before the other; empty where they differ in more than that."""
    longer, shorter = (was, key) if len(was) > len(key) else (key, was)
    return longer.removesuffix(shorter) if longer.endswith(shorter) else ""


def _frozen(comparison: Comparison, moved: _Moved) -> Iterator[str]:
    if comparison.fits and moved.learned and moved.still and not moved.is_a_small_part:
        yield tr(
            "Frozen layers did not move: {names}.", names=_listed(covering(moved.still, moved.learned + moved.still))
        )


def _beside(moved: _Moved) -> Iterator[str]:
    """What changed without having been learned."""
    if moved.learned and moved.running:
        yield tr("The running statistics of batch norms changed as well.")
    if moved.whole and (moved.learned or moved.running):
        yield tr("Whole numbers changed as well: {names}.", names=_listed(moved.whole))


def _low_rank(comparison: Comparison, ranks: Ranks) -> Iterator[str]:
    if ranks.low:
        where = covering(ranks.low, [pair.key for pair in comparison.pairs])
        layers = tr("the attention layers") if all(map(_is_attention, ranks.low)) else _listed(where)
        if ranks.looked_at < ranks.changed:
            yield ntr(
                "Low-rank change (rank ≤ {rank}) in {layers}, as merging an adapter makes it"
                " ({count} of {n} changed matrix looked at).",
                "Low-rank change (rank ≤ {rank}) in {layers}, as merging an adapter makes it"
                " ({count} of {n} changed matrices looked at).",
                ranks.changed,
                rank=ranks.rank,
                layers=layers,
                count=ranks.looked_at,
            )
        else:
            yield tr(
                "Low-rank change (rank ≤ {rank}) in {layers}, as merging an adapter makes it.",
                rank=ranks.rank,
                layers=layers,
            )


def _is_attention(key: str) -> bool:
    return not _ATTENTION.isdisjoint(re.split(r"[._]", key[:10_000].lower()))


def _nan(comparison: Comparison, distances: Mapping[int, Distance]) -> Iterator[str]:
    keys = [comparison.pairs[place].key for place, distance in sorted(distances.items()) if distance.nan_in_one]
    if keys:
        yield tr("NaN in only one of the two: {names}.", names=_listed(keys))


def _refused(values: Values) -> Iterator[str]:
    if values.refusals:
        first = next(iter(values.refusals.values()))
        yield ntr(
            "{n} tensor could not be compared: {reason}",
            "{n} tensors could not be compared: {reason}",
            len(values.refusals),
            reason=first,
        )


def _listed(patterns: Iterable[str]) -> str:
    return names([_quoted(pattern) for pattern in patterns])


def _quoted(name: str) -> str:
    return f"`{safe(name, 80)}`"
