"""The two files of a comparison, side by side: their names, the section of each that is compared, and the swap."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ... import wording
from ...checkpoint.entries import Section
from ...language import tr
from ..theme import scaled_font
from ..widgets.boxes import ChoiceBox
from ..widgets.labels import ElidedLabel, Label, plain_tip

_LEAST_NAME, _LEAST_SECTION = 170, 90
"""Pixels: where there is little room it is the name of the file that is read, not what of it is compared."""


class FileHead(QWidget):
    """One side: its letter, its name, and a choice of its sections."""

    section_chosen = Signal(str)
    """The key of the section that a person chose."""
    open_asked = Signal()
    """The file is wanted in a tab of its own."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self._keys: list[str] = []
        self._name = ElidedLabel(font=scaled_font(1.08, bold=True))
        self.sections = ChoiceBox()
        self.sections.setAccessibleName(tr("Section of {letter}", letter=letter))
        self.sections.setToolTip(tr("The part of the file that is compared"))
        self.sections.setMinimumWidth(_LEAST_SECTION)
        self.sections.activated.connect(lambda place: self.section_chosen.emit(self._keys[place]))
        self.open_button = QToolButton()
        self.open_button.setText(tr("Open"))
        self.open_button.setAutoRaise(True)
        self.open_button.setToolTip(tr("Open this file in a tab of its own"))
        self.open_button.setAccessibleName(tr("Open {letter} in a tab of its own", letter=letter))
        self.open_button.clicked.connect(self.open_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(letter, tone="quiet", font=scaled_font(1.08, bold=True)))
        row.addWidget(self._name, 1)
        row.addWidget(self.sections)
        row.addWidget(self.open_button)

    def show_file(self, path: str, name: str, sections: Sequence[Section], chosen: str) -> None:
        """Shows a file, with these sections to choose from."""
        self._name.setText(wording.safe(name, 200))
        self._name.setMinimumWidth(min(self._name.sizeHint().width(), _LEAST_NAME))
        self._name.setToolTip(plain_tip(wording.safe(path, 500)))
        self._keys = [section.key for section in sections]
        self.sections.clear()
        self.sections.addItems([_words(section) for section in sections])
        if chosen in self._keys:
            self.sections.setCurrentIndex(self._keys.index(chosen))
        self.sections.setVisible(len(sections) > 1)


class Heads(QWidget):
    """Both sides, and the button between them that swaps them."""

    sections_chosen = Signal(str, str)
    swap_asked = Signal()
    open_asked = Signal(int)
    """The file of side a (0) or b (1) is wanted in a tab of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.sides = FileHead("A"), FileHead("B")
        self._chosen = ["", ""]
        self.swap = QToolButton()
        self.swap.setText("⇄")
        self.swap.setAccessibleName(tr("Swap sides"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 4)
        row.setSpacing(14)
        row.addWidget(self.sides[0], 1)
        row.addWidget(self.swap)
        row.addWidget(self.sides[1], 1)
        for place, side in enumerate(self.sides):
            side.section_chosen.connect(lambda key, place=place: self._choose(place, key))
            side.open_asked.connect(lambda place=place: self.open_asked.emit(place))

    def show_files(
        self,
        paths: Sequence[str],
        names: Sequence[str],
        offered: Sequence[Sequence[Section]],
        chosen: Sequence[str],
    ) -> None:
        """Shows both files."""
        self._chosen = list(chosen)
        for side, path, name, sections, key in zip(self.sides, paths, names, offered, chosen):
            side.show_file(path, name, sections, key)

    def _choose(self, place: int, key: str) -> None:
        self._chosen[place] = key
        self.sections_chosen.emit(*self._chosen)


def _words(section: Section) -> str:
    return f"{section.title}  ·  {wording.safe(section.key, 60)}" if section.key else section.title
