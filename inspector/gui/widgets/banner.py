"""A calm strip on top of what it is about: a sign, a sentence, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from ...language import tr
from ..theme import colours, scaled_font
from .labels import Label, plain_tip


class Banner(QWidget):
    """A sentence with a sign before it and buttons after it. Hidden until it has something to say."""

    def __init__(self, sign: str, tone: str = "danger", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._sign = Label(sign, tone=tone, font=scaled_font(1.1, bold=True))
        self._words = Label(wrap=True, selectable=True)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 7, 10, 7)
        self._row.setSpacing(10)
        self._row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._words, 1)
        self._take_colour()
        self.hide()

    def say(self, sentence: str, more: str = "") -> None:
        """Shows a sentence, and `more` as its tip; an empty one hides the banner."""
        self._words.setText(sentence)
        self._words.setToolTip(plain_tip(more))
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    @property
    def sentence(self) -> str:
        return self._words.text()

    def offer(self, text: str, act: Callable[[], object], tip: str = "") -> QPushButton:
        """Adds a button."""
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: act())
        self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return button

    def offer_closing(self) -> None:
        """Adds a small button that puts the banner away."""
        button = QToolButton()
        button.setText("×")
        button.setAutoRaise(True)
        button.setToolTip(tr("Put this message away"))
        button.setAccessibleName(tr("Put this message away"))
        button.clicked.connect(self.hide)
        self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colour()

    def _take_colour(self) -> None:
        wanted = QColor(colours().banner)
        palette = self.palette()
        if palette.color(QPalette.ColorRole.Window) != wanted:
            palette.setColor(QPalette.ColorRole.Window, wanted)
            self.setPalette(palette)
