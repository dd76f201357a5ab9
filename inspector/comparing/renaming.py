"""From pairs of keys to a few rules that rename exactly these.

    layer1.0.conv1.weight -> stages.0.layers.0.layer.0.convolution.weight, and 15 more like it
    layer{i}.{j}.conv{k}.{rest} -> stages.{i-1}.layers.{j}.layer.{k-1}.convolution.{rest}

What two keys end with alike becomes `{rest}`; the numbers before it become slots where one shift explains them all.
The rules are then tried on every key of the file. One that catches a key it must not is made narrower, a segment at a
time, until it holds no more than was meant; in the end a rule is a plain pair of keys.

Why this way: a rename that is told in eight rules can be read and judged, one in three hundred lines cannot. That the
rules say the same as the pairs is not hoped for but tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from .matching import Matcher
from .templates import literal, template

Rule = tuple[str, str]

_NUMBER = re.compile(r"(?<![0-9])(?:0|[1-9][0-9]{0,8})(?![0-9])")
"""A number that may become a slot: `007` is a name, and so is one that no list is as long as."""
_DIGITS = re.compile(r"#|[0-9]+")
_SLOTS = "ijklmn"
_JOINED = ("_weight", "_bias")
_OPENED = re.compile(r"_(?=(?:weight|bias)$)")
_SEAM = "_\0."
"""Where the last segment of a key was cut in two, to be seen as two while rules are made."""
_MOST_SEGMENTS, _MOST_NUMBERS = 64, 20
"""Names with more are only renamed as a whole."""
_MOST_RULES = 250
"""What cannot be said in so many rules has no rule: it is told key by key."""


class _Pair(NamedTuple):
    """Two keys, and with how many segments at their end, alike in both, `{rest}` begins. -1: a plain pair."""

    old: str
    new: str
    tail: int


class _Made(NamedTuple):
    rule: Rule
    members: tuple[_Pair, ...]


Fits = Callable[[str, str], bool]
"""Whether a key of the file, of which nothing is meant, may get a name that the other side has."""


def rules(
    pairs: Iterable[Rule], keys: Collection[str], there: Collection[str], fits: Fits | None = None
) -> tuple[Rule, ...]:
    """Rules for `pairs` (old key, new key), to be tried in their order; of all `keys` of the file they rename these.

    Keys that are in no pair keep their names when the other side, whose keys are `there`, has these too, and get none
    that is taken; one that the other side has only if it `fits`. Others like them, such as layers that only the file
    has, are renamed along.
    """
    meant = {old: new for old, new in pairs if old != new}
    parts = [_pair(old, new) for old, new in meant.items()]
    while True:
        made = sorted(_made(parts), key=_narrowest_first)
        if len(made) > _MOST_RULES:
            return tuple((literal(old), literal(new)) for old, new in meant.items())
        blamed = _blamed([each.rule for each in made], meant, keys, there, fits)
        if not blamed:
            return tuple(each.rule for each in made)
        parts = [
            _narrower(pair) if place in blamed else pair for place, each in enumerate(made) for pair in each.members
        ]


def _pair(old: str, new: str) -> _Pair:
    """A pair with as much in its rest as there can be: `in_proj_weight` and `qkv.weight` end alike too."""
    joined = old[-7:] in _JOINED or old[-5:] in _JOINED, new[-7:] in _JOINED or new[-5:] in _JOINED
    if joined == (True, False):
        old = _OPENED.sub(_SEAM, old)
    elif joined == (False, True):
        new = _OPENED.sub(_SEAM, new)
    return _Pair(old, new, _alike(old, new))


def _alike(old: str, new: str) -> int:
    """How many segments two keys have in common at their end; all of the shorter one at most."""
    if max(len(old), len(new)) > 2000 or old.count(".") > _MOST_SEGMENTS or len(_NUMBER.findall(old)) > _MOST_NUMBERS:
        return -1
    count = 0
    for mine, theirs in zip(reversed(old.split(".")), reversed(new.split("."))):
        if mine != theirs:
            break
        count += 1
    return count


def _narrower(pair: _Pair) -> _Pair:
    return pair._replace(tail=pair.tail - 1) if pair.tail >= 0 else pair


# -- rules of pairs ----------------------------------------------------------------------------------


def _made(pairs: Iterable[_Pair]) -> Iterator[_Made]:
    """A rule for each group of pairs whose heads differ in nothing but numbers, and these in one way."""
    groups: dict[tuple[object, ...], list[_Pair]] = {}
    for pair in pairs:
        old, new = _head(pair.old, pair.tail), _head(pair.new, pair.tail)
        kind = (old, new, pair.old) if pair.tail < 0 else (_NUMBER.sub("#", old), _NUMBER.sub("#", new), pair.tail > 0)
        groups.setdefault(kind, []).append(pair)
    for group in groups.values():
        yield from _of_group(group)


def _head(key: str, tail: int) -> str:
    """The key without the last `tail` segments, with the dot before these."""
    parts = key.rsplit(".", tail) if tail > 0 else [key]
    return key if tail <= 0 else f"{parts[0]}." if len(parts) > tail else ""


def _of_group(group: list[_Pair]) -> Iterator[_Made]:
    """One rule, or one for each value of a number that no shift explains."""
    if group[0].tail < 0:
        yield from (_Made(_closed(literal(pair.old), literal(pair.new)), (pair,)) for pair in group)
        return
    olds = [_numbers(_head(pair.old, pair.tail)) for pair in group]
    news = [_numbers(_head(pair.new, pair.tail)) for pair in group]
    sources = _sources(olds, news)
    if sources is not None:
        yield _Made(_rule(group[0], sources), tuple(group))
        return
    varied = [place for place in range(len(olds[0])) if _vary(olds, place)]
    if not varied:  # one beginning here leads to several there: it depends on what follows
        yield from _made(map(_narrower, group))
        return
    place = min(varied, key=lambda place: len({each[place] for each in olds}))
    parted: dict[int, list[_Pair]] = {}
    for pair, numbers in zip(group, olds):
        parted.setdefault(numbers[place], []).append(pair)
    for part in parted.values():
        yield from _of_group(part)


def _numbers(head: str) -> tuple[int, ...]:
    return tuple(int(each) for each in _NUMBER.findall(head))


Source = tuple[int, int] | None
"""Where a number of the new key comes from: the place of one in the old key, and a shift; None when it never varies."""


def _sources(olds: Sequence[tuple[int, ...]], news: Sequence[tuple[int, ...]]) -> list[Source] | None:
    """For each number of the new keys its source; None when there is no such thing."""
    found: list[Source] = []
    free = [place for place in range(len(olds[0])) if _vary(olds, place)]
    if len(free) > len(_SLOTS):
        return None
    for place in range(len(news[0])):
        if not _vary(news, place):
            found.append(None)
            continue
        source = next(
            (each for each in free if len({new[place] - old[each] for old, new in zip(olds, news)}) == 1), None
        )
        if source is None:
            return None
        found.append((source, news[0][place] - olds[0][source]))
    used = {source[0] for source in found if source is not None}
    return found if used.issuperset(free) else None


def _vary(rows: Sequence[tuple[int, ...]], place: int) -> bool:
    return any(row[place] != rows[0][place] for row in rows)


def _rule(pair: _Pair, sources: list[Source]) -> Rule:
    names = {place: _SLOTS[order] for order, place in enumerate(sorted({each[0] for each in sources if each}))}
    news = {
        place: f"{names[each[0]]}{each[1]:+d}" if each[1] else names[each[0]]
        for place, each in enumerate(sources)
        if each
    }
    old, new = _head(pair.old, pair.tail), _head(pair.new, pair.tail)
    return _closed(_with_rest(_with_slots(old, names), pair.tail), _with_rest(_with_slots(new, news), pair.tail))


def _closed(old: str, new: str) -> Rule:
    """The rule with segments that were cut in two made whole: `in_proj_{part}` -> `qkv.{part}`."""
    if f"{_SEAM}{{rest}}" in old + new:
        old, new = (text.replace("{rest}", "{part}") for text in (old, new))
    return old.replace(_SEAM, "_"), new.replace(_SEAM, "_")


def _with_slots(head: str, names: dict[int, str]) -> str:
    made, at = [], 0
    for place, found in enumerate(_NUMBER.finditer(head)):
        made.append(literal(head[at : found.start()]))
        made.append(f"{{{names[place]}}}" if place in names else found.group())
        at = found.end()
    return "".join(made) + literal(head[at:])


def _with_rest(head: str, tail: int) -> str:
    return f"{head}{{rest}}" if tail > 0 else head


def _narrowest_first(made: _Made) -> tuple[int, int, int]:
    """The first rule that fits a key says its new name, so those that fit fewer keys come first."""
    old = template(made.rule[0])
    slots = [name for _, name, _ in old.parts if name]
    return "rest" in slots or "part" in slots, -made.rule[0].count("."), len(slots)


# -- trying them -------------------------------------------------------------------------------------


def _blamed(
    made: list[Rule], meant: dict[str, str], keys: Collection[str], there: Collection[str], fits: Fits | None
) -> set[int]:
    """The places of rules that do to a key what was not meant."""
    first = Matcher([old for old, _ in made]).first
    news = [template(new) for _, new in made]
    taken = set(meant.values()) | set(keys).difference(meant)
    blamed = set()
    for key in keys:
        found = first(key)
        if found is None:
            continue
        place, slots = found
        new = news[place].fill(slots)
        if key in meant:
            wrong = new != meant[key]
        else:
            known = new in there and not (fits is not None and fits(key, new))
            wrong = new != key and (key in there or known or new in taken)
        if wrong:
            blamed.add(place)
        taken.add(new)
    return blamed


# -- patterns ----------------------------------------------------------------------------------------


def patterns(chosen: Collection[str], keys: Collection[str], free: Collection[str] = ()) -> tuple[str, ...]:
    """Patterns that of `keys` match those `chosen`, and beside them at most some that are `free` to be matched."""
    groups: dict[str, list[str]] = {}
    for key in chosen:
        groups.setdefault(_NUMBER.sub("#", key), []).append(key)
    made: list[str] = []
    allowed = {*chosen, *free}
    kinds = {_DIGITS.sub("#", kind) for kind in groups}
    others: dict[str, list[str]] = {}
    for key in keys:
        if key not in allowed and (kind := _DIGITS.sub("#", key)) in kinds:
            others.setdefault(kind, []).append(key)
    for kind, group in groups.items():
        made += _patterns(group, others.get(_DIGITS.sub("#", kind), []))
    return tuple(made)


def _patterns(group: list[str], others: list[str]) -> Iterator[str]:
    """One pattern for keys that differ in numbers only; or, when it would match one of the others, several."""
    numbers = [_numbers(key)[: len(_SLOTS)] for key in group]
    varied = [place for place in range(len(numbers[0])) if _vary(numbers, place)]
    pattern = _with_slots(group[0], {place: _SLOTS[order] for order, place in enumerate(varied)})
    matched = template(pattern).match
    if all(matched(key) for key in group) and not any(matched(key) for key in others):
        yield pattern
        return
    if not varied:
        yield from map(literal, group)
        return
    place = min(varied, key=lambda place: len({each[place] for each in numbers}))
    for value in dict.fromkeys(each[place] for each in numbers):
        yield from _patterns([key for key, each in zip(group, numbers) if each[place] == value], others)
