"""Lists that count otherwise: layers numbered from 1, a Sequential with one more layer in front.

Here a key may be in both files and still be another tensor: `features.3` of one is `features.4` of the other. Items
are held against items by what they are made of, and numbers are only given up where others explain more.

Why this way: a list that lacks a layer here and another there looks shifted in between. So layers that are all alike
keep their numbers, unless one shift for the whole list brings more of them together; and a list is renumbered by order
only when items of one number have nothing in common.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .. import wording
from ..language import marked, ntr, tr
from .causes import LIKELY, Cause
from .in_order import most_alike
from .mending import apply
from .renaming import patterns, rules
from .sides import Item, Shape, Side
from .steps import Drop, Rename
from .unpaired import Items as Lone
from .unpaired import lines, same_rank

_NUMBER = re.compile(r"(?<![0-9])(?:0|[1-9][0-9]{0,8})(?![0-9])")
_LONGEST, _MOST_NUMBERS = 500, 6
_MOST_CELLS = 40_000
_MOST_LISTS = 500
_RANK = 0.3
"""What a tensor of another size but as many dimensions counts, against 1 for one of the same shape."""

Content = dict[str, Shape | None]
"""What lies below an item of a list: the end of the key -> its shape."""
Items = dict[int, Content]


class _Renumbered(NamedTuple):
    before: str
    """The keys of the list up to the number."""
    numbers: dict[int, int]
    shifted: int | None
    """By how much, when it is the same for all."""


def find(a: Side, b: Side, lone: Lone, lone_there: Lone) -> tuple[Cause, ...]:
    """The lists of one name on both sides whose items have other numbers there."""
    named = _suspicious(a, b, lone, lone_there)
    if not named:
        return ()
    ours, theirs = _lists(a, named), _lists(b, named)
    found: list[_Renumbered] = []
    for before in sorted(named, key=len)[:_MOST_LISTS]:
        if before in ours and before in theirs and not any(before.startswith(each.before) for each in found):
            found += _renumbered(before, ours[before], theirs[before])
    if not found:
        return ()
    lists = {each.before: each for each in found}
    pairs = {item.key: new for item in a.items for new in _new_names(item.key, lists)}
    taken = set(pairs.values())
    in_the_way = [item for item in a.items if item.key not in pairs and item.key in taken]
    dropped = (_dropped(a, in_the_way),) if in_the_way else ()
    return (*dropped, _cause(apply(a, [cause.step for cause in dropped if cause.step]), b, found, pairs))


def crossed(one: str, other: str) -> str:
    """The list, by its keys up to the number, in which two names are of items with different numbers; or nothing."""
    theirs = {before: number for before, number, _ in _numbered(other)}
    return next((before for before, number, _ in _numbered(one) if theirs.get(before, number) != number), "")


def settled(a: Side, b: Side, lists: Collection[str]) -> set[str]:
    """Those of the lists in which several items have the same number on both sides.

    Asked once `find` has nothing more to say: an item that is lacking there is then no other one that is lacking here.
    """
    starts = tuple(lists)
    there = {item.key for item in b.items if item.key.startswith(starts)}
    numbers: dict[str, set[int]] = {}
    for item in a.items:
        if item.key in there:
            for before, number, _ in _numbered(item.key):
                numbers.setdefault(before, set()).add(number)
    return {before for before in lists if len(numbers.get(before, ())) > 1}


def _suspicious(a: Side, b: Side, lone: Lone, lone_there: Lone) -> set[str]:
    """Lists in which both sides have something that the other has not, and not the same numbers.

    A list is known by its keys up to the number.
    """
    there = b.by_key()
    odd = [item.key for item in a.items if (other := there.get(item.key)) is not None and not same_rank(item, other)]
    ours, theirs = _items((*lone, *odd)), _items((*lone_there, *odd))
    both, at_odds = ours.keys() & theirs.keys(), _items(odd)
    if not both:
        return set()
    known, known_there = sorted(item.key for item in a.items), sorted(there)
    return {
        before
        for before in both
        if before in at_odds
        or any(not _begins(known_there, item) for item in ours[before])
        or any(not _begins(known, item) for item in theirs[before])
    }


def _items(keys: Iterable[str]) -> dict[str, set[str]]:
    """For each list what the keys of its items begin with, the number and what ends it included."""
    items: dict[str, set[str]] = {}
    for key in keys:
        for before, number, below in _numbered(key):
            items.setdefault(before, set()).add(f"{before}{number}{below[:1]}")
    return items


def _begins(keys: Sequence[str], start: str) -> bool:
    """Whether one of these sorted keys begins so."""
    place = bisect_left(keys, start)
    return place < len(keys) and keys[place].startswith(start)


def _numbered(key: str) -> Iterator[tuple[str, int, str]]:
    """What stands before each number of a key, the number, and what stands behind it."""
    if len(key) > _LONGEST:
        return
    found = list(_NUMBER.finditer(key))
    if len(found) <= _MOST_NUMBERS:
        for each in found:
            yield key[: each.start()], int(each.group()), key[each.end() :]


def _lists(side: Side, named: Collection[str]) -> dict[str, Items]:
    lists: dict[str, Items] = {}
    for item in side.items:
        for before, number, below in _numbered(item.key):
            if before in named:
                lists.setdefault(before, {}).setdefault(number, {})[below] = item.shape
    return lists


# -- one list ----------------------------------------------------------------------------------------


def _renumbered(before: str, ours: Items, theirs: Items) -> Iterator[_Renumbered]:
    """Other numbers for the items, when they explain more than those they have."""
    kept = {number: number for number in ours if number in theirs}
    if not kept:
        return  # nothing in the way: a rename like any other
    now = _agreement(kept, ours, theirs)
    least = max(now + 0.5, 0.5 * min(sum(map(len, ours.values())), sum(map(len, theirs.values()))))
    shift, numbers = _shifted(ours, theirs)
    then = _agreement(numbers, ours, theirs)
    ordered = _in_order(ours, theirs) if len(ours) * len(theirs) <= _MOST_CELLS else {}
    if shift and len(numbers) > 1 and then > least and then >= 0.9 * _agreement(ordered, ours, theirs):
        yield _Renumbered(before, numbers, shift)
        return
    then = _agreement(ordered, ours, theirs)
    moves = any(ordered.get(number, number) != number for number in kept)
    if moves and then > least and (2 * now <= then or _at_odds(kept, ours, theirs)):
        yield _Renumbered(before, ordered, None)


def _shifted(ours: Items, theirs: Items) -> tuple[int, dict[int, int]]:
    """The shift that explains most, and which numbers it leads to."""
    tried = []
    for shift in dict.fromkeys((min(theirs) - min(ours), max(theirs) - max(ours))):
        numbers = {number: number + shift for number in sorted(ours) if number + shift in theirs}
        tried.append((shift, numbers))
    return max(tried, key=lambda each: _agreement(each[1], ours, theirs))


def _agreement(numbers: Mapping[int, int], ours: Items, theirs: Items) -> float:
    return sum(_alike(ours[one], theirs[other]) for one, other in numbers.items())


def _alike(ours: Content, theirs: Content) -> float:
    """How many tensors of two items are the same by name and shape."""
    total = 0.0
    for name in ours.keys() & theirs.keys():
        one, other = ours[name], theirs[name]
        if one == other or one is None or other is None:
            total += 1
        elif len(one) == len(other):
            total += _RANK
    return total


def _at_odds(kept: Mapping[int, int], ours: Items, theirs: Items) -> bool:
    """Whether items of one number have nothing in common: then they are not the same."""
    return any(_alike(ours[number], theirs[number]) < 1 for number in kept)


def _in_order(ours: Items, theirs: Items) -> dict[int, int]:
    """The numbers in order that have most in common."""
    mine, others = sorted(ours), sorted(theirs)
    pairs = most_alike(mine, others, lambda one, other: _alike(ours[one], theirs[other]))
    return {mine[one]: others[other] for one, other in pairs}


# -- as a cause --------------------------------------------------------------------------------------


def _dropped(a: Side, items: list[Item]) -> Cause:
    """What no item of the other side is, and whose name another is to have."""
    keys = [item.key for item in items]
    sentence = ntr(
        "{n} key of the file, among them `{first}`, have no place in the list as the other side numbers it.",
        "{n} keys of the file, among them `{first}`, have no place in the list as the other side numbers it.",
        len(keys),
        first=_safe(keys[0]),
    )
    step = Drop(patterns(keys, [item.key for item in a.items]))
    return Cause("unexpected", sentence, lines(items, ()), (), step, "", LIKELY)


def _cause(a: Side, b: Side, found: list[_Renumbered], pairs: Mapping[str, str]) -> Cause:
    here, there = a.by_key(), b.by_key()
    made = rules(pairs.items(), list(here), ())
    moved = [(here[old], there[new]) for old, new in pairs.items() if new in there and old != new]
    first = found[0]
    if len(found) == 1:
        sentence = tr("`{list}` counts otherwise: {numbers}.", list=_safe(first.before), numbers=_told(first))
    else:
        sentence = ntr(
            "{n} list of the file counts otherwise: {numbers}.",
            "{n} lists of the file count otherwise: {numbers}.",
            len(found),
            numbers=_told(first),
        )
    same = sum(mine.shape == other.shape for mine, other in moved)
    evidence = (_of_same_shape(same, len(moved)),)
    undecided = () if first.shifted is None else (tr(_OTHERWISE),)
    said = lines(
        (item for item, _ in moved if item.key not in there), (other for _, other in moved if other.key not in here)
    )
    return Cause("rename", sentence, said, (), Rename(made), "", LIKELY, evidence, undecided)


def _of_same_shape(count: int, total: int) -> str:
    return ntr(
        "So {count:,} of {n} key have the same shape.",
        "So {count:,} of {n} keys have the same shape.",
        total,
        count=count,
    )


_OTHERWISE = marked(
    "The numbers could be right all the same, with one item missing at one end and one too many at the other."
)


def _new_names(key: str, lists: Mapping[str, _Renumbered]) -> Iterator[str]:
    for before, number, below in _numbered(key):
        each = lists.get(before)
        if each is not None:
            if each.shifted is not None:
                yield f"{before}{max(number + each.shifted, 0)}{below}"
            elif number in each.numbers:
                yield f"{before}{each.numbers[number]}{below}"
            return


def _told(each: _Renumbered) -> str:
    if each.shifted is not None:
        old, new = next(iter(each.numbers.items()))
        return (
            tr("what is {old} there is {new} here, and so on", old=old, new=new)
            if len(each.numbers) > 1
            else tr("{old} is {new}", old=old, new=new)
        )
    moved = [tr("{old} is {new}", old=old, new=new) for old, new in each.numbers.items() if old != new]
    return wording.names(moved)


def _safe(text: str) -> str:
    return wording.safe(text, 60)
