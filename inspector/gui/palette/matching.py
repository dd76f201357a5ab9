"""How well a few typed letters stand for a text: the words whole, or the letters in their order.

    match("mea al", "Measure All")      (score, (0, 1, 2, 8, 9))
    match("l3cw", "layer3.0.conv1.weight")

What is typed matches where each of its words is found somewhere in the text, or where all its letters come one after
the other. A word that stands there whole counts more than scattered letters; the start of a word more than its middle;
the end of a key (`conv1.weight`) more than its beginning; a short text more than a long one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

_BREAKS = frozenset(" ._-/:[](){}#@>,")
_WHOLE, _START, _FIRST, _LAST, _NEXT = 60.0, 24.0, 6.0, 14.0, 6.0
"""Worth of: a word that stands there whole, begins where a word does, or the text; is its end; two letters together."""
_SHORT, _WITHIN = 3, 48.0
"""So few letters are hardly a part in the middle of a word (`fo` in `Info`): they count for less there by so much."""
_INITIAL = 20.0
"""Worth of a scattered letter that begins a word: `fo` is File Order."""
_SPREAD = 0.6
"""What each letter that lies between costs, where they are scattered."""


class Match(NamedTuple):
    """How well it fits - the more the better -, and which letters of the text it was."""

    score: float
    places: tuple[int, ...]


def match(typed: str, text: str, *, words_only: bool = False) -> Match | None:
    """How `typed` is found in `text`; None when it is not. `words_only`: scattered letters do not count."""
    words = typed.casefold().split()
    lowered = _lowered(text)
    if not words:
        return Match(0.0, ())
    found = _whole_words(words, lowered, text)
    return found if found is not None or words_only else _scattered("".join(words), lowered, text)


def is_scattered_in(letters: str, lowered: str) -> bool:
    """Whether `letters` come in this order in a text of small letters. Half a microsecond for a key."""
    at = 0
    for letter in letters:
        at = lowered.find(letter, at) + 1
        if not at:
            return False
    return True


def _lowered(text: str) -> str:
    """Small letters, one for each letter of `text`, so that places stay what they are."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _whole_words(words: list[str], lowered: str, text: str) -> Match | None:
    score, places = 0.0, set()
    for word in words:
        found = _best_place(word, lowered, text)
        if found is None:
            return None
        at, worth = found
        score += worth + len(word)
        places.update(range(at, at + len(word)))
    return Match(score - 0.05 * len(text), tuple(sorted(places)))


def _best_place(word: str, lowered: str, text: str) -> tuple[int, float] | None:
    """Where the word stands best: at the start of a word, else at its last place."""
    at, best = lowered.find(word), None
    while at >= 0:
        worth = _WHOLE + (_START if starts_word(text, at) else 0.0) + (_FIRST if not at else 0.0)
        worth += _LAST if at + len(word) == len(text) else 0.0
        worth -= _WITHIN if len(word) < _SHORT and not starts_word(text, at) else 0.0
        if best is None or worth >= best[1]:
            best = (at, worth)
        at = lowered.find(word, at + 1)
    return best


def _scattered(letters: str, lowered: str, text: str) -> Match | None:
    """The letters in their order, each at the start of a word where one is still to come."""
    places: list[int] = []
    at = 0
    for number, letter in enumerate(letters):
        found = lowered.find(letter, at)
        if found < 0:
            return None
        if found != at or not places:
            found = _start_from(letter, letters[number + 1 :], lowered, text, found)
        places.append(found)
        at = found + 1
    starts = sum(starts_word(text, place) for place in places)
    together = sum(after - before == 1 for before, after in pairwise(places))
    between = places[-1] - places[0] + 1 - len(places)
    return Match(
        starts * _INITIAL + together * _NEXT - between * _SPREAD - 0.05 * len(text), tuple(places)
    )  # fmt: skip


def _start_from(letter: str, rest: str, lowered: str, text: str, found: int) -> int:
    """The next place of `letter` that begins a word and after which the rest still comes; else where it was found."""
    at = found
    while at >= 0:
        if starts_word(text, at) and is_scattered_in(rest, lowered[at + 1 :]):
            return at
        at = lowered.find(letter, at + 1)
    return found


def starts_word(text: str, at: int) -> bool:
    """Whether a word begins there: after a break, at a capital after a small letter, at a figure after a letter."""
    if at == 0 or text[at - 1] in _BREAKS:
        return True
    before, here = text[at - 1], text[at]
    return (here.isupper() and before.islower()) or (here.isdigit() and not before.isdigit())
