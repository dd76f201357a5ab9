"""Where along one axis the cells of a picture lie, and where its ruler has numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

_APART = 60
"""Pixels between two numbers of a ruler, about."""


@dataclass(frozen=True, slots=True)
class CellAxis:
    """`cells` from `origin` on over `length` pixels, in tiles of `tile` cells with gaps between them."""

    GAP: ClassVar[int] = 4
    """Pixels between two tiles, when the picture just fits."""

    cells: int
    tile: int
    origin: float
    length: float

    @property
    def gap(self) -> float:
        """Pixels between two tiles: no more than half a tile."""
        return min(self.GAP, self.length / (2 * self._tiles)) if self._tiles > 1 else 0.0

    @property
    def cell(self) -> float:
        """Pixels of one cell."""
        return (self.length - self.gap * (self._tiles - 1)) / max(1, self.cells)

    def start(self, cell: int) -> float:
        """Where a cell begins."""
        return self.origin + cell * self.cell + cell // max(1, self.tile) * self.gap

    def cell_at(self, place: float) -> int | None:
        """The cell at a place; None outside of the picture and in the gaps."""
        period = self.tile * self.cell + self.gap
        tile, inside = divmod(place - self.origin, period)
        cell = int(tile) * self.tile + int(inside / self.cell)
        is_there = 0 <= place - self.origin <= self.length and inside < self.tile * self.cell and cell < self.cells
        return cell if is_there else None

    def tiles(self) -> Iterator[tuple[int, int]]:
        """First cell and number of cells of each tile."""
        return ((first, min(self.tile, self.cells - first)) for first in range(0, self.cells, max(1, self.tile)))

    def ticks(self, step: int, first: float, last: float) -> list[tuple[float, int]]:
        """Where between `first` and `last` a ruler has numbers, and which, when a cell stands for `step` values."""
        if not self.cells:
            return []
        per_value = self.length / (self.cells * step)
        numbers = range(0, self.cells * step, _round_up(_APART / per_value))
        places = ((self.origin + (number // step + 0.5) * self.cell, number) for number in numbers)
        return [(place, number) for place, number in places if first - 1 <= place <= last + 1]

    @property
    def _tiles(self) -> int:
        return -(-self.cells // max(1, self.tile))


def _round_up(number: float) -> int:
    """The least of 1, 2, 5, 10, 20, 50 ... that is not below `number`."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            if factor * scale >= number:
                return factor * scale
        scale *= 10
