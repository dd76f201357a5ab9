"""A place that says "drop it here" and can be clicked, and the way files come in by drag and drop."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..theme import colours, scaled_font

_RADIUS = 12


def dropped_paths(data: QMimeData) -> list[str]:
    """The files and folders of this machine in what is being dropped."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile() and url.toLocalFile()]


class DropZone(QWidget):
    """A large dashed field. The window takes the drop; this shows that it would, and opens the dialog on a click."""

    clicked = Signal()

    def __init__(self, title: str, line: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._line = line
        self._lit = False
        self._is_low = False
        self._icon = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)

    def sizeHint(self) -> QSize:
        return QSize(640, self.fontMetrics().height() * (6 if self._is_low else 10))

    def be_low(self, is_low: bool) -> None:
        """Leaves room for other things: the icon then stands beside the words."""
        self._is_low = is_low
        self.updateGeometry()
        self.update()

    def light(self, lit: bool) -> None:
        """Shows that something is held over the window that can be dropped."""
        if lit != self._lit:
            self._lit = lit
            self.update()

    def dress(self) -> None:
        """Puts the icon in; called when the window has been painted."""
        from ..icons import icon

        self._icon = icon("drop", "accent")
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        chosen = colours()
        bright = self._lit or self.hasFocus() or self.underMouse()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(chosen.accent if bright else chosen.faint), 2 if self._lit else 1.5, Qt.PenStyle.DashLine)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(QColor(chosen.selection if self._lit else chosen.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        chosen = colours()
        title, line = scaled_font(1.5), scaled_font(1.0)
        heights = (-10 if self._is_low else 40, QFontMetrics(title).height(), QFontMetrics(line).height())
        top = (self.height() - sum(heights) - 20) // 2
        if self._icon is not None and self._is_low:
            words = max(
                QFontMetrics(title).horizontalAdvance(self._title), QFontMetrics(line).horizontalAdvance(self._line)
            )
            left = max(_RADIUS, (self.width() - words) // 2 - 64)
            self._icon.paint(painter, left, (self.height() - 36) // 2, 36, 36)
        elif self._icon is not None:
            self._icon.paint(painter, (self.width() - 36) // 2, top, 36, 36)
        for font, colour, text, y, height in (
            (title, chosen.text, self._title, top + heights[0] + 10, heights[1]),
            (line, chosen.quiet, self._line, top + heights[0] + heights[1] + 18, heights[2]),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(0, y, self.width(), height, Qt.AlignmentFlag.AlignCenter, text)
