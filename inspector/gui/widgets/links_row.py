"""A row of names that can be followed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from ... import wording
from ...language import tr
from .flow_layout import FlowLayout
from .labels import Label, plain_tip

_MOST_LETTERS = 48


class LinksRow(QWidget):
    """`title`, and behind it a button for each name. The widget it lies in is hidden while there are none."""

    chosen = Signal(int)

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, across=6)
        self._title = title
        self.buttons: list[QPushButton] = []

    def show_links(self, names: Sequence[str]) -> None:
        """Shows these and no others."""
        while (item := self._flow.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        if self._title:
            self._flow.addWidget(Label(self._title, tone="quiet"))
        self.buttons = [self._button(number, name) for number, name in enumerate(names)]
        frame = self.parentWidget()
        if frame is not None:
            frame.setVisible(bool(names))

    def _button(self, number: int, name: str) -> QPushButton:
        button = QPushButton()
        button.setText(wording.safe(name, _MOST_LETTERS).replace("&", "&&"))
        button.setToolTip(plain_tip(tr("Go to {name}", name=name)))
        button.clicked.connect(lambda: self.chosen.emit(number))
        self._flow.addWidget(button)
        return button
