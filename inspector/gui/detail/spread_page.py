"""How a tensor's values are spread: their statistics in figures, and the histogram."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from ... import wording
from ...language import marked, tr
from ..theme import Meaning
from ..widgets.check_box import CheckBox
from ..widgets.figures_row import FiguresRow
from ..widgets.histogram_plot import HistogramPlot
from ..widgets.labels import ElidedLabel, Label
from .tensor_words import figures

if TYPE_CHECKING:
    from ...analysis.statistics import Statistics

BARS = 120
"""Bars that are drawn at most."""
_MOMENTS = (marked("mean"), marked("std"), marked("min"), marked("max"))
_UNKNOWN = "…"


class SpreadView(QWidget):
    """Figures above a histogram; shows dots until the statistics are known."""

    did = Signal(str, object, object)
    """A person zoomed: see `Gesture`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = FiguresRow()
        self.said = Label(tone="quiet", wrap=True)
        self.reading = ElidedLabel(tone="quiet")
        self.logarithmic = CheckBox(tr("Logarithmic"))
        self.logarithmic.setToolTip(tr("Count on a logarithmic scale, so that rare values are seen too"))
        self.logarithmic.toggled.connect(lambda is_wanted: self.plot.set_logarithmic(is_wanted))
        self._hint = ""
        self._lay_out()
        self.show_statistics(None)

    @cached_property
    def plot(self) -> HistogramPlot:
        """The histogram; made when it is first wanted, for pyqtgraph takes 20 ms to make a plot."""
        made = HistogramPlot()
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        made.pointed.connect(self._point)
        made.gesture.did.connect(self.did)
        self._pages.addWidget(made)
        return made

    def show_statistics(self, statistics: Statistics | None) -> None:
        """Shows `statistics`; with None that they are not known yet."""
        self.figures.show_figures(_figures(statistics))
        if statistics is None or statistics.histogram is None or not statistics.histogram.counts:
            self._say("Measuring …" if statistics is None else tr("There is no finite value to draw."))
            return
        if statistics.minimum == statistics.maximum:
            return self._say(tr("Every finite value is {figures}.", figures=figures(statistics.minimum)))
        bins = statistics.histogram.fitted(BARS)
        self.plot.show_counts(
            np.asarray(bins.edges), np.asarray(bins.counts, dtype=np.float64), statistics.mean, statistics.std
        )
        self._hint = tr("Line: mean. Band: ± one std.") if statistics.std > 0 else tr("Line: mean.")
        self._show_plot(True)
        self._point("")

    def show_refusal(self, words: str, *, alarming: bool = True) -> None:
        """Says in a sentence why there are no statistics."""
        self.figures.show_figures([])
        self._say(f"{Meaning.DAMAGED.symbol} {words}" if alarming else words, tone="danger" if alarming else "quiet")

    def _lay_out(self) -> None:
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.said)
        self._pages.setMinimumHeight(120)
        foot = QHBoxLayout()
        foot.addWidget(self.reading, 1)
        foot.addWidget(self.logarithmic)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(10)
        page.addWidget(self.figures)
        page.addWidget(self._pages, 1)
        page.addLayout(foot)

    def _point(self, words: str) -> None:
        self.reading.setText(words or self._hint)

    def _say(self, words: str, tone: str = "quiet") -> None:
        self.said.setText(wording.safe(words, 600))
        self.said.set_tone(tone)
        self._hint = ""
        self._show_plot(False)
        self._point("")

    def _show_plot(self, has_plot: bool) -> None:
        self._pages.setCurrentWidget(self.plot if has_plot else self.said)
        self.logarithmic.setVisible(has_plot)
        self.reading.setVisible(has_plot)


def _figures(statistics: Statistics | None) -> list[tuple[str, str, bool]]:
    """(name, number, alarming) of each statistic."""
    if statistics is None:
        return [(name, _UNKNOWN, False) for name in (*map(tr, _MOMENTS), tr("L2 norm"), tr("zeros"))]
    moments = [
        *zip(map(tr, _MOMENTS), (statistics.mean, statistics.std, statistics.minimum, statistics.maximum)),
        (tr("L1 norm"), statistics.l1), (tr("L2 norm"), statistics.l2),
    ]  # fmt: skip
    has_none = math.isnan(statistics.mean)
    found = [(name, "–" if has_none or math.isnan(value) else figures(value), False) for name, value in moments]
    found.append((tr("zeros"), _zeros(statistics), False))
    unfit = (
        ("NaN", statistics.nans),
        ("+Inf", statistics.positive_infinities),
        ("-Inf", statistics.negative_infinities),
    )
    return found + [(name, wording.count(number), True) for name, number in unfit if number]


def _zeros(statistics: Statistics) -> str:
    if not statistics.zeros:
        return "0"
    return f"{wording.count(statistics.zeros)} ({wording.share(statistics.zeros, statistics.count)})"
