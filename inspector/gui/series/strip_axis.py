"""The axis that everything below each other shares: a column for each checkpoint, and how far it is scrolled.

Columns are of one width, whatever lies between two checkpoints. A curve that has a point for each epoch is drawn
between the columns: `column_at` says where an epoch lies, in columns from the left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ..theme import px

_LEAST, _MOST = 88, 240
"""Pixels of a column, where everything is of the usual size."""
_LEFT, _LEFT_NARROW = 210, 150
_NARROW = 760


class StripAxis(QObject):
    """Where columns are, in pixels of a widget as wide as the page."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.places: tuple[float, ...] = ()
        """`Member.at` of each column."""
        self.offset = 0
        self._width = 0
        self.has_to_fit = False
        """Whether all columns are to be seen at once, however narrow they are."""

    @property
    def count(self) -> int:
        return len(self.places)

    @property
    def left(self) -> int:
        """Pixels before the first column: names of layers, axes."""
        return px(_LEFT_NARROW if self._width < px(_NARROW) else _LEFT)

    @property
    def room(self) -> int:
        """Pixels in which columns are seen."""
        return max(1, self._width - self.left)

    @property
    def column(self) -> float:
        """Pixels of a column."""
        shared = self.room / max(1, self.count)
        if self.has_to_fit:
            return min(shared, px(_MOST))
        return min(max(shared, px(_LEAST)), px(_MOST))

    @property
    def furthest(self) -> int:
        """The largest offset."""
        return max(0, round(self.column * self.count - self.room))

    @property
    def is_at_end(self) -> bool:
        return self.offset >= self.furthest

    @property
    def span(self) -> tuple[float, float]:
        """What is seen, in columns."""
        return self.offset / self.column, (self.offset + self.room) / self.column

    def show(self, places: Sequence[float]) -> None:
        """These are the columns now; where the end was seen, it is seen still."""
        was_at_end, had_some = self.is_at_end, bool(self.places)
        self.places = tuple(places)
        self.offset = self.furthest if was_at_end and had_some else min(self.offset, self.furthest)
        self.changed.emit()

    def resize(self, width: int) -> None:
        if width != self._width:
            was_at_end = self.is_at_end and self.offset > 0
            self._width = width
            self.offset = self.furthest if was_at_end else min(self.offset, self.furthest)
            self.changed.emit()

    def fit(self, wanted: bool) -> None:
        """Whether all columns are to be seen at once."""
        if wanted is not self.has_to_fit:
            self.has_to_fit = wanted
            self.offset = min(self.offset, self.furthest)
            self.changed.emit()

    def scroll(self, offset: int) -> None:
        offset = min(max(0, offset), self.furthest)
        if offset != self.offset:
            self.offset = offset
            self.changed.emit()

    def reveal(self, place: int) -> None:
        """Scrolls so far that this column is seen."""
        left = round(place * self.column)
        right = left + round(self.column)
        if left < self.offset:
            self.scroll(left)
        elif right > self.offset + self.room:
            self.scroll(right - self.room)

    def x(self, place: int) -> int:
        """The left edge of a column."""
        return self.left + round(place * self.column) - self.offset

    def edges(self, places: range) -> list[int]:
        """The left edge of each of these columns, and the right edge of the last."""
        left, column = self.left - self.offset, self.column
        return [left + round(place * column) for place in range(places.start, places.stop + 1)]

    def place_at(self, x: float) -> int:
        """The column at a pixel; -1 where there is none."""
        if x < self.left:
            return -1
        place = int((x - self.left + self.offset) // self.column)
        return place if place < self.count else -1

    def seen(self) -> range:
        """The columns of which something is seen."""
        if not self.count:
            return range(0)
        first, last = self.span
        return range(max(0, int(first)), min(self.count, int(last) + 1))

    def column_at(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """[n] places of the training's axis as columns, the middle of the first 0.5. Beyond the ends the last gap goes
        on; checkpoints at the same place have their columns one after the other."""
        at: NDArray[np.float64] = np.array(self.places, dtype=np.float64)
        if not at.size:
            return np.full(len(epochs), np.nan)
        middles = np.arange(len(at)) + 0.5
        at, last = np.maximum.accumulate(at), len(at) - 1
        if not last or at[-1] <= at[0]:
            one: NDArray[np.float64] = epochs - at[0] + 0.5
            return one
        found: NDArray[np.float64] = np.interp(epochs, at, middles)
        before, after = epochs < at[0], epochs > at[-1]
        found[before] = 0.5 + (epochs[before] - at[0]) / max(_gap(at), 1e-12)
        found[after] = middles[-1] + (epochs[after] - at[-1]) / max(_gap(at[::-1]), 1e-12)
        return found


def _gap(at: NDArray[np.float64]) -> float:
    """The first gap that is none of zero."""
    gaps = np.abs(np.diff(at))
    return float(next((gap for gap in gaps if gap > 0), 1.0))
