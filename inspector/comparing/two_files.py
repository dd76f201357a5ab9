"""Two files held against each other, with all there is to tell of them: as a JSON record, and as a report.

Why this way: the window and the terminal come to the same five things by different ways, one beside a window that is
looked at, one under a progress bar. What they write of them is the same, word for word.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import wording
from ..analysis.distances import Distance
from ..checkpoint.entries import Checkpoint
from ..checkpoint.json_values import json_value
from ..language import sentences, tr
from .causes import Explanation
from .diffing import Comparison
from .records import diff_record, plain
from .reporting import Story
from .through import SeenThrough
from .values import Values


class TwoFiles(NamedTuple):
    """What there is to tell of two files."""

    checkpoints: tuple[Checkpoint, Checkpoint]
    explanation: Explanation
    through: SeenThrough
    """With the kinds that the values give, where these were compared."""
    values: Values | None
    """None where they were not."""
    sentences: tuple[str, ...]
    """On the whole, the one that says most first."""

    @property
    def comparison(self) -> Comparison:
        return self.through.comparison

    def remark(self, place: int) -> str:
        """What the values of the pair at a place come to; empty when they are equal, or were not compared."""
        if self.values is None:
            return ""
        if place in self.values.refusals:
            return f"! {wording.safe(self.values.refusals[place], 300)}"
        distance = self.values.distances.get(place)
        return _figures(distance) if distance is not None and not distance.is_same else ""

    def record(self) -> dict[str, Any]:
        """The JSON object that `records` describes."""
        a, b = self.checkpoints
        values = {"values": _records(self.through, self.values)} if self.values is not None else {}
        names = diff_record(self.through, self.explanation.causes)
        return {"a": plain(a.path), "b": plain(b.path), **names, **values, "verdict": sentences(*self.sentences)}

    def story(self) -> Story:
        """What a report tells."""
        a, b = self.checkpoints
        sides = self.comparison.a, self.comparison.b
        remarks = ((pair.key, self.remark(place)) for place, pair in enumerate(self.comparison.pairs))
        return Story(
            wording.safe(a.path),
            wording.safe(b.path),
            sentences(*self.sentences),
            self.comparison,
            self.explanation.causes,
            self.explanation.before.complaints,
            facts=tuple(
                (tr("section of {letter}", letter=letter), side.section)
                for letter, side in zip("ab", sides)
                if side.section
            ),
            remarks={key: remark for key, remark in remarks if remark},
            record=self.record(),
        )


def _records(through: SeenThrough, values: Values) -> list[dict[str, Any]]:
    """The values that differ, or could not be compared."""
    found = []
    for place, pair in enumerate(through.comparison.pairs):
        distance, refusal = values.distances.get(place), values.refusals.get(place)
        if refusal is not None:
            found.append({"key": pair.key.removeprefix(through.prefix), "error": refusal})
        elif distance is not None and not distance.is_same:
            found.append({"key": pair.key.removeprefix(through.prefix), **_record(distance)})
    return found


def _record(distance: Distance) -> dict[str, Any]:
    return {name: json_value(getattr(distance, name)) for name in ("max_abs", "rel_l2", "cosine", "share_equal")}


def _figures(distance: Distance) -> str:
    figures = [
        tr("max |a−b| {value:.3g}", value=distance.max_abs),
        tr("relative {value:.3g}", value=distance.rel_l2),
        tr("cosine {value:.6g}", value=distance.cosine),
    ]
    if distance.equal:
        figures.append(tr("{share} equal", share=wording.share(distance.equal, distance.numel)))
    if distance.nan_in_one:
        figures.append(tr("{count} NaN in one of them only", count=wording.count(distance.nan_in_one)))
    return "  ".join(figures)
