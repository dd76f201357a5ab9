"""What a model is built with: a form made from its signature, or the same as JSON where a form will not do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import sentences, tr
from ...workshop.requests import Signature
from ..theme import mono_font, px, scaled_font
from ..timers import one_shot
from ..widgets.labels import Label
from ..widgets.segments import Segments
from .argument_row import PAUSE_MS, ArgumentRow
from .argument_texts import as_json, from_json
from .chosen_model import ChosenModel
from .stages import Stage

_MOST_ROWS = 200


class ArgumentForm(QWidget):
    """The arguments of the chosen model. Hidden while no signature is known."""

    solve_requested = Signal()
    did = Signal(str, object, object)
    """A person wants the other way to write them; in a few words, what undoes it and what does it again."""

    def __init__(self, chosen: ChosenModel) -> None:
        super().__init__()
        self._chosen = chosen
        self._signature: Signature | None = None
        self.rows: dict[str, ArgumentRow] = {}
        self.ways = Segments(tr("Arguments as"))
        self.ways.show_choices((tr("Form"), "JSON"))
        self.ways.chosen.connect(self._show_way)
        self.solve = QPushButton(tr("Find Ar&guments"))
        self.solve.setToolTip(tr("Look for arguments with which the shapes of the checkpoint fit"))
        self.solve.clicked.connect(self.solve_requested)
        self._grid_widget = QWidget()
        self._grid = QGridLayout(self._grid_widget)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.json = QPlainTextEdit()
        self.json.setFont(mono_font(0.95))
        self.json.setFixedHeight(px(110))
        self.json.setTabChangesFocus(True)
        self.json.setObjectName("written")
        self.json.setAccessibleName(tr("Arguments as JSON"))
        self._pause = one_shot(self, PAUSE_MS, self._take_json)
        self.json.textChanged.connect(self._pause.start)
        self.json.hide()
        self._note = Label(tone="quiet", wrap=True, font=scaled_font(0.92))
        self._lay_out()
        chosen.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(Label(tr("Arguments"), font=scaled_font(1.05, bold=True)))
        head.addStretch(1)
        head.addWidget(self.ways)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._grid_widget)
        column.addWidget(self.json)
        column.addWidget(self._note)
        foot = QHBoxLayout()
        foot.addWidget(self.solve)
        foot.addStretch(1)
        column.addLayout(foot)

    def refresh(self) -> None:
        """Shows what the chosen model takes, and what it is given."""
        chosen = self._chosen
        self.setVisible(chosen.signature is not None)
        if chosen.signature is None:
            return
        if chosen.signature != self._signature:
            self._signature = chosen.signature
            self._make_rows(chosen.signature)
        for name, row in self.rows.items():
            is_solved = name in chosen.solved and chosen.given.get(name) == chosen.solved[name]
            row.show_value(chosen.given, chosen.filled.get(name), is_solved)
        self._show_json()
        self._tell(chosen.signature)
        self.solve.setEnabled(bool(self.rows) and chosen.stage is not Stage.SOLVING)

    def focus_first_missing(self) -> None:
        """Puts the keyboard where something is still to be written."""
        for name in self._chosen.missing_arguments:
            if name in self.rows:
                self.rows[name].field.setFocus()
                return

    def _make_rows(self, signature: Signature) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        for place, argument in enumerate(signature.arguments[:_MOST_ROWS]):
            row = ArgumentRow(argument, self)
            row.changed.connect(self._take_rows)
            row.place(self._grid, 2 * place)
            self.rows[argument.name] = row
        self._pause.stop()

    def _tell(self, signature: Signature) -> None:
        left_out = len(signature.arguments) - _MOST_ROWS
        words = [
            tr("It takes no arguments.") if not signature.arguments and not signature.takes_any else "",
            tr("It takes further arguments by name: write them as JSON.") if signature.takes_any else "",
            tr("{count} more arguments can be written as JSON.", count=wording.count(left_out)) if left_out > 0 else "",
        ]
        self._say(sentences(*words))

    def _say(self, words: str, tone: str = "quiet") -> None:
        self._note.set_tone(tone)
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def _take_rows(self) -> None:
        """What the rows say, and of what has no row (written as JSON) whatever it was."""
        others = {name: value for name, value in self._chosen.given.items() if name not in self.rows}
        said = {name: row.value for name, row in self.rows.items() if row.is_given}
        self._chosen.set_arguments(others | said)

    def _show_way(self, number: int) -> None:
        if number != int(self.json.isVisibleTo(self)):
            self.show_way(number)
            words = tr("Show {page}", page=self.ways.texts()[number])
            self.did.emit(words, partial(self.show_way, 1 - number), partial(self.show_way, number))

    def show_way(self, number: int) -> None:
        """Shows the form, 0, or JSON, 1."""
        self.ways.show_choices(self.ways.texts(), number)
        self._grid_widget.setVisible(number == 0)
        self.json.setVisible(number == 1)
        if number == 1:
            self.json.setFocus()

    def _show_json(self) -> None:
        text = as_json(self._chosen.arguments)
        is_typing = self._pause.isActive() or (self.json.hasFocus() and self._says_what_is_given())
        if not is_typing and text != self.json.toPlainText():
            self.json.blockSignals(True)
            self.json.setPlainText(text)
            self.json.blockSignals(False)

    def _take_json(self) -> None:
        try:
            written = from_json(self.json.toPlainText())
        except InspectorError as error:
            self._say(error.message, "danger")
            return
        if self._signature is not None:
            self._tell(self._signature)
        self._chosen.set_arguments(self._given(written))

    def _given(self, written: dict[str, object]) -> dict[str, object]:
        """Of what is written that which the checkpoint does not say itself."""
        said = {name: value for name, (value, _) in self._chosen.filled.items()}
        return {name: value for name, value in written.items() if name not in said or said[name] != value}

    def _says_what_is_given(self) -> bool:
        """Whether what is written needs no other words: it means what is given, or nothing yet."""
        try:
            return self._given(from_json(self.json.toPlainText())) == self._chosen.given
        except InspectorError:
            return True
