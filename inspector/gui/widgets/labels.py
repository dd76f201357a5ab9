"""Texts on the window: plain, never markup, in the colours in force.

Keys, file names and whatever else a file says may be written so as to be taken for rich text; a `Label`
shows every character for what it is.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from ..theme import colours


class Label(QLabel):
    """Plain text in one of the tones `text`, `quiet`, `hint`, `faint`, `accent` and `danger`; follows the theme."""

    def __init__(
        self, text: str = "", *, tone: str = "text", font: QFont | None = None, wrap: bool = False,
        selectable: bool = False, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if font is not None:
            self.setFont(font)
        if selectable:
            flags = Qt.TextInteractionFlag
            self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self._tone = tone
        # Without this a label on a surface (a widget whose background is the palette's Base) is drawn as `Text`.
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        self.setText(text)
        self._take_colour()

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self._take_colour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_colour()

    def _take_colour(self) -> None:
        wanted = QColor(getattr(colours(), self._tone))
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != wanted:
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            self.setPalette(palette)


class ElidedLabel(Label):
    """One line that is cut in its middle where there is no room for it; the tip has it in full."""

    def __init__(self, text: str = "", *, tone: str = "text", font: QFont | None = None) -> None:
        super().__init__(text, tone=tone, font=font)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().height() * 3, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.setFont(self.font())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self._shown())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            is_cut = self._shown() != self.text()
            QToolTip.showText(event.globalPos(), plain_tip(self.text()) if is_cut else "", self)
            return True
        return super().event(event)

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())


def plain_tip(text: str) -> str:
    """`text` as a tool tip that shows its characters and takes none of them for markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<p style='white-space:pre-wrap'>{escaped}</p>" if text else ""
