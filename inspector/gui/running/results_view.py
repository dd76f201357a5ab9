"""What came of tests: how good a checkpoint is, what it confuses, what it is surely wrong about; several over epochs.

Why this way: the matrix, the classes and the samples say the same three times. A cell or a class that is chosen shows
its own samples beside it, for what is asked of a matrix is always: which ones?
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ... import wording
from ...language import tr
from ...runs import results
from ...workshop.run_words import Tested
from ..theme import figures_font, px, scaled_font
from ..widgets.banner import Banner
from ..widgets.boxes import ChoiceBox
from ..widgets.figures_row import FiguresRow
from ..widgets.labels import ElidedLabel, Label
from ..widgets.shared_room import SharedRoom
from . import tested_words
from .accuracy_plot import AccuracyPlot
from .confusion_side import ConfusionSide
from .proofs_row import ProofsRow
from .result_exports import CSV, JSON, MATRIX, ResultExports
from .wrong_side import WrongSide

_NARROW = 760
"""Pixels below which the samples stand under the matrix and not beside it."""


class ResultsView(QWidget):
    """Shows one of some tests at a time, and all of them over their epochs."""

    arranged = Signal(str)
    """A person looks at something else of them, or otherwise; in a few words."""
    arranging = Signal(str)
    """The same, while it goes on: from class to class."""
    shown = Signal(object)
    """The `Tested` that is shown now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tests: tuple[Tested, ...] = ()
        self.failures: tuple[tuple[str, str], ...] = ()
        self.tested: Tested | None = None
        self.choice = ChoiceBox()
        self.headline = Label(font=scaled_font(1.5), wrap=True, selectable=True)
        self.notes = Banner("!")
        self.figures = FiguresRow()
        self.proofs = ProofsRow()
        self.over_epochs, self.over_words = AccuracyPlot(), ElidedLabel(tone="quiet", font=figures_font(self.font()))
        self.confusion, self.wrong = ConfusionSide(), WrongSide()
        self.exports = ResultExports()
        self.copy_button, self.export_button = QPushButton(tr("Cop&y")), QPushButton(tr("E&xport…"))
        self._several = QWidget()
        self.splitter = SharedRoom(Qt.Orientation.Horizontal)
        self._dress()
        self._lay_out()
        self._connect()

    def show_tested(self, tests: tuple[Tested, ...], failures: tuple[tuple[str, str], ...] = ()) -> None:
        """Shows tests in the order of their epochs: the one that was shown already, or the best of them."""
        before = self.tested
        self.tests, self.failures = results.over_epochs(tests), failures
        self._list()
        self._several.setVisible(len(self.tests) > 1)
        self.over_epochs.show_tests(self.tests)
        kept = next((each for each in self.tests if before is not None and tested_words.is_of_same(each, before)), None)
        chosen = kept or results.best(self.tests) or next(iter(self.tests), None)
        if chosen is not None:
            self.show_one(self.tests.index(chosen))

    def show_one(self, number: int) -> None:
        """Shows the test with this number, counted in the order of the epochs."""
        tested = self.tests[number]
        is_same = tested == self.tested
        self.tested = tested
        self.choice.setCurrentIndex(number)
        self.over_epochs.show_current(number)
        if is_same:
            return
        self.headline.setText(results.sentence(tested))
        self.figures.show_figures(tested_words.figures(tested))
        self.notes.say("\n".join(wording.safe(note, 400) for note in tested.notes))
        self.proofs.show_proofs(tested.proofs)
        self.confusion.show_tested(tested)
        self.wrong.show_tested(tested)
        self._line_up()
        self.confusion.setVisible(bool(tested.confusion))
        self.wrong.setVisible(self.wrong.has_anything)
        self.shown.emit(tested)

    def arrangement(self) -> dict[str, Any]:
        """Which test is looked at, what of it, and the order of its classes."""
        return {
            "test": self.tested.path if self.tested is not None else "",
            "cell": list(self.confusion.picture.chosen_cell),
            "class": self.wrong.table.label,
            "beside": self.wrong.tabs.current,
            "sorting": self.wrong.table.sorting,
        }

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """Looks at them so, as far as they are there."""
        number = next((n for n, each in enumerate(self.tests) if each.path == wanted.get("test")), -1)
        if number >= 0:
            self.show_one(number)
        self.wrong.table.sort(wanted.get("sorting"))
        cell, size = wanted.get("cell"), len(self.tested.confusion) if self.tested is not None else 0
        if isinstance(cell, list) and len(cell) == 2 and all(each in range(-1, size) for each in cell):
            self.confusion.choose((cell[0], cell[1]))
        if isinstance(label := wanted.get("class"), int):
            self.wrong.choose_class(label)
        self.wrong.look_beside(wanted.get("beside"))

    def text(self) -> str:
        """What is copied: the figures and sentences of the test that is shown."""
        return "" if self.tested is None else "\n".join((self.tested.path, *results.summary(self.tested)))

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def export(self) -> None:
        """Asks where to and as what, and writes."""
        if self.tested is None:
            return
        beside = f"{os.path.splitext(self.tested.path)[0]}.{self.tested.split}.csv"
        self.write(*self.exports.ask(beside, bool(self.tested.confusion)))

    def write(self, path: str, kind: str) -> None:
        """Writes a file of one of the kinds of `result_exports`; nothing where the path is empty."""
        if not path:
            return
        if kind in (CSV, JSON):
            self.exports.write_text(path, kind, self.tests, self.failures)
        elif kind == MATRIX:
            self.exports.write_image(path, self.confusion.picture.image(self.confusion.picture.size()))
        else:
            self.exports.write_image(path, self.content.grab().toImage())

    def _line_up(self) -> None:
        """What stands above either picture is as high, so that both begin on one line."""
        self.confusion.title.setMinimumHeight(self.wrong.tabs.sizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._line_up()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._line_up()
        beside = Qt.Orientation.Horizontal if self.width() >= _NARROW else Qt.Orientation.Vertical
        if self.splitter.orientation() != beside:
            self.splitter.setOrientation(beside)

    # Making it

    def _dress(self) -> None:
        self.setAccessibleName(tr("Results of the test"))
        self.choice.setAccessibleName(tr("Tested checkpoint"))
        self.choice.setToolTip(tr("Which of the tested checkpoints is shown"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(30)
        self.copy_button.setToolTip(tr("Copy the figures as text"))
        self.export_button.setToolTip(tr("Write the results as CSV, JSON or a picture"))
        self.over_epochs.setMinimumHeight(150)
        self.over_epochs.setMaximumHeight(px(150))
        self.splitter.setHandleWidth(17)
        self.splitter.setStyleSheet("QSplitter::handle { background: transparent; }")

    def _lay_out(self) -> None:
        several = QVBoxLayout(self._several)
        several.setContentsMargins(0, 0, 0, 0)
        several.setSpacing(6)
        for part in (self.over_epochs, self.over_words):
            several.addWidget(part)
        self.splitter.addWidget(self.confusion)
        self.splitter.addWidget(self.wrong)
        self.splitter.setSizes([560, 480])
        self.splitter.setStretchFactor(0, 5)
        self.splitter.setStretchFactor(1, 4)
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(10)
        column.addLayout(self._head())
        for widget in (self.notes, self.figures, self.proofs, self._several):
            column.addWidget(widget)
        column.addWidget(self.splitter, 1)
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName(tr("Results"))
        area.setWidget(self.content)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(area, 1)
        page.addWidget(self.exports)

    def _head(self) -> QVBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.headline, 1)
        for button in (self.copy_button, self.export_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        head = QVBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.choice)
        head.addLayout(row)
        return head

    def _connect(self) -> None:
        self.choice.activated.connect(self.show_one)
        self.over_epochs.opened.connect(self.show_one)
        self.over_epochs.pointed.connect(lambda words: self.over_words.setText(words or self._best_words()))
        self.confusion.picture.chosen.connect(self._choose_cell)
        self.wrong.class_chosen.connect(lambda _: self._follow_class())
        self.wrong.table.picked.connect(lambda: self.arranging.emit(tr("Choose Class")))
        for told in (self.choice.activated, self.over_epochs.opened):
            told.connect(lambda number: self.arranged.emit(tr("Show {page}", page=self.choice.itemText(number))))
        self.confusion.picture.chosen.connect(lambda *_: self._tell_cell())
        self.wrong.table.sorted.connect(self.arranged)
        beside = self.wrong.tabs
        beside.chosen.connect(lambda number: self.arranged.emit(tr("Show {page}", page=beside.texts()[number])))
        self.wrong.let_go.connect(self.confusion.let_go)
        self.copy_button.clicked.connect(self.copy)
        self.export_button.clicked.connect(self.export)

    _follows_class = False

    def _follow_class(self) -> None:
        """A class was chosen: no cell is, which is no deed of its own."""
        self._follows_class = True
        self.confusion.let_go()
        self._follows_class = False

    def _tell_cell(self) -> None:
        if not self._follows_class:
            self.arranged.emit(tr("Choose Cell"))

    def _choose_cell(self, label: int, predicted: int) -> None:
        self.wrong.show_cell(label, predicted)

    def _list(self) -> None:
        self.choice.clear()
        self.choice.addItems([tested_words.entry(each, each is results.best(self.tests)) for each in self.tests])
        self.choice.setVisible(len(self.tests) > 1)
        self.over_words.setText(self._best_words())

    def _best_words(self) -> str:
        best = results.best(self.tests)
        return self.over_epochs.words(self.tests.index(best)) if best is not None and self.over_epochs.tests else ""
