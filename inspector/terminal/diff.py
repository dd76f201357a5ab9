"""`inspector diff A B`: what differs between two checkpoints, and why.

Exit codes: 0 nothing differs (of values only what `--values` looked at), 1 something does, 2 they could not be
compared. `comparing.records` describes the JSON object.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

from .. import wording
from ..checkpoint.entries import Checkpoint
from ..checkpoint.reading import open_checkpoint
from ..comparing.causes import Explanation
from ..comparing.choosing import choose
from ..comparing.diffing import KINDS, MISSING, SAME, UNEXPECTED, VALUES, Comparison, Pair, compare
from ..comparing.optimizers import side_of_section
from ..comparing.sides import Side, of_checkpoint
from ..comparing.through import seen_through
from ..comparing.two_files import TwoFiles
from ..progress import finish
from . import pairs, reports, screen

NOTHING, SOMETHING = 0, 1


class Wish(NamedTuple):
    """What is asked about two files."""

    sections: tuple[str | None, str | None] = (None, None)
    """The path in each file under which to compare; None to have it chosen."""
    values: bool = False
    raw: bool = False
    """Whether names are compared as they are, and nothing is seen through or explained."""
    as_json: bool = False
    everything: bool = False
    """Whether pairs that are the same are printed too."""
    report: str = ""
    """A file (.html, .md or .json) to write the comparison to; empty for none."""


def diff(path_a: str, path_b: str, wish: Wish) -> int:
    """Compares two files and prints what differs. Raises InspectorError when they cannot be compared."""
    told = _told(path_a, path_b, wish)
    if wish.report:
        reports.write(told.story(), wish.report)
    if wish.as_json:
        screen.write([json.dumps(told.record(), allow_nan=False), "\n"])
    else:
        screen.write(_text(told, wish))
    return NOTHING if told.comparison.counts[SAME] == len(told.comparison.pairs) and not _refused(told) else SOMETHING


def _told(path_a: str, path_b: str, wish: Wish) -> TwoFiles:
    a, b = open_checkpoint(path_a), open_checkpoint(path_b)
    explanation = _explained(*_sides(a, b, wish), raw=wish.raw)
    through = seen_through(explanation)
    if not wish.values:
        from ..comparing.verdict_sentences import at_first

        return TwoFiles((a, b), explanation, through, None, (at_first(through.comparison),))
    from .distances import compared

    comparison, values, sentences = compared(through.comparison)
    return TwoFiles((a, b), explanation, through.over(comparison), values, sentences)


def _sides(a: Checkpoint, b: Checkpoint, wish: Wish) -> tuple[Side, Side]:
    mine, its = wish.sections
    if mine is None or its is None:
        best = choose(a, b)
        mine, its = mine if mine is not None else best[0], its if its is not None else best[1]
    if wish.raw:
        return of_checkpoint(a, mine), of_checkpoint(b, its)
    return side_of_section(a, mine)[0], side_of_section(b, its)[0]


def _explained(a: Side, b: Side, *, raw: bool) -> Explanation:
    if raw:
        comparison = compare(a, b)
        return Explanation(comparison, (), comparison)
    from ..comparing.explaining import explaining
    from ..comparing.item_values import fingerprint

    return finish(explaining(a, b, values=fingerprint))


def _refused(told: TwoFiles) -> bool:
    """Whether some values could not be compared: then nobody knows that the two are the same."""
    return bool(told.values and told.values.refusals)


# -- as text -----------------------------------------------------------------------------------------

_WORDS = {MISSING: "only in b", UNEXPECTED: "only in a", VALUES: "values differ", SAME: "same"}


def _text(told: TwoFiles, wish: Wish) -> Iterator[str]:
    ink = screen.Ink.of(sys.stdout)
    comparison = told.comparison
    for letter, checkpoint, side in zip("ab", told.checkpoints, (comparison.a, comparison.b)):
        section = f"  {ink.quiet(f'[{wording.safe(side.section)}]')}" if side.section else ""
        yield f"{ink.quiet(letter)}  {ink.strong(wording.safe(checkpoint.path, 300))}{section}\n"
    yield "\n" + "".join(f"{sentence}\n" for sentence in told.sentences)
    yield f"{pairs.counts(comparison, _WORDS)}\n"
    if told.explanation.causes:
        yield "\n"
        yield from pairs.causes(told.explanation.causes, told.explanation.before.complaints, ink, steps=False)
    listed = _listed(comparison, everything=wish.everything)
    if listed:
        yield "\n"
        remarks = [told.remark(place) for place, _ in listed]
        yield from pairs.pairs([pair for _, pair in listed], ink, remarks, told.through.prefix)


def _listed(comparison: Comparison, *, everything: bool) -> list[tuple[int, Pair]]:
    """The pairs that are listed with their places: kind by kind, those that matter most first."""
    rank = {kind: number for number, kind in enumerate(KINDS)}
    listed = [each for each in enumerate(comparison.pairs) if everything or each[1].kind != SAME]
    return sorted(listed, key=lambda each: rank[each[1].kind])
