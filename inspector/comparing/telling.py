"""How causes are told: which words the two sides go by, how places are named, how much a cause explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .. import wording
from ..language import ntr, tr
from .causes import CERTAIN, Cause
from .diffing import SIZE, Comparison
from .places import Spot
from .sides import Side
from .steps import Step

SLOT = "\0"
"""What stands for a number in the form of a path."""
_NUMBER = re.compile(r"(?<![^.])[0-9]+(?![^.])")
_ANY_NUMBER = re.compile(r"[0-9]+(?![^.])")
"""At the end of a name as well: `denselayer12`."""
_LONG = 500
"""A path longer than this is not looked into."""


class Telling:
    """Makes causes of the mismatched dimensions of one comparison."""

    def __init__(self, comparison: Comparison) -> None:
        self.a = comparison.a
        self.b = comparison.b
        self.file, self.model = sides_in_words(comparison.a, comparison.b)
        self._places = {pair.key: place for place, pair in enumerate(comparison.pairs)}
        self._lines = comparison.counts[SIZE]
        self.sizes: dict[int, int] = {}
        """A width of the model -> that of the file, where it is only one; for arguments that list them all."""

    def cause(
        self,
        kind: str,
        what: str,
        spots: Iterable[Spot],
        *,
        step: Step | None = None,
        advice: str = "",
        confidence: str = CERTAIN,
        evidence: Iterable[str] = (),
        undecided: Iterable[str] = (),
    ) -> Cause:
        """The cause whose sentence begins with `what` and ends with how much it explains."""
        dims = sorted({(spot.key, spot.dim) for spot in spots}, key=lambda each: (self._places[each[0]], each[1]))
        keys = tuple(dict.fromkeys(key for key, _ in dims))
        sentence = ntr(
            "{what}: explains {count:,} of {n} mismatch.",
            "{what}: explains {count:,} of {n} mismatches.",
            self._lines,
            what=what,
            count=len(keys),
        )
        return Cause(
            kind, sentence, keys, tuple(dims), step, advice, confidence, tuple(evidence), tuple(undecided), True
        )

    def between(self, old: object, new: object) -> dict[str, object]:
        """The values of a text that tells of both sides: `{old} in {file} and {new} in {model}`."""
        return {"old": old, "file": self.file, "new": new, "model": self.model}


def sides_in_words(a: Side, b: Side) -> tuple[str, str]:
    """What the two sides are called in a sentence: `the file` and `the model`, or the names of two files."""
    if b.kind != "checkpoint":
        return tr("the file"), tr("the model")
    if a.name == b.name or not (a.name and b.name):
        return tr("the first file"), tr("the second file")
    first, second = wording.safe(a.name, 60), wording.safe(b.name, 60)
    return tr("{file_name}", file_name=first), tr("{file_name}", file_name=second)


def places(paths: Iterable[str], limit: int = 3) -> str:
    """Module paths as words, those that differ in numbers only as one: ``layers.{i}.fc1` (12 of them), `head``."""
    gathered = patterns(paths, limit)
    shown = [
        f"`{wording.safe(path, 80)}`" + (tr(" ({count:,} of them)", count=count) if count > 1 else "")
        for path, count in list(gathered.items())[:limit]
    ]
    return wording.names([*shown, *list(gathered)[limit:]], limit)


def agreeing(one: str, many: str, paths: Iterable[str], /, **values: object) -> str:
    """A text on one place or on many, with `{where}` for them: `` `fc` gives ...``, `` `fc`, `aux` give ...``."""
    known = list(dict.fromkeys(paths))
    return ntr(one, many, len(known), where=places(known), **values)


def patterns(paths: Iterable[str], enough: int = 3) -> dict[str, int]:
    """Paths with their numbers written as {i}, {j} ..., and how many each stands for.

    Numbers at the end of names are gathered as well where there would be more than `enough` otherwise.
    """
    known = list(dict.fromkeys(paths))
    found = _gathered(known, _NUMBER)
    return found if len(found) <= enough else _gathered(known, _ANY_NUMBER)


def form(path: str, number: re.Pattern[str] = _NUMBER) -> str:
    """The path with `SLOT` for its numbers; one that is very long, or has such a sign itself, is like no other."""
    if len(path) > _LONG or SLOT in path:
        return SLOT * 2 + path
    return number.sub(SLOT, path)


def _gathered(paths: list[str], number: re.Pattern[str]) -> dict[str, int]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(form(path, number), []).append(path)
    return {_with_slots(members, number): len(members) for members in found.values()}


def _with_slots(members: Sequence[str], number: re.Pattern[str]) -> str:
    if len(members) == 1:
        return members[0]
    columns = list(zip(*(number.findall(path) for path in members)))
    slots = iter("ijklmn")
    filling = iter([next(slots, "n").join("{}") if len(set(column)) > 1 else column[0] for column in columns])
    return number.sub(lambda _: next(filling), members[0])
