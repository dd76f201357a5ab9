"""What the checkpoints have stored of their training: losses, accuracy, learning rate, below their cards."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt, Signal

from ...language import marked, tr
from ..theme import colours, scaled_font
from ..widgets.boxes import ChoiceBox
from .choice import Choice
from .open_series import OpenSeries
from .strip_axis import StripAxis
from .strip_plot import Line, StripPlot

_LINES = {
    "valid_loss": Line(marked("validation"), "accent", Qt.PenStyle.SolidLine, "o"),
    "train_loss": Line(marked("training"), "positive", Qt.PenStyle.DashLine, "s"),
    "accuracy": Line(marked("accuracy %"), "accent", Qt.PenStyle.SolidLine, "o"),
    "best": Line(marked("best so far"), "accent", Qt.PenStyle.DotLine, "o"),
    "lr": Line(marked("learning rate"), "accent", Qt.PenStyle.SolidLine, "o"),
}
_KINDS = (
    ("losses", marked("Losses"), ("valid_loss", "train_loss")),
    ("accuracy", marked("Accuracy"), ("accuracy",)),
    ("best", marked("Best loss"), ("best",)),
    ("lr", marked("Learning rate"), ("lr",)),
)


class StoredPlot(StripPlot):
    """One kind of what is stored; hidden where nothing is."""

    kind_chosen = Signal()

    def __init__(self, page: OpenSeries, choice: Choice, axis: StripAxis) -> None:
        super().__init__(choice, axis)
        self._page = page
        self.kind = ""
        self.setAccessibleName(tr("What the checkpoints have stored"))
        self.box = ChoiceBox()
        self.box.setAccessibleName(tr("What the checkpoints have stored"))
        self.box.setToolTip(tr("What the checkpoints have stored"))
        self.box.activated.connect(self._choose)
        self.put_aside(self.box)
        self.star = pg.ScatterPlotItem(symbol="star", size=17)
        self.star_word = pg.TextItem(anchor=(0.5, 1.3))
        self.star_word.setFont(scaled_font(0.85))
        for item in (self.star, self.star_word):
            self.addItem(item, ignoreBounds=True)
        page.told.connect(self.renew)
        page.found.connect(self.renew)
        axis.changed.connect(self._renew_columns)
        self._drawn_for: object = None

    def kinds(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """What there is something stored of."""
        there = {curve.measure for curve in self._page.stored.curves if len(curve.points) > 0}
        return [each for each in _KINDS if there.intersection(each[2]) and (each[0] != "best" or len(there) == 1)]

    def show_kind(self, kind: str) -> None:
        self.kind = kind
        self.renew()

    def renew(self) -> None:
        kinds = self.kinds()
        self.setVisible(bool(kinds))
        if not kinds:
            return
        chosen = next((each for each in kinds if each[0] == self.kind), kinds[0])
        self.kind = chosen[0]
        with QSignalBlocker(self.box):
            self.box.clear()
            for name, title, _ in kinds:
                self.box.addItem(tr(title), name)
            self.box.setCurrentIndex(kinds.index(chosen))
        self._draw(chosen[2])

    def recolour(self) -> None:
        super().recolour()
        now = colours()
        if hasattr(self, "star"):
            self.star.setBrush(pg.mkBrush(now.positive))
            self.star.setPen(pg.mkPen(now.surface))
            self.star_word.setColor(now.text)

    def words(self, place: int) -> str:
        """What is stored at a checkpoint."""
        training = self._page.training
        if training is None or not 0 <= place < len(training.drawn):
            return ""
        at = training.drawn[place].at
        said = []
        for measure in next((each[2] for each in self.kinds() if each[0] == self.kind), ()):
            value = dict(self._page.stored.curve(measure)).get(at)
            if value is not None:
                said.append(f"{tr(_LINES[measure].text)} {value * (100 if measure == 'accuracy' else 1):.4g}")
        return "   ".join(said)

    def _draw(self, measures: tuple[str, ...]) -> None:
        lines, best = [], self._page.stored.best
        self.star.setData([], [])
        self.star_word.setText("")
        self._drawn_for = self._axis.places
        for measure in measures:
            points = self._page.stored.curve(measure)
            if not points:
                continue
            x = self._axis.column_at(np.array([point[0] for point in points], dtype=np.float64))
            y = np.array([point[1] for point in points], dtype=np.float64) * (100 if measure == "accuracy" else 1)
            line = _LINES[measure]
            few = line.symbol if len(points) <= 200 else ""
            lines.append((line._replace(text=tr(line.text), symbol=few), x, y))
            if best is not None and best.measure == measure and best.value is not None and math.isfinite(best.value):
                self._mark_best(best.epoch, best.value * (100 if measure == "accuracy" else 1))
        self.show_lines(lines)

    def _mark_best(self, epoch: float, value: float) -> None:
        x = float(self._axis.column_at(np.array([epoch]))[0])
        y = math.log10(value) if self._is_logarithmic and value > 0 else value
        self.star.setData([x], [y])
        self.star_word.setText(tr("best"))
        self.star_word.setPos(x, y)

    def _renew_columns(self) -> None:
        if self._drawn_for != self._axis.places:
            self.renew()

    def _choose(self, number: int) -> None:
        self.show_kind(self.box.itemData(number))
        self.kind_chosen.emit()
