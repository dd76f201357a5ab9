"""Figures of tensors: made of what was measured, kept in little room, and merged into those of layers and of all.

Sums of squares are merged as roots (`hypot`), means and deviations after Chan (see `analysis.statistics`).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..analysis.distances import Distance
from ..analysis.statistics import Statistics, merge_all
from .figures import LEARNED, WHOLE, Figures, layer_of

_PLACE = {name: place for place, name in enumerate(Figures._fields)}


class Table(Mapping[str, Figures]):
    """Figures by key, in the room of their numbers: a file may have 100,000 tensors, and a training 100 files."""

    def __init__(self, rows: Iterable[tuple[str, Figures]], like: Mapping[str, Figures] | None = None) -> None:
        """Where `like` is a table of the same keys in the same order, both hold these once."""
        self._places: dict[str, int] = {}
        self._numbers = array("d")
        for key, figures in rows:
            self._places[key] = len(self._places)
            self._numbers.extend(figures)
        if isinstance(like, Table) and like._places == self._places:
            self._places = like._places

    def __getitem__(self, key: str) -> Figures:
        width = len(_PLACE)
        start = self._places[key] * width
        numbers = self._numbers[start : start + width]
        return Figures(*map(int, numbers[:4]), *numbers[4:-2], *map(int, numbers[-2:]))  # counts first, and last

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def numbers(self) -> array[float]:
        """The fields of `Figures` of each key, one after the other."""
        return self._numbers

    def is_like(self, other: Mapping[str, Figures]) -> bool:
        """Whether the other is a table of the same keys in the same order."""
        return isinstance(other, Table) and (self._places is other._places or self._places == other._places)

    def column(self, name: str) -> Sequence[float]:
        """One field of all keys, in order."""
        return self._numbers[_PLACE[name] :: len(_PLACE)]


def of_statistics(found: Statistics) -> Figures:
    """What one frame alone says of a tensor."""
    there = found.finite > 0
    return Figures(
        numel=found.count,
        zeros=found.zeros,
        nans=found.nans,
        infinities=found.infinities,
        mean=found.mean if there else math.nan,
        deviation=found.deviation,
        minimum=float(found.minimum),
        maximum=float(found.maximum),
        norm=found.l2 if there else math.nan,
    )


def unmoved(before: Figures) -> Figures:
    """The figures of a tensor that is bit for bit what it was in the frame before."""
    return before._replace(
        update=0.0,
        norm_before=before.norm,
        along=0.0 if before.update == before.update else math.nan,
        update_before=before.update,
        kept=before.numel,
        refused=0,
    )


def moved(
    alone: Figures, before: Distance | None, earlier: Distance | None, first: Distance | None, update_before: float
) -> Figures:
    """The figures of a tensor with its distances from the frame before, from that before it, and from the first.

    With Δ = w2 - w1 and Δ' = w1 - w0 it is w2 - w0 = Δ + Δ', so that Δ Δ' = (|w2 - w0|^2 - |Δ|^2 - |Δ'|^2) / 2: no
    third tensor has to be read beside two others.
    """
    if before is not None:
        alone = alone._replace(update=before.l2, norm_before=before.norm_a, update_before=update_before)
        alone = alone._replace(kept=before.numel if before.bit_equal else 0)
    if earlier is not None and before is not None and _all_finite(before, earlier):
        alone = alone._replace(along=_product(earlier.l2, before.l2, update_before))
    if first is not None:
        alone = alone._replace(away=first.l2, norm_first=first.norm_a)
    return alone


def _all_finite(*distances: Distance) -> bool:
    return not any(each.nan_a or each.nan_b or each.infinite_a or each.infinite_b for each in distances)


def _product(both: float, one: float, other: float) -> float:
    return (both * both - one * one - other * other) / 2


def merged(parts: Sequence[Figures]) -> Figures:
    """The figures of the numbers of all parts together. Those that a part cannot say are of the other parts."""
    if len(parts) == 1:
        return parts[0]
    together = merge_all(map(_as_statistics, parts))
    return of_statistics(together)._replace(
        update=_root_of(parts, "update"),
        norm_before=_root_of(parts, "norm_before"),
        along=_product_of(parts),
        update_before=_root_of(parts, "update_before"),
        away=_root_of(parts, "away"),
        norm_first=_root_of(parts, "norm_first"),
        kept=sum(part.kept for part in parts),
        refused=sum(part.refused for part in parts),
    )


def _as_statistics(part: Figures) -> Statistics:
    return Statistics(
        count=part.numel,
        zeros=part.zeros,
        nans=part.nans,
        positive_infinities=part.infinities,
        minimum=part.minimum,
        maximum=part.maximum,
        mean=part.mean,
        deviation=part.deviation,
        l2=0.0 if math.isnan(part.norm) else part.norm,
    )


def _root_of(parts: Sequence[Figures], name: str) -> float:
    known = [value for part in parts if not math.isnan(value := part[_PLACE[name]])]
    return math.hypot(*known) if known else math.nan


def _product_of(parts: Sequence[Figures]) -> float:
    """The sum of products of updates; nan where one of a part that has both updates is not known."""
    moving = [part for part in parts if not (math.isnan(part.update) or math.isnan(part.update_before))]
    return sum(part.along for part in moving) if moving else math.nan


# -- layers ------------------------------------------------------------------------------------------------------------


def by_layer(tensors: Mapping[str, Figures], kinds: Mapping[str, str], once: frozenset[str]) -> dict[str, Figures]:
    """The figures of each layer: of what is learned there, or else of all of it. `once` are the keys that count: all
    but those that are tied to another."""
    parts: dict[str, dict[str, list[Figures]]] = {}
    for key in tensors:
        if key in once:
            parts.setdefault(layer_of(key), {}).setdefault(kinds.get(key, LEARNED), []).append(tensors[key])
    return {layer: merged(_meant(found)) for layer, found in parts.items()}


def of_all(tensors: Mapping[str, Figures], kinds: Mapping[str, str], once: frozenset[str]) -> Figures:
    """The figures of all that is learned, or else of all there is."""
    parts: dict[str, list[Figures]] = {}
    for key in tensors:
        if key in once:
            parts.setdefault(kinds.get(key, LEARNED), []).append(tensors[key])
    return merged(_meant(parts)) if parts else Figures()


def _meant(parts: Mapping[str, list[Figures]]) -> list[Figures]:
    if LEARNED in parts:
        return parts[LEARNED]
    return next((found for kind, found in parts.items() if kind != WHOLE), None) or next(iter(parts.values()))
