"""Where a person says what something of the file is: another of its fields, a number, or that it is to be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import marked, tr
from ...runs.resume import NUMBERS, PARTS
from .setting_fields import choice_box
from .setup import CLEAR, Setup
from .setup_section import note_label, say
from .typed_line import TypedLine

if TYPE_CHECKING:
    from ...runs.preflight import Need

_AS_FOUND, _WITHOUT, _NUMBER = marked("As it was found"), marked("Leave it out"), marked("Another number")


def is_correctable(need: Need) -> bool:
    """Whether a person may say what it is."""
    return need.role in NUMBERS or (need.role in PARTS and bool(need.choices))


class FieldCorrection(QWidget):
    """A choice, a line for a number where one may be meant, and what is wrong with it."""

    done = Signal()

    def __init__(self, need: Need, setup: Setup) -> None:
        super().__init__()
        self._need, self._setup = need, setup
        self._meant: list[object] = [CLEAR, *(field.key for field in need.choices)]
        texts = [tr(_AS_FOUND), *(_shown(field.key, field.text) for field in need.choices)]
        for text, meant, is_offered in ((_WITHOUT, None, True), (_NUMBER, _NUMBER, need.role in NUMBERS)):
            if is_offered:
                texts.append(tr(text))
                self._meant.append(meant)
        self.choice = choice_box([wording.safe(text, 120) for text in texts])
        self.choice.setAccessibleName(tr("What the {title} is", title=need.title.lower()))
        self.choice.setToolTip(tr("Another field of the file, or none"))
        self.choice.activated.connect(self._choose)
        self.line = TypedLine(_number)
        self.line.setPlaceholderText("4")
        self.line.setAccessibleName(tr("{title} as a number", title=need.title))
        self.line.setToolTip(tr("A number; epochs are counted from 1"))
        self.line.taken.connect(lambda value: self._correct(value) if value is not None else None)
        self.close_ = QPushButton(tr("&Done"))
        self.close_.setToolTip(tr("Put this away"))
        self.close_.clicked.connect(self.done)
        self._note = note_label()
        self._lay_out()
        self.show_present()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.choice, 2)
        row.addWidget(self.line, 1)
        row.addWidget(self.close_)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.line.note)
        column.addWidget(self._note)

    def show_present(self) -> None:
        """Shows what is said now; not while a number is being written."""
        if self.line.hasFocus():
            return
        said = self._setup.corrections.get(self._need.role, CLEAR)
        is_number = isinstance(said, int | float)
        place = self._meant.index(_NUMBER) if is_number else self._meant.index(said) if said in self._meant else 0
        self.choice.setCurrentIndex(place)
        self.line.setVisible(is_number)
        if is_number:
            self.line.show_text(f"{said:.10g}")

    def _choose(self, place: int) -> None:
        meant = self._meant[place]
        self.line.setVisible(meant is _NUMBER)
        if meant is _NUMBER:
            self.line.setFocus()
        else:
            self._correct(meant)

    def _correct(self, value: object) -> None:
        try:
            self._setup.correct(self._need.role, value)
        except InspectorError as error:
            say(self._note, str(error), "danger")
        else:
            say(self._note, "")


def _shown(key: str, text: str) -> str:
    return tr("{key}   ({text})", key=key or tr("the whole file"), text=text) if text else key


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InspectorError(tr("Write a number, such as 4 or 0.000040.")) from None
