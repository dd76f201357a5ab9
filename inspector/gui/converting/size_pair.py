"""Two sizes as bars to one scale: before and after."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ... import wording
from ...language import tr
from ..theme import colours, figures_font, scaled_font

_BAR, _GAP = 10, 12


class SizePair(QWidget):
    """A bar for what is there and one for what would be written, each with its name before it and its size behind."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.before, self.after = 0, 0
        self._is_past = False

    def show_sizes(self, before: int, after: int) -> None:
        """Shows these numbers of bytes."""
        self.before, self.after = before, after
        sizes = wording.size(before), wording.size(after)
        self.setAccessibleName(tr("{before} before, {after} after", before=sizes[0], after=sizes[1]))
        self.update()

    def show_past(self, is_past: bool) -> None:
        """Whether what comes after is no more what would be written, and another is on its way."""
        if is_past != self._is_past:
            self._is_past = is_past
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 2 * self._line())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = colours()
        bars = (now.faint, now.line if self._is_past else now.accent)
        tones = (now.quiet, now.faint if self._is_past else now.text)
        names = (tr("before"), tr("after"))
        sizes = (self.before, self.after)
        figures = figures_font(scaled_font(1.15, bold=True))
        painter.setFont(figures)
        figures_width = max(painter.fontMetrics().horizontalAdvance(wording.size(each)) for each in sizes) + _GAP
        painter.setFont(self.font())
        names_width = max(painter.fontMetrics().horizontalAdvance(each) for each in names) + _GAP
        room = max(10, self.width() - names_width - figures_width)
        align = Qt.AlignmentFlag.AlignVCenter
        for place, (name, nbytes) in enumerate(zip(names, sizes)):
            top = place * self._line()
            painter.setFont(self.font())
            painter.setPen(QColor(now.quiet))
            painter.drawText(QRectF(0, top, names_width, self._line()), align, name)
            bar = QRectF(names_width, top + (self._line() - _BAR) / 2, max(2.0, room * self._share(nbytes)), _BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(bars[place]))
            painter.drawRoundedRect(bar, 3, 3)
            painter.setFont(figures)
            painter.setPen(QColor(tones[place]))
            area = QRectF(bar.right() + _GAP, top, figures_width, self._line())
            painter.drawText(area, align | Qt.TextFlag.TextDontClip, wording.size(nbytes))

    def _share(self, nbytes: int) -> float:
        largest = max(self.before, self.after)
        return nbytes / largest if largest else 0.0

    def _line(self) -> int:
        return self.fontMetrics().height() + 8
