"""What of a file is converted: a row for each part, of which one is chosen, with its tensors and size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ..theme import colours, figures_font, scaled_font
from ..widgets.labels import plain_tip

_DISC, _GAP = 14, 9


class PartRow(QRadioButton):
    """A disc, a title, and below it what it comes to."""

    def __init__(self, title: str, line: str) -> None:
        super().__init__()
        self.title, self.line = title, line
        self.setAccessibleName(f"{title}: {line}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, self._title_height() + self._line_height() + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_disc(painter)
        now = colours()
        left, height = _DISC + _GAP, self._title_height()
        area = QRectF(left, 3, self.width() - left, height)
        for text, font, colour in (
            (self.title, scaled_font(1.0, bold=self.isChecked()), now.text),
            (self.line, figures_font(scaled_font(0.92)), now.quiet),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour if self.isEnabled() else now.faint))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(area.width()))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
            area = QRectF(left, 3 + height, self.width() - left, self._line_height())

    def _paint_disc(self, painter: QPainter) -> None:
        now = colours()
        is_near = self.underMouse() or self.hasFocus()
        middle = QPointF(_DISC / 2 + 1, 3 + self._title_height() / 2)
        on = self.isChecked()
        painter.setPen(QPen(QColor(now.accent if is_near or on else now.faint), 1.4 if self.hasFocus() else 1))
        painter.setBrush(QColor(now.accent if on else now.surface))
        painter.drawEllipse(middle, _DISC / 2, _DISC / 2)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.on_accent))
            painter.drawEllipse(middle, 2.6, 2.6)

    def _title_height(self) -> int:
        return self.fontMetrics().height() + 2

    def _line_height(self) -> int:
        return self.fontMetrics().height()


class PartRows(QWidget):
    """Rows of which exactly one is chosen."""

    chosen = Signal(str)
    """The key of the part that a person chose."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("What is converted"))
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(lambda number: self.chosen.emit(self._keys[number]))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._keys: list[str] = []
        self.rows: list[PartRow] = []

    def show_parts(self, parts: Sequence[tuple[str, str, int, int]], chosen: str) -> None:
        """Shows parts - key, title, tensors, bytes - with the one whose key is `chosen` in force."""
        words = [_words(*part) for part in parts]
        if words != [(row.title, row.line) for row in self.rows]:
            self._make(words)
        self._keys = [key for key, *_ in parts]
        if chosen in self._keys:
            self.rows[self._keys.index(chosen)].setChecked(True)

    def _make(self, words: Sequence[tuple[str, str]]) -> None:
        for row in self.rows:
            self._group.removeButton(row)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [PartRow(title, line) for title, line in words]
        for number, row in enumerate(self.rows):
            row.setToolTip(plain_tip(f"{row.title}\n{row.line}"))
            self._group.addButton(row, number)
            self._column.addWidget(row)


def _words(key: str, title: str, tensors: int, nbytes: int) -> tuple[str, str]:
    counts = (wording.plural(tensors, "tensor"), wording.size(nbytes))
    return wording.safe(title, 80), "  ·  ".join([*([wording.safe(key, 60)] if key else []), *counts])
