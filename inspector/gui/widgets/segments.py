"""A few ways to look at something, side by side, of which one is in force."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget


class Segments(QWidget):
    """Buttons of which exactly one is down; left and right go from one to the next."""

    chosen = Signal(int)
    """The number of the button that a person pressed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self.chosen)

    def show_choices(self, texts: Sequence[str], current: int = 0) -> None:
        """Offers `texts`, with the one numbered `current` in force."""
        if texts and list(texts) == self.texts():
            self._group.button(current).setChecked(True)
            return
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        for number, text in enumerate(texts):
            self._row.addWidget(self._button(text, number))
        if texts:
            self._group.button(current).setChecked(True)
        self.setVisible(len(texts) > 1)

    @property
    def current(self) -> int:
        """The number of the button in force, -1 when there is none."""
        return self._group.checkedId()

    def texts(self) -> list[str]:
        return [button.text() for button in self._group.buttons()]

    def choose(self, number: int) -> None:
        """As if a person had pressed the button."""
        self._group.button(number).click()

    def _button(self, text: str, number: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(f"{self.accessibleName()}: {text}")
        self._group.addButton(button, number)
        return button
