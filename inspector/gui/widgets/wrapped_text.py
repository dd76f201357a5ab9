"""Text of several lines that breaks anywhere when it must, is as high as its lines are, and can be selected.

Why this way: a `QLabel` breaks between words only. A path or a key of 300 letters is one word, and would make
the window as wide as it is.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPalette, QResizeEvent, QTextOption
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QWidget

from ..theme import colours


class WrappedText(QTextEdit):
    """Plain text in one of the tones of `Label`."""

    def __init__(
        self, text: str = "", *, tone: str = "text", font: QFont | None = None, parent: QWidget | None = None
    ) -> None:
        self._tone = tone
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if font is not None:
            self.setFont(font)
        self._take_colour()
        self.setText(text)

    def setText(self, text: str) -> None:
        """Shows `text`, every character of it for what it is."""
        self.setPlainText(text)
        self.setAccessibleName(text)
        self._fit()

    def text(self) -> str:
        return self.toPlainText()

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self._take_colour()

    def sizeHint(self) -> QSize:
        return QSize(240, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colour()

    def _fit(self) -> None:
        """As high as the lines are at the present width."""
        height = int(self.document().size().height() + 0.999)
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)

    def _take_colour(self) -> None:
        wanted = QColor(getattr(colours(), self._tone))
        palette = self.palette()
        if palette.color(QPalette.ColorRole.Text) != wanted:
            palette.setColor(QPalette.ColorRole.Text, wanted)
            self.setPalette(palette)
