"""How far apart values are, as columns of text and as JSON; and the bar while they are compared."""

from __future__ import annotations

from typing import Any

from .. import wording
from ..analysis.distances import Distance
from ..checkpoint.json_values import json_value
from ..comparing.diffing import Comparison
from ..comparing.through import SeenThrough
from ..comparing.values import Values, comparing_values, with_values
from ..comparing.verdict_sentences import judging
from ..progress import finish
from .progress_bar import ProgressBar


def compared(comparison: Comparison) -> tuple[Comparison, Values, tuple[str, ...]]:
    """Compares all values under a bar: the comparison with them, the distances, and the sentences on the whole."""
    with ProgressBar(_nbytes(comparison)) as bar:
        values: Values = bar.driving(comparing_values(comparison))
    with_them = with_values(comparison, values.distances)
    sentences: tuple[str, ...] = finish(judging(with_them, values))
    return with_them, values, sentences


def remark(values: Values, place: int) -> str:
    """What the values of the pair at `place` come to; empty when they are equal."""
    if place in values.refusals:
        return f"! {wording.safe(values.refusals[place], 300)}"
    distance = values.distances.get(place)
    return _figures(distance) if distance is not None and not distance.is_same else ""


def records(through: SeenThrough, values: Values) -> list[dict[str, Any]]:
    """The values that differ, or could not be compared, as `comparing.records` describes them."""
    found = []
    for place, pair in enumerate(through.comparison.pairs):
        distance, refusal = values.distances.get(place), values.refusals.get(place)
        if refusal is not None:
            found.append({"key": pair.key.removeprefix(through.prefix), "error": refusal})
        elif distance is not None and not distance.is_same:
            found.append({"key": pair.key.removeprefix(through.prefix), **_record(distance)})
    return found


def _record(distance: Distance) -> dict[str, Any]:
    return {
        "max_abs": json_value(distance.max_abs),
        "rel_l2": json_value(distance.rel_l2),
        "cosine": json_value(distance.cosine),
        "share_equal": json_value(distance.share_equal),
    }


def _figures(distance: Distance) -> str:
    figures = [
        f"max |a−b| {distance.max_abs:.3g}",
        f"relative {distance.rel_l2:.3g}",
        f"cosine {distance.cosine:.6g}",
    ]
    if distance.equal:
        figures.append(f"{wording.share(distance.equal, distance.numel)} equal")
    if distance.nan_in_one:
        figures.append(f"{wording.count(distance.nan_in_one)} NaN in one of them only")
    return "  ".join(figures)


def _nbytes(comparison: Comparison) -> int:
    sides = ((pair.a, pair.b) for pair in comparison.pairs if pair.a is not None and pair.b is not None)
    return sum(a.tensor.nbytes + b.tensor.nbytes for a, b in sides if a.tensor and b.tensor and a.shape == b.shape)

