"""One argument of a constructor: its name, a field for its value, and where the value comes from.

Why this way: a field that is empty means the default, which stands in it as a placeholder. So "back to the default"
is to empty it, and no number is passed on that nobody meant.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QToolButton, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ...workshop.requests import Argument
from ..theme import mono_font, scaled_font
from ..timers import one_shot
from ..widgets.boxes import ChoiceBox
from ..widgets.labels import ElidedLabel, Label, plain_tip
from .argument_texts import default_text, parsed, plain_type, shown

PAUSE_MS = 600
"""A value counts as typed when no key was pressed for so long, or the field is left."""


class ArgumentRow(QObject):
    """The widgets of one argument; the form puts them into its grid."""

    changed = Signal()
    """`value` or `is_given` is another, because a person changed it."""

    def __init__(self, argument: Argument, parent: QWidget) -> None:
        super().__init__(parent)
        self.argument = argument
        self.is_given = False
        """Whether a person (or the solving) says the value, and not the file or the default."""
        self.value: object = None
        self._filled: tuple[object, str] | None = None
        self._text = ""
        name = wording.safe(argument.name, 80)
        self._name = ElidedLabel(name, font=mono_font(0.95))
        self._name.setToolTip(plain_tip(_tip(argument)))
        self._origin = Label(tone="quiet", font=scaled_font(0.9), wrap=True)
        self._reset = QToolButton()
        self._reset.setText("↺")
        self._reset.setAutoRaise(True)
        self._reset.setToolTip(plain_tip(_reset_words(argument)))
        self._reset.setAccessibleName(tr("Reset {name}", name=name))
        self._reset.clicked.connect(self.reset)
        self._pause = one_shot(self, PAUSE_MS, self._take_text)
        self.field = self._field()
        self.field.setAccessibleName(tr("Argument {name}", name=name))
        self.field.setToolTip(plain_tip(_tip(argument)))

    def place(self, grid: QGridLayout, row: int) -> None:
        """Puts the widgets into two rows of a grid of three columns."""
        grid.addWidget(self._name, row, 0)
        grid.addWidget(self.field, row, 1)
        grid.addWidget(self._reset, row, 2)
        grid.addWidget(self._origin, row + 1, 1, 1, 2)

    def show_value(self, given: dict[str, object], filled: tuple[object, str] | None, is_solved: bool) -> None:
        """Shows what is said about this argument; a field that is being typed in keeps its text."""
        self._filled = filled
        self.is_given = self.argument.name in given
        self.value = given.get(self.argument.name, filled[0] if filled else None)
        is_set = self.is_given or filled is not None
        if not self._pause.isActive():
            self._put(shown(self.value) if is_set else "")
        self._reset.setVisible(self.is_given)
        self._say(self._origin_words(is_solved), "accent" if self._is_missing else "quiet")

    def reset(self) -> None:
        """Back to what the file says, or to the default."""
        self._pause.stop()
        if self.is_given:
            self.is_given = False
            self.changed.emit()

    @property
    def origin(self) -> str:
        """What stands below the field."""
        return self._origin.text()

    @property
    def _is_missing(self) -> bool:
        """Whether it must be said, and nobody did."""
        return self.argument.required and not self.is_given and self._filled is None

    def _origin_words(self, is_solved: bool) -> str:
        if self.is_given:
            return tr("found from the shapes") if is_solved else ""
        if self._filled is not None:
            return tr("from the file: {key}", key=wording.safe(self._filled[1], 80))
        return tr("required") if self.argument.required else ""

    def _say(self, words: str, tone: str = "quiet") -> None:
        self._origin.set_tone(tone)
        self._origin.setText(words)
        self._origin.setVisible(bool(words))

    def _field(self) -> QWidget:
        options = ("True", "False") if plain_type(self.argument) == "bool" else self.argument.choices
        if options:
            box = ChoiceBox()
            box.addItems([self._default_item(), *options])
            box.activated.connect(self._take_choice)
            return box
        field = QLineEdit()
        field.setFont(mono_font(0.95))
        field.setPlaceholderText(wording.safe(default_text(self.argument), 200))
        field.textEdited.connect(lambda _text: self._pause.start())
        field.editingFinished.connect(self._take_text)
        return field

    def _default_item(self) -> str:
        if self.argument.required:
            return tr("choose")
        return tr("{value} (default)", value=wording.safe(default_text(self.argument), 60))

    def _put(self, text: str) -> None:
        self._text = text
        if isinstance(self.field, ChoiceBox):
            self.field.setCurrentIndex(max(0, self.field.findText(text)))
        elif isinstance(self.field, QLineEdit) and self.field.text() != text:
            self.field.setText(text)

    def _take_choice(self, place: int) -> None:
        text = self.field.currentText() if isinstance(self.field, ChoiceBox) else ""
        if place == 0:
            self.reset()
        else:
            self._take(text)

    def _take_text(self) -> None:
        self._pause.stop()
        text = self.field.text() if isinstance(self.field, QLineEdit) else ""
        if text == self._text:
            return
        self._text = text
        if not text.strip():
            self.reset()
        else:
            self._take(text)

    def _take(self, text: str) -> None:
        try:
            value = parsed(text, self.argument)
        except InspectorError as error:
            self._say(error.message, "danger")
            return
        if not self.is_given or value != self.value:
            self.is_given, self.value = True, value
            self.changed.emit()


def _tip(argument: Argument) -> str:
    kind = argument.type or tr("any type")
    default = tr("required") if argument.required else tr("default {value}", value=default_text(argument))
    told = tr("{title}: {message}", title=argument.name, message=wording.row_of([kind, default]))
    return wording.safe(told, 300) + (f"\n{wording.safe(argument.doc, 600)}" if argument.doc else "")


def _reset_words(argument: Argument) -> str:
    return (
        tr("Back to what the file says")
        if argument.required
        else tr("Back to the default: {value}", value=wording.safe(default_text(argument), 100))
    )
