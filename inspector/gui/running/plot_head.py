"""What stands over the plots of a run: the legend, how the loss is smoothed, how its axis is, what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from ...language import marked, tr
from ..widgets.boxes import ChoiceBox
from ..widgets.check_box import CheckBox
from ..widgets.flow_layout import FlowLayout
from .curve_legend import CurveLegend, Entry
from .run_curves import WINDOW

_WINDOWS = (1, 10, WINDOW, 200, 1000)
LEGEND = (
    Entry("batches", marked("each batch"), "bars", 1.2, tip=marked("The training loss of each batch")),
    Entry("smoothed", marked("smoothed"), "accent", 2.0, tip=marked("The training loss, averaged over some batches")),
    Entry(
        "validation",
        marked("validation"),
        "positive",
        1.4,
        symbol=True,
        tip=marked("The validation loss after each epoch"),
    ),
    Entry(
        "accuracy",
        marked("accuracy"),
        "positive",
        1.4,
        symbol=True,
        tip=marked("The share of the validation set that is right"),
    ),
    Entry("rate", marked("learning rate"), "accent", 1.6, tip=marked("The learning rate, and dashed what it is to be")),
    Entry("stored", marked("stored"), "quiet", 1.4, tip=marked("What the checkpoint's file has stored")),
)


class PlotHead(QWidget):
    """The controls, side by side; in further lines where one is too short."""

    arranged = Signal(str)
    """A person looks at the curves otherwise; in a few words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = CurveLegend(LEGEND)
        self.smoothing, self.logarithmic = ChoiceBox(), CheckBox(tr("Log"))
        self.follow, self.whole = QToolButton(), QToolButton()
        self._dress()
        self.legend.changed.connect(lambda _hidden: self.arranged.emit(tr("Show or Hide Curves")))
        self.smoothing.activated.connect(lambda _place: self.arranged.emit(tr("Smoothing")))
        self.logarithmic.toggled.connect(lambda _on: self.arranged.emit(tr("Logarithmic Loss")))
        row = FlowLayout(self, across=10, down=4)
        for widget in (self.legend, self.smoothing, self.logarithmic, self.follow, self.whole):
            row.addWidget(widget)

    def arrangement(self) -> dict[str, Any]:
        """Which curves are hidden, the smoothing, the axis."""
        return {
            "hidden": sorted(self.legend.hidden),
            "window": self.smoothing.currentData(),
            "logarithmic": self.logarithmic.isChecked(),
        }

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """Looks at them so."""
        hidden, place = wanted.get("hidden"), self.smoothing.findData(wanted.get("window"))
        if isinstance(hidden, list):
            self.legend.hide_these(frozenset(name for name in hidden if isinstance(name, str)))
        if place >= 0 and place != self.smoothing.currentIndex():
            self.smoothing.setCurrentIndex(place)
            self.smoothing.activated.emit(place)
        if isinstance(wanted.get("logarithmic"), bool):
            self.logarithmic.setChecked(wanted["logarithmic"])

    def offer(self, accuracy: bool, rate: bool, stored: bool) -> None:
        """Offers these curves in the legend only where there are any."""
        offered = {"accuracy": accuracy, "rate": rate, "stored": stored}
        self.legend.offer(frozenset(entry.name for entry in LEGEND if offered.get(entry.name, True)))

    def show_window(self, window: int) -> None:
        """Shows over how many batches the loss is averaged."""
        self.smoothing.setCurrentIndex(self.smoothing.findData(window))

    def _dress(self) -> None:
        for window in _WINDOWS:
            self.smoothing.addItem(
                tr("Not smoothed") if window == 1 else tr("Smoothed over {window:,}", window=window), window
            )
        self.show_window(WINDOW)
        self.smoothing.setAccessibleName(tr("Smoothing of the training loss"))
        self.smoothing.setToolTip(tr("Over how many batches the training loss is averaged"))
        self.logarithmic.setToolTip(tr("Losses on a logarithmic axis"))
        for button, text, tip in (
            (self.follow, tr("Follow"), tr("Show where training is, and go along with it (double click)")),
            (self.whole, tr("All"), tr("Show everything from the first stored epoch on (0)")),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
