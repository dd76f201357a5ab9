"""Whole renames as causes: the layers that `structure` found, told in rules, with those that were split or fused.

What is sure and what is likely is one cause. What could be otherwise is another, so that it can be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .. import wording
from ..language import ntr, tr
from . import fusing
from .causes import CERTAIN, LIKELY, POSSIBLE, Cause
from .chance import is_chance
from .matches import Link, Match, Values
from .mending import apply
from .renaming import Rule, rules
from .renumbering import crossed, settled
from .sides import Side
from .steps import Rename
from .structure import match
from .units import Part, units, with_families
from .unpaired import Items, lines, same_rank


def find(a: Side, b: Side, ours: Items, theirs: Items, values: Values | None = None) -> tuple[Cause, ...]:
    """The causes by which keys that have no counterpart of their name have one of another."""
    layers = with_families(units(ours.values()), units(theirs.values()))
    found = match(*layers, values)
    links = [link for each in found for link in _links(each)]
    pairs = [(link.ours[0], link.theirs[0]) for link in links if len(link.ours) == len(link.theirs) == 1]
    if is_chance(pairs, len(found), min(map(len, layers)), strangers=_are_strangers(a, b)):
        return ()
    lists = {before for each in found if (before := crossed(each.ours.path, each.theirs.path))}
    kept = settled(a, b, lists)
    links = [link for link in links if crossed(link.match.ours.path, link.match.theirs.path) not in kept]
    causes: list[Cause] = []
    for cause in fusing.causes(a, b, [link for link in links if len(link.ours) != len(link.theirs)]):
        causes.append(cause)
        a = apply(a, [cause.step] if cause.step else [])
    plain = [link for link in links if len(link.ours) == len(link.theirs) == 1]
    for sure in (True, False):
        here = {item.key for item in a.items}  # a step that splits all layers alike may have named one of these
        plain = [link for link in plain if link.ours[0].key in here and link.theirs[0].key not in here]
        chosen = [link for link in plain if (link.match.confidence != POSSIBLE) is sure]
        if chosen:
            causes.append(_renamed(a, b, chosen))
            a = apply(a, [causes[-1].step] if causes[-1].step else [])
    return tuple(causes)


def _are_strangers(a: Side, b: Side) -> bool:
    """Whether no key of one is a key of the other."""
    there = {item.key for item in b.items}
    return not any(item.key in there for item in a.items)


def _links(found: Match) -> Iterator[Link]:
    """The tensors of two layers that are one, role by role."""
    mine, others = {part.role: part for part in found.ours.parts}, {part.role: part for part in found.theirs.parts}
    if len(mine) == len(others) == 1 and "" in (*mine, *others):
        yield from _of_parts(found, found.ours.first, found.theirs.first)
    for role in mine:
        if role in others and (role or len(mine) > 1 or len(others) > 1):
            yield from _of_parts(found, mine[role], others[role])


def _of_parts(found: Match, ours: Part, theirs: Part) -> Iterator[Link]:
    if len(ours.items) == len(theirs.items):
        yield from (Link((one,), (other,), found) for one, other in zip(ours.items, theirs.items))
    elif 1 in (len(ours.items), len(theirs.items)):
        yield Link(ours.items, theirs.items, found)


# -- renames -----------------------------------------------------------------------------------------


def _renamed(a: Side, b: Side, links: list[Link]) -> Cause:
    pairs = [(link.ours[0].key, link.theirs[0].key) for link in links]
    here, there = a.by_key(), b.by_key()
    made = rules(pairs, list(here), there.keys(), lambda key, new: same_rank(here[key], there[new]))
    keys = lines((here[old] for old, _ in pairs), (link.theirs[0] for link in links))
    sentence = ntr(
        "{n} key goes by other names: {names}.", "{n} keys go by other names: {names}.", len(pairs), names=_told(made)
    )
    return Cause("rename", sentence, keys, (), Rename(made), "", _surest(links), _evidence(links), _undecided(links))


def _told(made: Sequence[Rule]) -> str:
    shown = [(f"`{wording.safe(old, 80)}`", f"`{wording.safe(new, 80)}`") for old, new in made]
    return wording.names([tr("{old} is {new}", old=old, new=new) for old, new in shown], 2)


def _surest(links: Iterable[Link]) -> str:
    """As sure as the least sure of them."""
    found = {link.match.confidence for link in links}
    return POSSIBLE if POSSIBLE in found else LIKELY if LIKELY in found else CERTAIN


def _evidence(links: list[Link]) -> tuple[str, ...]:
    same = sum(link.ours[0].shape == link.theirs[0].shape for link in links)
    said = [
        ntr(
            "{count:,} of {n} pair have the same shape.",
            "{count:,} of {n} pairs have the same shape.",
            len(links),
            count=same,
        )
    ]
    if same < len(links):
        said.append(tr("The others stand in the same place of the same structure."))
    return tuple(said)


def _undecided(links: list[Link]) -> tuple[str, ...]:
    said: dict[str, str] = {}
    for link in links:
        if link.match.rivals:
            ours, theirs = wording.safe(link.match.ours.path), wording.safe(link.match.theirs.path)
            rivals = wording.names([f"`{wording.safe(rival)}`" for rival in link.match.rivals])
            said.setdefault(
                link.match.ours.path,
                tr(
                    "`{ours}` could be {rivals} as well as `{theirs}`: the shapes are the same, the names do not tell.",
                    ours=ours,
                    rivals=rivals,
                    theirs=theirs,
                ),
            )
    listed = list(said.values())
    more = len(listed) - 3
    return (*listed[:3], tr("So it is with {count:,} more.", count=more)) if more > 0 else tuple(listed)
