"""The chosen layer over the checkpoints, by the chosen measure, beside that of all weights."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from ...language import tr
from .choice import Choice
from .frame_words import row_name
from .measures import SHARE, named
from .open_series import OpenSeries
from .strip_axis import StripAxis
from .strip_plot import Floats, Line, StripPlot, aside_label

_MOST_SYMBOLS = 200
"""Points of a line up to which each has a symbol."""


class LayerPlot(StripPlot):
    """One line for the layer; a thin one for all weights."""

    def __init__(self, page: OpenSeries, choice: Choice, axis: StripAxis) -> None:
        super().__init__(choice, axis)
        self._page = page
        self._shown: tuple[object, ...] = ()
        self.title = aside_label()
        self.put_aside(self.title)
        self.setAccessibleName(tr("The chosen layer over the checkpoints"))
        page.measured.connect(self.renew)
        page.found.connect(self.renew)
        choice.changed.connect(self._renew_if_other)

    def renew(self) -> None:
        page, choice = self._page, self._choice
        self._shown = (choice.row, choice.measure)
        if page.training is None or page.rows is None:
            self.show_lines([])
            return
        measure = named(choice.measure)
        factor = 100.0 if measure.scale == SHARE else 1.0
        self.title.setText(tr(measure.title) + (" %" if factor == 100.0 else ""))
        x: Floats = np.arange(len(page.drawn), dtype=np.float64) + 0.5
        few = len(page.drawn) <= _MOST_SYMBOLS
        own = Line(row_name(page.rows, choice.row), "accent", symbol="o" if few else "")
        lines = [(own, x, factor * self._values(choice.row))]
        if choice.row != 0:
            every = Line(tr("All weights"), "quiet", Qt.PenStyle.DotLine, "", 1.0)
            lines.append((every, x, factor * self._values(0)))
        self.show_lines(lines)

    def _values(self, row: int) -> Floats:
        found = np.full(len(self._page.drawn), np.nan)
        for place, member in enumerate(self._page.drawn):
            column = self._page.columns.get(member.path)
            if column is not None and row < len(column.kept):
                found[place] = column.values[self._choice.measure][row]
        return found

    marks_unfit = False  # what is not measured yet is no point that is lost

    def _renew_if_other(self) -> None:
        if self._shown != (self._choice.row, self._choice.measure):
            self.renew()
