"""Whole renames: which layer here is which layer there, when their names say little or nothing.

Blocks are held against blocks (see `block_pairs`), and within them layers against layers: by shapes, which weigh
most, by what their names mean, and where both say the same of several, by order. What is left is tried once more.

Why this way: a decision is made once for all blocks together. A key that is missing here or there does not mislead it,
and where it leads is told in one rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from .block_pairs import block_pairs
from .blocks import blocks, ranked
from .causes import CERTAIN, LIKELY, POSSIBLE
from .key_words import ORDINALS, alike, words
from .matches import Match, Values, by_neighbours, by_shapes, by_values
from .units import ROLES, SCALED, TURNED, Part, Unit, fit, ratios, shared_roles

_NAMED, _HINTED = 0.6, 0.3
"""How much names must have in common to decide, and to speak for what shapes say."""
_WHOLE = 0.5
"""Blocks that are more alike than this are the same, and not one a part of the other."""
_MOST_CANDIDATES = 48
"""How many layers there are held against one here."""

Usual = frozenset[float]
"""The ratios of sizes that are found in blocks: what is in none must have one of these, or a telling name."""

Layers = Mapping[str, Unit]
Instance = tuple[Layers, Layers]
"""What two blocks have that are the same block, by name within it."""


def match(ours: Sequence[Unit], theirs: Sequence[Unit], values: Values | None = None) -> list[Match]:
    """The layers that belong together; each is in one match at most."""
    mine, others = blocks(ours), blocks(theirs)
    found: list[Match] = []
    held: set[str] = set()
    held_there: set[str] = set()
    for pair in block_pairs(mine, others):
        here, there = mine[pair.ours], others[pair.theirs]
        instances = [(here[one], there[other]) for one, other in pair.numbers]
        found += _within(instances)
        if pair.alike > _WHOLE:  # what is left over in them is not sought anywhere else
            held |= {unit.path for layers, _ in instances for unit in layers.values()}
            held_there |= {unit.path for _, layers in instances for unit in layers.values()}
    held |= {each.ours.path for each in found}
    held_there |= {each.theirs.path for each in found}
    left = {unit.path: unit for unit in ours if unit.path not in held}
    left_there = {unit.path: unit for unit in theirs if unit.path not in held_there}
    found += _within([(left, left_there)], _usual(found))
    if 2 * len(found) < min(len(ours), len(theirs)):  # names say nothing: what is left is told by shapes, or not at all
        found += by_shapes(found, ours, theirs)
    if values is not None:
        found = by_values(found, ours, theirs, values)
    return by_neighbours(found, ours, theirs, held | held_there)


def _usual(found: Iterable[Match]) -> Usual:
    return frozenset(ratio for each in found for ratio in ratios(each.ours.first.shape, each.theirs.first.shape))


def _within(instances: Sequence[Instance], usual: Usual | None = None) -> list[Match]:
    """Matches within blocks that are made alike; what does not fit in some of them is tried there once more."""
    found: list[Match] = []
    for _ in range(3):
        decided = _decided(_Evidence(instances), usual)
        done = [_done(each, decided) for each in instances]
        found += [each for matches, _ in done for each in matches]
        instances = [left for _, left in done if left[0] and left[1]]
        if not instances or not any(matches for matches, _ in done):
            break
    return found


def _done(instance: Instance, decided: list[_Decision]) -> tuple[list[Match], Instance]:
    """What the decisions match in one instance, and what is left of it.

    A name whose partner is lacking here belongs to no other. But where partners do not fit, the block is of another
    make, and may be decided otherwise.
    """
    found: list[Match] = []
    ours, theirs = dict(instance[0]), dict(instance[1])
    at_odds = 0
    for each in decided:
        if each.ours in ours and each.theirs in theirs:
            here = fit(ours[each.ours], theirs[each.theirs])
            if not shared_roles(ours[each.ours], theirs[each.theirs]):
                continue
            if here > 0 and (here >= 0.8 * TURNED or each.fit < 0.8 * TURNED):
                rivals = tuple(theirs[rival].path for rival in each.rivals if rival in theirs)
                found.append(Match(ours.pop(each.ours), theirs.pop(each.theirs), each.confidence, rivals))
            else:
                at_odds += 1
    if at_odds <= len(found) // 2:
        for each in decided:
            ours.pop(each.ours, None)
            theirs.pop(each.theirs, None)
    return found, (ours, theirs)


# -- evidence ----------------------------------------------------------------------------------------


class _Evidence:
    """What speaks for a name here being a name there."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        here, there = _counted(ours for ours, _ in instances), _counted(theirs for _, theirs in instances)
        self.words = _said(here), _said(there)
        self.order = _order(instances, 0), _order(instances, 1)
        self.firsts = _firsts(instances, 0), _firsts(instances, 1)
        sums: dict[tuple[str, str], float] = defaultdict(float)
        both: Counter[tuple[str, str]] = Counter()
        for ours, theirs, times in _kinds(instances):
            for name, other in _candidates(ours, theirs):
                if shared_roles(ours[name], theirs[other]):
                    sums[name, other] += times * fit(ours[name], theirs[other])
                    both[name, other] += times
        self.fits = {
            pair: total / both[pair] * (0.7 + 0.3 * both[pair] / max(here[pair[0]], there[pair[1]]))
            for pair, total in sums.items()
            if total > 0
        }
        self.names = {(name, other): self._named(name, other) for name, other in self.fits}

    def _named(self, name: str, other: str) -> float:
        return 1.0 if name == other else alike(self.words[0][name], self.words[1][other])

    def score(self, pair: tuple[str, str]) -> float:
        return 1.5 * self.fits[pair] + self.names[pair]


def _counted(layers: Iterable[Layers]) -> Counter[str]:
    return Counter(name for each in layers for name in each)


def _said(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The words of each name, with which of its siblings it is."""
    listed = list(names)
    ranks = ranked(listed)
    return {name: words(name).union(ORDINALS[rank] for rank in ranks[name] if rank < len(ORDINALS)) for name in listed}


def _order(instances: Sequence[Instance], side: int) -> dict[str, int]:
    order: dict[str, int] = {}
    for instance in instances:
        for name, unit in instance[side].items():
            order.setdefault(name, unit.place)
    return order


def _firsts(instances: Sequence[Instance], side: int) -> dict[str, Part]:
    firsts: dict[str, Part] = {}
    for instance in instances:
        for name, unit in instance[side].items():
            firsts.setdefault(name, unit.first)
    return firsts


def _kinds(instances: Sequence[Instance]) -> Iterator[tuple[Layers, Layers, int]]:
    """Instances that look alike once, and how many they are."""
    kinds: dict[object, list[Instance]] = {}
    for ours, theirs in instances:
        kind = tuple(tuple((name, unit.first.shape) for name, unit in layers.items()) for layers in (ours, theirs))
        kinds.setdefault(kind, []).append((ours, theirs))
    for alike_ones in kinds.values():
        yield (*alike_ones[0], len(alike_ones))


def _candidates(ours: Layers, theirs: Layers) -> Iterator[tuple[str, str]]:
    """Pairs worth a look. Of very many layers of one shape only those of one name."""
    by_shape: dict[object, list[str]] = {}
    for name, unit in theirs.items():
        plain = unit.first.plain
        for key in dict.fromkeys((plain, len(plain) if plain is not None else None)):
            by_shape.setdefault(key, []).append(name)
    for name, unit in ours.items():
        plain = unit.first.plain
        like = by_shape.get(len(plain) if plain is not None else None, [])
        if len(like) > _MOST_CANDIDATES:
            like = by_shape.get(plain, [])
        if len(like) > _MOST_CANDIDATES:
            like = [name] if name in theirs else []
        for other in like:
            yield name, other


# -- decisions ---------------------------------------------------------------------------------------


class _Decision(NamedTuple):
    ours: str
    theirs: str
    fit: float
    confidence: str
    rivals: tuple[str, ...]


def _decided(evidence: _Evidence, usual: Usual | None) -> list[_Decision]:
    """The pairs of names that belong together, the surest first."""
    free = set(evidence.order[0]), set(evidence.order[1])
    ranks = _ranks(evidence, 0), _ranks(evidence, 1)
    pairs = sorted(evidence.fits, key=lambda pair: (-evidence.score(pair), abs(ranks[0][pair[0]] - ranks[1][pair[1]])))
    rivals: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for pair in pairs:
        rivals.setdefault((0, pair[0]), []).append(pair)
        rivals.setdefault((1, pair[1]), []).append(pair)
    made: list[_Decision] = []
    for lenient, pair in product((False, True), pairs):
        if pair[0] not in free[0] or pair[1] not in free[1]:
            continue
        others = [each for side in (0, 1) for each in rivals[side, pair[side]] if each != pair]
        others = [each for each in others if each[0] in free[0] and each[1] in free[1]]
        confidence = _confidence(evidence, pair, others, usual, lenient)
        if confidence:
            beside = tuple(each[1] for each in others if each[0] == pair[0]) if confidence == POSSIBLE else ()
            made.append(_Decision(*pair, evidence.fits[pair], confidence, beside))
            free[0].discard(pair[0])
            free[1].discard(pair[1])
    return made


def _ranks(evidence: _Evidence, side: int) -> dict[str, int]:
    """For each name which one it is, in order, of those with its shape."""
    counts: Counter[object] = Counter()
    ranks: dict[str, int] = {}
    for name in sorted(evidence.order[side], key=evidence.order[side].__getitem__):
        plain = evidence.firsts[side][name].plain
        ranks[name] = counts[plain]
        counts[plain] += 1
    return ranks


def _confidence(
    evidence: _Evidence, pair: tuple[str, str], others: list[tuple[str, str]], usual: Usual | None, lenient: bool
) -> str:
    """How sure it is that a pair belongs together when `others` could be instead; empty when too little says so."""
    fits, name = evidence.fits[pair], evidence.names[pair]
    exact = fits > 0.7 * TURNED
    part = evidence.firsts[0][pair[0]]
    rivals = [each for each in others if evidence.fits[each] > fits - 0.1]
    margin = name - max((evidence.names[each] for each in rivals), default=0.0)
    large = part.plain is not None and len(part.plain) > 1
    telling = part.role not in ROLES[1:]  # what lost its weight could be anything
    if name >= _NAMED or (exact and telling and not rivals and (large or (part.role and name >= _HINTED))):
        sure = not rivals or margin > 0.1
        return (CERTAIN if exact else LIKELY) if sure else POSSIBLE
    if exact and rivals and margin > 0.1 and name >= _HINTED:
        return LIKELY
    scaled = usual is None or ratios(part.shape, evidence.firsts[1][pair[1]].shape) <= usual
    if large and not rivals and fits > 0.9 * SCALED and scaled:
        return LIKELY  # a network of another width
    if lenient and usual is None and telling and (exact or (part.plain is None and not rivals)):
        return POSSIBLE  # of what is left in these blocks nothing fits better
    return ""
