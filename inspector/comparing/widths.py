"""Which widths are one decision: sizes that change together, joined by pair, by factor and by what they add up to.

A `Group` is all dimensions that are 768 in the file and 1024 in the model. Groups are joined where nothing simpler
could have changed them both:

    factor      a simple one (1/2, 4/3), or any when one size is a multiple of the other and stands in many layers
    fused       three or four times the other within one tensor that is known to be made so (qkv, the gates of an LSTM)
    taken       what only goes in somewhere is a multiple of what comes out before (a flattened picture)
    sum         a fixed number more, or a growing one, as where the outputs of many layers are put side by side

Why this way: numbers alone cannot tell a list of widths that all happen to shrink by 25/32 from one width and its
multiples. What can is recurrence: the width of a network comes out of layer after layer, an entry of a list of widths
comes out of one. So odd factors join only what recurs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from .arithmetic import factor, is_simple, multiple, rounded
from .places import IN, OUT, Spot

PairOfSizes = tuple[int, int]

_FUSED = re.compile(r"in_proj_weight|qkv|c_attn|query_key_value|weight_[ih]h|kv")
_MOST_SUMMANDS = 8
"""How many widths are tried as what a sum grows by."""
_PARTS = 840
"""Sums are counted in these parts of a width: 1/2, 1/3 ... 1/8 are whole numbers of them."""
_MOST_BASES = 16
"""How many widths of one odd factor are tried as what others are multiples of."""
_MOST_MULTIPLIERS = 16
"""How many factors are tried as the one that others are rounded from."""


class Group:
    """All dimensions with one pair of sizes."""

    def __init__(self, pair: PairOfSizes, spots: list[Spot]) -> None:
        self.pair = pair
        self.spots = spots

    @cached_property
    def producers(self) -> dict[str, int]:
        """The modules that it comes out of, and their places in the model."""
        return {spot.module: spot.order for spot in self.spots if spot.role == OUT and spot.matrix}

    @cached_property
    def consumers(self) -> dict[str, int]:
        """The modules that it goes into."""
        return {spot.module: spot.order for spot in self.spots if spot.role == IN}

    @cached_property
    def _places(self) -> list[int]:
        return sorted(self.producers.values())

    def last_before(self, order: int) -> int:
        """The place of the last module before `order` that it comes out of; -1 where there is none."""
        at = bisect_left(self._places, order)
        return self._places[at - 1] if at else -1

    @property
    def recurs(self) -> bool:
        """Whether it comes out of more than one layer."""
        return len(self.producers) > 1

    @property
    def change(self) -> int:
        return self.pair[1] - self.pair[0]


class Cluster(NamedTuple):
    """Groups that one decision explains, that which explains most first."""

    groups: tuple[Group, ...]
    sums: bool = False
    """Whether some of them are sums with another width."""
    multiplier: Fraction | None = None
    """The factor that these widths are rounded results of."""


def gather(spots: Iterable[Spot]) -> dict[PairOfSizes, Group]:
    """The dimensions by their pair of sizes."""
    found: dict[PairOfSizes, list[Spot]] = {}
    for spot in spots:
        found.setdefault(spot.pair, []).append(spot)
    return {pair: Group(pair, held) for pair, held in found.items()}


def clusters(groups: Iterable[Group]) -> list[Cluster]:
    """The groups, joined into as few decisions as are sound, the largest first; each group is in one of them."""
    joined = _Joined(list(groups))
    joined.by_factor()
    joined.by_sum()
    return sorted(_by_rounding(joined.clusters()), key=_explained, reverse=True)


class _Joined:
    """Groups on their way to being joined (a union-find over pairs of sizes)."""

    def __init__(self, groups: list[Group]) -> None:
        self.groups = groups
        self._leads: dict[PairOfSizes, PairOfSizes] = {group.pair: group.pair for group in groups}
        self._sums: set[PairOfSizes] = set()

    def lead(self, pair: PairOfSizes) -> PairOfSizes:
        """The pair that stands for all that `pair` is joined with."""
        while self._leads[pair] != pair:
            self._leads[pair] = self._leads[self._leads[pair]]
            pair = self._leads[pair]
        return pair

    def join(self, one: Group, other: Group) -> None:
        self._leads[self.lead(one.pair)] = self.lead(other.pair)

    def by_factor(self) -> None:
        """Joins groups that differ by the same factor."""
        classes: dict[Fraction, list[Group]] = {}
        for group in self.groups:
            ratio = factor(*group.pair)
            if ratio is not None:
                classes.setdefault(ratio, []).append(group)
        for ratio, groups in classes.items():
            groups.sort(key=lambda group: group.pair)
            if is_simple(ratio):
                for group in groups[1:]:
                    self.join(group, groups[0])
            else:
                self._by_multiples(groups)

    def _by_multiples(self, groups: list[Group]) -> None:
        bases = [group for group in groups if group.producers][:_MOST_BASES]
        recurrent = [group for group in bases if group.recurs]
        for group in groups:
            if group.producers:
                for base in recurrent:
                    if base is not group and multiple(group.pair, base.pair):
                        self.join(group, base)
            elif (base_before := _taken_from(group, bases)) is not None:
                self.join(group, base_before)
        for group, base in _fused(groups):
            self.join(group, base)

    def by_sum(self) -> None:
        """Joins what is another width and a fixed number more, or several times it and a fixed number."""
        bases = [group for group in self.groups if group.producers and group.change and 0 not in group.pair]
        bases.sort(key=lambda group: (-group.recurs, -len(group.spots)))
        for base in bases[:_MOST_SUMMANDS]:
            self._grown_by(base)

    def _grown_by(self, base: Group) -> None:
        """Joins with `base` the groups on lines of at least three: times * base + fixed, one of the two the same."""
        lines: dict[tuple[str, int], list[Group]] = {}
        settled = {self.lead(group.pair) for group in self.groups if group.recurs} | {self.lead(base.pair)}
        for group in (group for group in self.groups if 0 not in group.pair):
            times, remainder = divmod(_PARTS * group.change, base.change)
            fixed = _PARTS * group.pair[0] - times * base.pair[0]
            if remainder or times <= 0 or not fixed or self.lead(group.pair) in settled:
                continue
            lines.setdefault(("fixed", fixed), []).append(group)
            if times == _PARTS:
                lines.setdefault(("times", times), []).append(group)
        for line in lines.values():
            if len(line) > 2 or (len(line) == 1 and _taken_after(line[0], base)):
                for group in line:
                    self.join(group, base)
                    self._sums.add(group.pair)

    def clusters(self) -> list[Cluster]:
        held: dict[PairOfSizes, list[Group]] = {}
        for group in self.groups:
            held.setdefault(self.lead(group.pair), []).append(group)
        return [
            Cluster(
                tuple(sorted(groups, key=lambda group: (-len(group.spots), group.pair))),
                any(group.pair in self._sums for group in groups),
            )
            for groups in held.values()
        ]


def _fused(groups: list[Group]) -> list[tuple[Group, Group]]:
    """Pairs of groups that meet in a tensor which is several matrices in one."""
    by_key: dict[str, Group] = {}
    found = []
    for group in groups:
        for spot in group.spots:
            if spot.matrix and _FUSED.search(spot.key):
                other = by_key.setdefault(spot.key, group)
                if other is not group and (multiple(group.pair, other.pair) or multiple(other.pair, group.pair)):
                    found.append((group, other))
    return found


def _taken_from(group: Group, bases: Iterable[Group]) -> Group | None:
    """The nearest layer before it whose output it takes several times, such as a flattened picture does."""
    first = min(group.consumers.values(), default=-1)
    found = [base for base in bases if multiple(group.pair, base.pair)]
    return max(found, key=lambda base: base.last_before(first), default=None)


def _taken_after(group: Group, base: Group) -> bool:
    """Whether `group` only goes in somewhere, behind a layer that `base` comes out of, and grows just as much."""
    if group.producers or not group.consumers or group.change != base.change:
        return False
    return group.pair[0] > base.pair[0] and base.last_before(min(group.consumers.values())) >= 0


def _by_rounding(found: list[Cluster]) -> list[Cluster]:
    """Joins what one multiplier explains once widths are rounded to eights; what is exactly so stays apart."""
    even = {id(cluster): _eights(cluster) for cluster in found}
    trusted = [cluster for cluster in found if even[id(cluster)] and any(group.recurs for group in cluster.groups)]
    trusted = sorted(trusted, key=_explained, reverse=True)[:_MOST_MULTIPLIERS]
    best: tuple[int, Fraction, list[Cluster]] = (0, Fraction(1), [])
    for cluster in trusted:
        ratio = Fraction(cluster.groups[0].pair[1], cluster.groups[0].pair[0])
        others = [each for each in found if each is not cluster and _is_rounded(even[id(each)], ratio)]
        reach = sum(map(_explained, (cluster, *others)))
        if others and reach > best[0]:
            best = reach, ratio, others
    _, ratio, alike = best
    if not alike:
        return found
    gone = set(map(id, alike))
    groups = sorted((group for cluster in alike for group in cluster.groups), key=lambda group: -len(group.spots))
    return [*(cluster for cluster in found if id(cluster) not in gone), Cluster(tuple(groups), multiplier=ratio)]


def _explained(cluster: Cluster) -> int:
    return sum(len(group.spots) for group in cluster.groups)


def _eights(cluster: Cluster) -> list[PairOfSizes]:
    """The pairs of a cluster that could have been rounded."""
    return [group.pair for group in cluster.groups if 0 not in group.pair and not any(size % 8 for size in group.pair)]


def _is_rounded(pairs: list[PairOfSizes], ratio: Fraction) -> bool:
    return any(rounded(old * ratio) == new for old, new in pairs)
