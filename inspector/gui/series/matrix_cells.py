"""What the cells of layers by epochs say: the ends of their scale, and the colours and signs of those that are seen.

Why this way: a training may have 500 checkpoints, and 40,000 rows that are open. So each column is looked through once
for its ends, when it is measured or other rows are shown; colours and signs are worked out for the part on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...series.members import Member
from ..widgets.colour_scale import Scale
from .choice import Choice
from .layer_rows import Column, LayerRows
from .measures import Colouring, Ends, coloured, ends_of, joined, named
from .open_series import OpenSeries

AWAITED, LOST, UNFIT, KEPT, NOTHING = 1, 2, 3, 4, 5
"""Signs in cells: not measured yet; cannot be said, for something is broken; has NaN or lost parts beside its value;
bit for bit as before; nothing to be said, as of updates in the first frame."""


class Window(NamedTuple):
    """The cells that are seen."""

    pixels: NDArray[np.uint8]
    """[rows, places, 3]: their colours."""
    signs: NDArray[np.uint8]
    """[rows, places]: 0 for cells that need none."""


class _Known(NamedTuple):
    """A column that was looked through."""

    column: Column
    leading: Ends
    """Of the shown rows in which something is learned."""
    every: Ends


class MatrixCells:
    """The cells of the rows that are shown, by the chosen measure."""

    def __init__(self, page: OpenSeries, choice: Choice) -> None:
        self._page, self._choice = page, choice
        self._known: dict[str, _Known] = {}
        """By the paths of the checkpoints."""
        self._rows: LayerRows | None = None
        self._shown = self._leading = np.zeros(0, np.intp)
        self._unfit = np.zeros(0, np.int64)
        """[rows of the tree] in how many columns each is unfit."""
        self._is_any_lost = False
        self._window: tuple[object, Window] | None = None
        self.colouring: Colouring | None = None
        """The scale in force; without shares."""

    def renew(self) -> None:
        """Other rows are shown, or another measure."""
        rows = self._page.rows
        self._rows = rows
        self._known = {}
        shown = np.array(self._choice.shown if rows is not None else [], np.intp)
        self._shown = shown[shown < len(rows or ())]  # those of another tree are renewed in a moment
        self._unfit = np.zeros(len(rows or ()), np.int64)
        learned = np.array(rows.learned if rows is not None else [], np.bool_)
        self._leading = self._shown[learned[self._shown]]
        self.take()

    def take(self) -> None:
        """Further columns are there, or others than before."""
        if self._rows is not self._page.rows:
            self.renew()
            return
        page = self._page
        known = {member.path: self._looked_through(member) for member in page.drawn}
        for path in self._known.keys() - known.keys():
            self._unfit -= self._known[path].column.unfit
        self._known = {path: each for path, each in known.items() if each is not None}
        self._is_any_lost = any(page.frames[path].problem or path not in self._known for path in page.frames)
        leading = joined(each.leading for each in self._known.values())
        ends = leading if leading.are_known else joined(each.every for each in self._known.values())
        self.colouring = coloured(np.zeros(0), named(self._choice.measure), ends)
        self._ends = ends
        self.forget()

    def forget(self) -> None:
        """The colours of the theme are others."""
        self._window = None

    _ends = ends_of(np.zeros(0))

    def _looked_through(self, member: Member) -> _Known | None:
        column, known = self._page.columns.get(member.path), self._known.get(member.path)
        if column is not None and len(column.kept) != len(self._unfit):
            column = None
        if known is not None and known.column is column:
            return known
        if known is not None:
            self._unfit -= known.column.unfit
        if column is None:
            return None
        self._unfit += column.unfit
        values = column.values[self._choice.measure]
        return _Known(column, ends_of(values[self._leading]), ends_of(values[self._shown]))

    def is_bad(self, row: int) -> bool:
        """Whether somewhere in this row of the tree something is not finite, or lost."""
        return self._is_any_lost or (row < len(self._unfit) and bool(self._unfit[row]))

    def window(self, first: int, last: int, places: range) -> Window:
        """The cells of the shown rows from `first` to before `last`, at these places."""
        key = (first, last, places)
        if self._window is None or self._window[0] != key:
            self._window = key, self._made(self._shown[first:last], places)
        return self._window[1]

    def _made(self, rows: NDArray[np.intp], places: range) -> Window:
        page, measure = self._page, self._choice.measure
        values = np.full((len(rows), len(places)), np.nan)
        signs = np.full(values.shape, AWAITED, dtype=np.uint8)
        for at, place in enumerate(places):
            path = page.drawn[place].path if place < len(page.drawn) else ""
            known, frame = self._known.get(path), page.frames.get(path)
            if known is not None:
                column = known.column
                values[:, at] = column.values[measure][rows]
                signs[:, at] = _signs(values[:, at], column.kept[rows], column.unfit[rows])
            if frame is not None and (frame.problem or known is None):
                signs[:, at] = LOST
        found = coloured(values, named(measure), self._ends)
        scale = Scale(-1.0, 1.0, diverging=True) if found.diverging else Scale(0.0, 1.0, diverging=False)
        pixels = scale.pixels(np.where(np.isinf(found.shares), 1.0, found.shares))
        return Window(np.ascontiguousarray(pixels), signs)


def _signs(values: NDArray[np.float64], kept: NDArray[np.bool_], unfit: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """[rows] values of one column as signs."""
    nothing = np.isnan(values)
    found = np.where(kept, KEPT, np.where(nothing, NOTHING, 0))
    return np.where(unfit, np.where(nothing, LOST, UNFIT), found).astype(np.uint8)


def single(signs: NDArray[np.uint8]) -> Iterator[tuple[int, int, int, int]]:
    """(row, first column, column behind it, sign) of each cell that has a sign."""
    for row, column in np.argwhere(signs).tolist():
        yield row, column, column + 1, int(signs[row, column])


def runs_of(signs: NDArray[np.uint8]) -> Iterator[tuple[int, int, int, int]]:
    """As `single`, of neighbours in a row with the same sign together."""
    edge = np.zeros((len(signs), 1), bool)
    before = np.hstack([~edge, signs[:, 1:] != signs[:, :-1]])
    behind = np.hstack([before[:, 1:], ~edge])
    starts, ends = np.argwhere(before & (signs > 0)), np.argwhere(behind & (signs > 0))
    for (row, first), (_, last) in zip(starts.tolist(), ends.tolist()):
        yield row, first, last + 1, int(signs[row, first])
