"""The page of a training: stories, cards, what is stored, layers by checkpoints, and the chosen layer closely."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollBar,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from ... import wording
from ...language import ntr, tr
from ...series.stories import Story
from ..icons import icon
from ..theme import px
from ..widgets.boxes import ChoiceBox
from ..widgets.check_box import CheckBox
from ..widgets.colour_scale import ColourBar, Scale
from ..widgets.labels import ElidedLabel
from ..widgets.segments import Segments
from ..widgets.shared_room import SharedRoom
from .cards import Cards
from .choice import Choice
from .frame_words import cell_words, told_of
from .layer_matrix import LayerMatrix
from .layer_plot import LayerPlot
from .measures import MEASURES, Colouring
from .open_series import OpenSeries
from .series_table import SeriesTable
from .stored_plot import StoredPlot
from .story_lines import StoryLines, lines_for
from .strip_axis import StripAxis
from .taking_in import several_in

STRIP, TABLE = 0, 1


class Parts(NamedTuple):
    """What takes longest to make of it."""

    choice: Choice
    axis: StripAxis
    stored: StoredPlot
    layer: LayerPlot


def making(page: OpenSeries) -> Generator[None, None, SeriesView]:
    """Makes the view, piece by piece: in between the window does whatever else is to be done."""
    choice, axis = Choice(), StripAxis()
    stored = StoredPlot(page, choice, axis)
    yield
    layer = LayerPlot(page, choice, axis)
    yield
    return SeriesView(page, Parts(choice, axis, stored, layer))


class SeriesView(QWidget):
    """Everything but what the page does when nothing can be shown."""

    done = Signal(str)
    """A person arranged it otherwise; what was done, in a few words."""
    going = Signal(str)
    """The same of something that goes on."""
    did = Signal(str, object, object)
    """A person did something that is done again and undone by these functions."""
    asked = Signal(str)
    """`open`, `compare`, `test_all`, `copy_command`, `export`: what is to be done."""

    def __init__(self, page: OpenSeries, parts: Parts) -> None:
        super().__init__()
        self._page = page
        self.choice, self.axis, self.stored, self.layer = parts
        for each in (self.choice, self.axis):
            each.setParent(self)
        self.stories = StoryLines()
        self.cards = Cards(page, self.choice, self.axis)
        self.matrix = LayerMatrix(page, self.choice, self.axis)
        self.table = SeriesTable(page, self.choice)
        self.figures = FigureLine(tone="quiet")
        self.bar = MeasureBar()
        self.slider = QScrollBar(Qt.Orientation.Horizontal)
        self.views = QStackedWidget()
        self._lay_out()
        self._connect()

    # Laying out

    def _lay_out(self) -> None:
        self.splitter = SharedRoom(Qt.Orientation.Vertical)
        self.splitter.setHandleWidth(3)
        parts: tuple[QWidget, ...] = (self.stored, self.matrix, self.layer)
        for part in parts:
            self.splitter.addWidget(part)
            self.splitter.setStretchFactor(self.splitter.count() - 1, 3 if part is self.matrix else 1)
        self.splitter.setSizes([120, 320, 120])
        strip = QWidget()
        column = QVBoxLayout(strip)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.cards, self.splitter, self.slider):
            column.addWidget(widget, 1 if widget is self.splitter else 0)
        self.views.addWidget(strip)
        self.views.addWidget(self.table)
        self.slider.setAccessibleName(tr("Checkpoints"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.stories)
        whole.addWidget(self._made_bar())
        whole.addWidget(self.views, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 3, 14, 3)
        foot.addWidget(self.figures, 1)
        whole.addLayout(foot)
        strip.installEventFilter(self)
        self._strip = strip

    def _made_bar(self) -> QWidget:
        self.measure = ChoiceBox()
        self.measure.setAccessibleName(tr("Measure"))
        for number, each in enumerate(MEASURES):
            self.measure.addItem(tr(each.title), each.name)
            self.measure.setItemData(number, tr(each.meaning), Qt.ItemDataRole.ToolTipRole)
        self.measure.setToolTip(tr(MEASURES[0].meaning))
        self.measure.setMinimumWidth(px(96))  # in a narrow window its text is cut
        self.trainings = ChoiceBox()
        self.trainings.setMinimumWidth(px(96))
        self.trainings.setAccessibleName(tr("Training"))
        self.trainings.setToolTip(tr("There are several trainings here"))
        self.fit = CheckBox(tr("Fit to Width"))
        self.fit.setToolTip(tr("All checkpoints at once, however narrow their columns are"))
        self.segments = Segments(tr("View"))
        self.segments.show_choices([tr("Film Strip"), tr("As Table")])
        self.compare = self._button(tr("Compare with Previous"), "compare", tr("C: this checkpoint and the one before"))
        buttons = (
            self._button(tr("Open"), "open", tr("Enter: open this checkpoint in a tab of its own")),
            self.compare,
            self._button(tr("Test All"), "test_all", tr("Test all of them: accuracy over epochs (Ctrl+Alt+T)")),
        )
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 5, 14, 5)
        row.setSpacing(8)
        self.bar.setFixedWidth(px(120))
        self.bar.hide()  # until there is room
        self.trainings.hide()
        left: tuple[QWidget, ...] = (self.trainings, self.measure, self.bar, self.fit)
        small = (
            self._small("command", "copy_command", tr("Copy the command that measures this (Ctrl+Shift+K)")),
            self._small("export", "export", tr("Write all figures as a CSV table (Ctrl+E)")),
        )
        right: tuple[QWidget, ...] = (*buttons, *small, self.segments)
        for widget in left:
            row.addWidget(widget)
        row.addStretch(1)
        for widget in right:
            row.addWidget(widget)
        return bar

    def _button(self, text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self.asked.emit(name))
        return button

    def _small(self, picture: str, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setIconSize(QSize(px(16), px(16)))
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.asked.emit(name))
        return button

    def _connect(self) -> None:
        page, choice = self._page, self.choice
        page.found.connect(self.show_training)
        page.measured.connect(self._take_rows)
        page.told.connect(self._tell)
        choice.changed.connect(self._follow)
        choice.moved.connect(lambda: self.going.emit(tr("Go to Checkpoint")))
        choice.asked.connect(self.asked)
        self.stories.chosen.connect(self._light)
        self.stories.chosen.connect(lambda _story: self.done.emit(tr("Set Off Story")))
        self.measure.activated.connect(self._choose_measure)
        self.trainings.activated.connect(self._choose_training)
        self.fit.clicked.connect(self._choose_fit)
        self.segments.chosen.connect(self._choose_view)
        self.stored.kind_chosen.connect(lambda: self.done.emit(tr("Choose What is Stored")))
        self.matrix.folded.connect(lambda: self.done.emit(tr("Open or Close Branch")))
        self.matrix.scaled.connect(self.bar.show_colouring)
        self.matrix.pointed.connect(self._point)
        for widget in (self.cards, self.stored, self.layer):
            widget.pointed.connect(self._point_at)
        self.slider.valueChanged.connect(self.axis.scroll)
        self.axis.changed.connect(self._show_slider)

    # What the page tells

    def show_training(self) -> None:
        """The members of the training are known."""
        training, page = self._page.training, self._page
        assert training is not None
        self._take_rows()
        was_last = self.choice.place == self.axis.count - 1
        self.axis.show([member.at for member in training.drawn])
        self.choice.take_columns(len(training.drawn))
        if was_last and page.news:
            self.choice.go_to(len(training.drawn) - 1)
        several = several_in(page.trainings) if page.trainings is not None else []
        self.trainings.setVisible(len(several) > 1)
        with QSignalBlocker(self.trainings):
            self.trainings.clear()
            for each in several:
                self.trainings.addItem(wording.safe(each.name, 60), each.name)
            self.trainings.setCurrentIndex(next((n for n, each in enumerate(several) if each is training), 0))
        self._tell()

    def _take_rows(self) -> None:
        self.choice.take_rows(self._page.rows)
        self._follow()

    def _tell(self) -> None:
        self.stories.show_stories([*self._page.stories, *self._left_out()])

    def _left_out(self) -> list[Story]:
        """What lies there and is none of it."""
        found, training = self._page.trainings, self._page.training
        if found is None or training is None:
            return []
        left = [f"`{wording.safe(each.path.rpartition('/')[2], 60)}` ({each.sentence})" for each in found.left_out]
        alone = [f"`{wording.safe(each.members[0].name, 60)}`" for each in found.trainings if len(each.members) == 1]
        others = [each for each in several_in(found) if each is not training]
        told = []
        if others:
            shown = [f"`{wording.safe(each.name, 60)}` ({len(each.drawn)})" for each in others]
            sentence = ntr("{n} other training lies here, to be chosen on the left: {names}",
                           "{n} other trainings lie here, to be chosen on the left: {names}", len(others),
                           names=wording.names(shown, 4))  # fmt: skip
            told.append(Story("left_out", sentence))
        if left:
            sentence = ntr("{n} file left out: {names}", "{n} files left out: {names}", len(left),
                           names=wording.names(left, 2))  # fmt: skip
            told.append(Story("left_out", sentence))
        if alone:
            sentence = tr("Alone, with keys or shapes of their own: {names}", names=wording.names(alone, 4))
            told.append(Story("left_out", sentence))
        return told

    # What a person asks

    def _light(self, story: Story | None) -> None:
        """Sets off what a story is about, and goes to the first of it."""
        rows, training = self._page.rows, self._page.training
        if story is None or rows is None or training is None:
            self.choice.light(frozenset(), frozenset())
            return
        lit = rows.rows_of(story.keys)
        places = frozenset(n for n, member in enumerate(training.drawn) if member.path in story.paths)
        self.choice.light(lit, places)
        self.choice.go_to(min(places) if places else None, min(lit) if lit else None)

    def _choose_measure(self, number: int) -> None:
        self.choice.measure_by(self.measure.itemData(number))
        self.done.emit(tr("Choose Measure"))

    def _choose_training(self, number: int) -> None:
        page, name = self._page, self.trainings.itemData(number)
        former = page.training.name if page.training is not None else name
        page.choose_training(name)
        if name != former:
            undo, redo = partial(page.choose_training, former), partial(page.choose_training, name)
            self.did.emit(tr("Choose Training"), undo, redo)

    def _choose_fit(self) -> None:
        self.axis.fit(self.fit.isChecked())
        self.done.emit(tr("Fit to Width"))

    def _choose_view(self, number: int) -> None:
        self.show_view(number)
        self.done.emit(tr("Show {page}", page=self.segments.texts()[number]))

    def show_view(self, number: int) -> None:
        """`STRIP` or `TABLE`."""
        self.views.setCurrentIndex(number)
        self.segments.show_choices(self.segments.texts(), number)
        if number == TABLE:
            self.table.show_choice()
            self.table.setFocus()
        else:
            self.matrix.setFocus()

    # Following

    def _follow(self) -> None:
        choice = self.choice
        self._page.look_at(choice.place)
        if choice.place != self._followed:
            self._followed = choice.place
            self.axis.reveal(max(0, choice.place))
        with QSignalBlocker(self.measure):
            self.measure.setCurrentIndex(self.measure.findData(choice.measure))
        marked = choice.pair() is not None and bool(choice.marked)
        self.compare.setText(tr("Compare Marked") if marked else tr("Compare with Previous"))
        self.compare.setEnabled(choice.pair() is not None)
        self._point(-1, -1)

    _followed = -1

    def _point(self, row: int, place: int) -> None:
        """Figures of the cell under the pointer, else of the chosen one."""
        row = self.choice.row if row < 0 else row
        place = self.choice.place if place < 0 else place
        self.figures.setText(cell_words(self._page, row, place, self.choice.measure))

    def _point_at(self, place: int) -> None:
        if place < 0:
            self._point(-1, -1)
        else:
            words = "   ".join(told_of(self._page, place)[:3])
            self.figures.setText(f"{words}   {self.stored.words(place)}")

    def _show_slider(self) -> None:
        axis = self.axis
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, axis.furthest)
            self.slider.setPageStep(axis.room)
            self.slider.setSingleStep(round(axis.column))
            self.slider.setValue(axis.offset)
        self.slider.setVisible(axis.furthest > 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent):
            bar = self.matrix.verticalScrollBar().sizeHint().width()  # left free, that columns stay where they are
            self.axis.resize(event.size().width() - bar)
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways, and on the cards up and down too."""
        delta = event.angleDelta()
        across = delta.x() or delta.y()
        if across and self.axis.furthest:
            self.axis.scroll(self.axis.offset - across)
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.stories.fit(lines_for(self.height()))
        self.bar.setVisible(self.width() >= px(1000))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.matrix.setFocus()


class FigureLine(ElidedLabel):
    """Figures, of which the first matter most."""

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())


class MeasureBar(ColourBar):
    """The colours of the chosen measure."""

    def __init__(self) -> None:
        super().__init__()
        self._colouring: Colouring | None = None

    def show_colouring(self, colouring: Colouring) -> None:
        self._colouring = colouring
        self.show_scale(Scale(-1.0, 1.0, True) if colouring.diverging else Scale(0.0, 1.0, False))

    def labels(self) -> tuple[str, ...]:
        return self._colouring.labels() if self._colouring is not None else ()
