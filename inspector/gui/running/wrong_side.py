"""Beside the confusion matrix: the samples a network is most surely wrong about, and the figures of each class."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ...runs.results import per_class
from ...workshop.run_words import Example, Tested
from ..widgets.labels import ElidedLabel, Label
from ..widgets.segments import Segments
from .example_gallery import ExampleGallery
from .per_class_table import PerClassTable

_LEAST_HEIGHT = 260


class WrongSide(QWidget):
    """The gallery, or the table; what is chosen in the matrix or in the table says which samples are shown."""

    class_chosen = Signal(int)
    """A person chose a class in the table."""
    let_go = Signal()
    """A person wants all samples again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = Segments(tr("Beside the matrix"))
        self.gallery, self.table = ExampleGallery(), PerClassTable()
        self.said = ElidedLabel(tone="quiet")
        self.nothing = Label(tone="quiet", wrap=True)
        self.every = QPushButton(tr("Show &All"))
        self.every.setToolTip(tr("Show the samples of all classes again (Esc)"))
        self._tested: Tested | None = None
        self._pages = QStackedWidget()
        self._samples = QStackedWidget()
        self._lay_out()
        self.tabs.chosen.connect(self._pages.setCurrentIndex)
        self.table.chosen.connect(self._show_class)
        self.every.clicked.connect(self._show_all)

    @property
    def has_anything(self) -> bool:
        return self._tested is not None and bool(self._tested.examples or self._tested.confusion)

    def show_tested(self, tested: Tested) -> None:
        self._tested = tested
        self.table.show_rows(per_class(tested))
        names = [tr("Most surely wrong"), tr("Each class")] if tested.confusion else [tr("Most surely wrong")]
        self.tabs.show_choices(names, max(min(self.tabs.current, len(names) - 1), 0))
        self._pages.setCurrentIndex(self.tabs.current)
        self.show_cell(-1, -1)

    def show_cell(self, label: int, predicted: int) -> None:
        """Shows the samples of a cell of the matrix: of one on the diagonal those of its class, of (-1, -1) all."""
        if self._tested is None:
            return
        if label >= 0:
            self.table.let_go()
            self.look_beside(0)
        if label == predicted and label >= 0:
            predicted = -1
        self._show(label, predicted)

    def look_beside(self, number: object) -> None:
        """Shows the samples, 0, or the classes, 1, if there are any."""
        if isinstance(number, int) and 0 <= number < len(self.tabs.texts()):
            self.tabs.show_choices(self.tabs.texts(), number)
            self._pages.setCurrentIndex(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.every.isHidden():
            self._show_all()
        else:
            super().keyPressEvent(event)

    def _show(self, label: int, predicted: int) -> None:
        assert self._tested is not None
        every = self._tested.examples
        chosen = [each for each in every if _is_of(each, label, predicted)]
        self.gallery.show_examples(chosen, self._tested.classes)
        self._samples.setCurrentWidget(self.gallery if chosen else self.nothing)
        self.every.setVisible(label >= 0)
        self.said.setText(self._words(len(chosen), label, predicted) if every else "")
        self.nothing.setText(self._why_nothing(label, predicted))

    def _words(self, count: int, label: int, predicted: int) -> str:
        assert self._tested is not None
        if label < 0:
            return wording.plural(count, "sample")
        return tr(
            "{shown} of {samples}: {what}",
            shown=count,
            samples=wording.plural(len(self._tested.examples), "sample"),
            what=self._what(label, predicted),
        )

    def _why_nothing(self, label: int, predicted: int) -> str:
        assert self._tested is not None
        if self._tested.examples:
            kept, what = wording.plural(len(self._tested.examples), "sample"), self._what(label, predicted)
            return tr(
                "Among the {samples} that it is most surely wrong about there is none of {what}.",
                samples=kept,
                what=what,
            )
        if self._tested.correct == self._tested.samples:
            return tr("It is right about every sample.")
        return tr("No samples were kept.")

    def _what(self, label: int, predicted: int) -> str:
        assert self._tested is not None
        names = [wording.safe(name, 60) for name in self._tested.classes]
        if label >= len(names):
            return str(label)
        if predicted < 0:
            return names[label]
        return tr("{name} taken for {other}", name=names[label], other=names[predicted])

    def _show_class(self, label: int) -> None:
        if label >= 0:
            self.class_chosen.emit(label)
        self._show(label, -1)

    def choose_class(self, label: int) -> None:
        """Shows the samples of this class, which is chosen in the table; -1: those of all, if one was."""
        if label != self.table.label:
            self.table.choose(label)

    def _show_all(self) -> None:
        had_class = self.table.label >= 0
        self.table.let_go()
        self._show(-1, -1)
        self.let_go.emit()
        if had_class:
            self.table.picked.emit()

    def _lay_out(self) -> None:
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self._samples.addWidget(self.gallery)
        self._samples.addWidget(self.nothing)
        for page in (self._samples, self.table):
            self._pages.addWidget(page)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.tabs)
        head.addStretch(1)
        foot.setSpacing(10)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.every)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        column.addLayout(foot)


def _is_of(example: Example, label: int, predicted: int) -> bool:
    return label < 0 or (example.label == label and predicted in (-1, example.predicted))
