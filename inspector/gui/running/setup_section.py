"""One section of a column of settings: a heading that folds it, and beside it what is set, in a few words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ..theme import px, scaled_font
from ..widgets.fold_heading import FoldHeading
from ..widgets.labels import ElidedLabel, Label, plain_tip

LABEL_WIDTH = 104
"""Pixels for the names of settings, the same in all sections, so that their fields line up."""


class Section(QWidget):
    """A heading, what is set in a few words while it is folded, and its content."""

    turned = Signal(bool)
    """A person opened it, or closed it."""

    def __init__(self, title: str, content: QWidget, *, is_open: bool = True, is_small: bool = False) -> None:
        super().__init__()
        self.content = content
        self.button = FoldHeading(title, scaled_font(1.0) if is_small else None)
        self.button.clicked.connect(self._turn)
        self._summary = ElidedLabel(tone="quiet", font=scaled_font(0.95))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(10)
        head.addWidget(self.button)
        head.addWidget(self._summary, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(content)
        self.is_open = is_open
        self.open(is_open)

    def _turn(self) -> None:
        self.open(self.button.isChecked())
        self.turned.emit(self.is_open)

    def open(self, is_open: bool = True) -> None:
        """Unfolds or folds it."""
        self.is_open = is_open
        self.button.setChecked(is_open)
        self.content.setVisible(is_open)
        self._show_summary()

    def name(self, title: str) -> None:
        """Gives it another heading."""
        self.button.setText(title)
        self.button.setAccessibleName(title)
        self.button.updateGeometry()

    def _show_summary(self) -> None:
        self._summary.setVisible(True)
        self._summary.setText("" if self.is_open else self._words)

    _words = ""

    def sum_up(self, words: str) -> None:
        """What is set in it, shown while it is folded."""
        self._words = wording.safe(words, 300)
        self._show_summary()

    @property
    def summary(self) -> str:
        return self._summary.text()


class SettingRows(QWidget):
    """Names on the left, fields on the right, a quiet line below a field where there is something to say of it."""

    def __init__(self) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setHorizontalSpacing(10)
        self._form.setVerticalSpacing(6)
        self._rows: dict[QWidget, QWidget] = {}

    def add(self, name: str, field: QWidget, tip: str, *, note: Label | None = None) -> None:
        """Adds a row; the tip is the field's too, and `name` what a screen reader says."""
        label = Label(name, tone="quiet")
        label.setFixedWidth(px(LABEL_WIDTH))
        label.setContentsMargins(0, 1, 0, 1)  # Qt makes it 7/4 as high at most: so it stands on a line with its field
        label.setToolTip(plain_tip(tip))
        label.setBuddy(field)
        field.setToolTip(plain_tip(tip))
        if not field.accessibleName():
            field.setAccessibleName(name)
        self._rows[field] = _with_note(field, note) if note is not None else field
        self._form.addRow(label, self._rows[field])

    def add_wide(self, widget: QWidget) -> None:
        """Adds something that takes the whole width."""
        self._rows[widget] = widget
        self._form.addRow(widget)

    def add_box(self, box: QWidget, tip: str) -> None:
        """Adds a check box, which has its name beside itself, in line with the fields."""
        box.setToolTip(plain_tip(tip))
        nothing = QWidget()
        nothing.setFixedWidth(px(LABEL_WIDTH))
        self._rows[box] = box
        self._form.addRow(nothing, box)

    def show_row(self, field: QWidget, is_shown: bool) -> None:
        """Shows or hides the row of `field`."""
        self._form.setRowVisible(self._rows[field], is_shown)


def note_label() -> Label:
    """A quiet line for what is to be said of a field; hidden while it is empty."""
    label = Label(tone="quiet", font=scaled_font(0.9), wrap=True)
    label.hide()
    return label


def say(label: Label, words: str, tone: str = "quiet") -> None:
    """Shows `words` in a note."""
    label.set_tone(tone)
    label.setText(words)
    label.setVisible(bool(words))


def _with_note(field: QWidget, note: Label) -> QWidget:
    both = QWidget()
    both.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(field)
    column.addWidget(note)
    return both
