"""The confusion matrix with what is to be known of it: what the pointed cell says, else what is confused most."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ...runs.results import confused
from ...workshop.run_words import Tested
from ..theme import scaled_font
from ..widgets.labels import ElidedLabel, Label
from .confusion_picture import ConfusionPicture

_LEAST_HEIGHT = 360


class ConfusionSide(QWidget):
    """A title, the picture, a line that says what a cell means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label(tr("Confusion"), font=scaled_font(1.0, bold=True))
        self.picture = ConfusionPicture()
        self.picture.setMinimumHeight(_LEAST_HEIGHT)
        self.picture.setToolTip(tr("Click a cell for its samples; Ctrl+C copies the counts"))
        self.reading = ElidedLabel(tone="quiet")
        self._note = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.title, self.picture, self.reading):
            column.addWidget(widget, 1 if widget is self.picture else 0)
        self.picture.pointed.connect(self._read_out)

    def show_tested(self, tested: Tested) -> None:
        most = confused(tested, 1)
        self._note = tr("Confused most: {pair}", pair=most[0].text) if most else tr("Nothing is confused.")
        self.title.setText(
            tr("Confusion of {classes}", classes=wording.plural(len(tested.confusion), "class", "classes"))
        )
        self.picture.show_counts(tested.confusion, tested.classes)

    def choose(self, cell: tuple[int, int]) -> None:
        """Has this cell chosen; (-1, -1): none."""
        if self.picture.chosen_cell != cell:
            self.picture.choose(cell)

    def let_go(self) -> None:
        """No cell is chosen any more."""
        self.choose((-1, -1))

    def _read_out(self, words: str) -> None:
        chosen = self.picture.words(self.picture.chosen_cell)
        self.reading.setText(words or chosen or self._note)
        self.reading.set_tone("text" if words else "quiet")
