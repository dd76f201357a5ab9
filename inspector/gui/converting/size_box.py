"""A size that is typed: a number and its unit, as the rest of the window writes them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ...language import tr
from ..widgets.boxes import ChoiceBox, NumberBox

_UNITS = {"MB": 10**6, "GB": 10**9}
_USUAL = 5 * 10**9
"""What Hugging Face's libraries take."""


class SizeBox(QWidget):
    """A number of megabytes or gigabytes."""

    changed = Signal(int)
    """The bytes that a person chose."""

    def __init__(self) -> None:
        super().__init__()
        self.number, self.unit = NumberBox(), ChoiceBox()
        self.number.setRange(1, 100_000)
        self.number.setAccessibleName(tr("The most of one file"))
        self.unit.setAccessibleName(tr("Unit"))
        for unit, factor in _UNITS.items():
            self.unit.addItem(unit, factor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.number)
        row.addWidget(self.unit)
        row.addStretch(1)
        self.setFocusProxy(self.number)
        self.nbytes = _USUAL
        self.show_bytes(_USUAL)
        self.number.valueChanged.connect(self._tell)
        self.unit.activated.connect(self._tell)

    def show_bytes(self, nbytes: int) -> None:
        """Shows so many bytes, in the largest unit in which they are a whole number."""
        self.nbytes = nbytes
        factor = max((each for each in _UNITS.values() if nbytes % each == 0), default=_UNITS["MB"])
        self.number.blockSignals(True)
        self.number.setValue(max(1, round(nbytes / factor)))
        self.number.blockSignals(False)
        self.unit.setCurrentIndex(self.unit.findData(factor))

    def _tell(self) -> None:
        self.nbytes = self.number.value() * self.unit.currentData()
        self.changed.emit(self.nbytes)
