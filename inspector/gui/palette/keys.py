"""The keys of the open files, looked through within a keystroke however many there are.

Why this way: 100,000 keys are looked through for a word by one list comprehension (some 5 ms, on the small letters that
each outline keeps anyway), and only when hardly any has it for scattered letters. The generator rests after each
slice, so that the next keystroke puts the search aside.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

from ...checkpoint.outline import Outline
from .matching import is_scattered_in, match

SLICE = 20_000
"""Rows that are looked at between two rests."""
_SLICE_OF_SCATTERED = 8_000
_RANKED = 1_000
"""So many hits are ranked; what else was found stands after them in the order of the file."""
_A_BREATH = 250
_ENOUGH = 60
"""With so many hits of whole words nobody looks for scattered letters."""

Rows = Sequence[int]


class KeyHit(NamedTuple):
    """A row of the outline of one of the open files."""

    score: float
    source: int
    """The number of the file among those that are looked through."""
    row: int


class KeysFound(NamedTuple):
    """What a search left: the ranked ones first, then for each file the rows that nobody ranked."""

    ranked: Sequence[KeyHit] = ()
    rest: Sequence[tuple[int, Rows]] = ()

    @property
    def total(self) -> int:
        return len(self.ranked) + sum(len(rows) for _, rows in self.rest)

    def at(self, place: int) -> tuple[int, int]:
        """The file and the row of the hit at `place`."""
        if place < len(self.ranked):
            return self.ranked[place].source, self.ranked[place].row
        place -= len(self.ranked)
        for source, rows in self.rest:
            if place < len(rows):
                return source, rows[place]
            place -= len(rows)
        raise IndexError(place)


def look_through(outlines: Sequence[Outline], typed: str) -> Generator[None, None, KeysFound]:
    """The keys that `typed` stands for, the best first; without anything typed all of them. Rests now and then."""
    words = typed.casefold().split()
    if not words:
        return KeysFound(rest=[(source, range(len(outline))) for source, outline in enumerate(outlines)])
    found: list[list[int]] = []
    for outline in outlines:
        found.append([])
        for start in range(0, len(outline), SLICE):
            found[-1] += _with_words(words, outline.lowered_keys, start)
            yield
    if sum(map(len, found)) < _ENOUGH:
        yield from _add_scattered(outlines, "".join(words), found)
    return (yield from _ranked(outlines, typed, found))


def _with_words(words: Sequence[str], lowered: Sequence[str], start: int) -> list[int]:
    first = words[0]
    rows = [row for row, key in enumerate(lowered[start : start + SLICE], start) if first in key]
    for word in words[1:]:
        rows = [row for row in rows if word in lowered[row]]
    return rows


def _add_scattered(outlines: Sequence[Outline], letters: str, found: list[list[int]]) -> Generator[None, None, None]:
    for source, outline in enumerate(outlines):
        lowered, known = outline.lowered_keys, set(found[source])
        for start in range(0, len(lowered), _SLICE_OF_SCATTERED):
            part = lowered[start : start + _SLICE_OF_SCATTERED]
            rows = (row for row, key in enumerate(part, start) if is_scattered_in(letters, key))
            found[source] += [row for row in rows if row not in known]
            yield


def _ranked(outlines: Sequence[Outline], typed: str, found: Sequence[list[int]]) -> Generator[None, None, KeysFound]:
    hits: list[KeyHit] = []
    rest = []
    for source, rows in enumerate(found):
        chosen, others = _likely(outlines[source], typed, rows)
        rest.append((source, others))
        keys = outlines[source].keys
        for number, row in enumerate(chosen):
            if number % _A_BREATH == _A_BREATH - 1:
                yield
            fit = match(typed, keys[row])
            hits.append(KeyHit(fit.score if fit is not None else -1e3, source, row))
    hits.sort(key=lambda hit: (-hit.score, hit.source, hit.row))
    return KeysFound(hits, rest)


def _likely(outline: Outline, typed: str, rows: list[int]) -> tuple[Rows, Rows]:
    """Those that are worth ranking - of very many first those that end in what was typed -, and the others."""
    if len(rows) <= _RANKED:
        return rows, ()
    end, lowered = typed.casefold().strip(), outline.lowered_keys
    ends = [row for row in rows if lowered[row].endswith(end)][:_RANKED]
    taken = set(ends)
    chosen = ends + [row for row in rows[: 2 * _RANKED] if row not in taken][: _RANKED - len(ends)]
    taken.update(chosen)
    return chosen, [row for row in rows if row not in taken]
