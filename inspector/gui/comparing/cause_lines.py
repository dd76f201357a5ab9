"""The causes of a comparison as quiet lines: a sentence each, how sure it is, and on a click the keys it explains."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ...comparing.causes import CERTAIN, Cause, how_sure
from ...language import tr
from ..theme import colours, mono_font
from ..widgets.labels import plain_tip

MOST_LINES = 60
"""More causes than this are counted and not shown."""
_SEEN = 4
"""Lines that are seen at once; further ones are scrolled to."""
_SIDE, _GAP = 14, 16
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class CauseLines(QScrollArea):
    """One line below the other; at most one of them is down."""

    chosen = Signal(object)
    """The `Cause` whose keys are to be set off; None when none is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Causes of the differences"))
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        page = QWidget()
        page.setAutoFillBackground(False)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(6, 0, 6, 0)
        self._column.setSpacing(0)
        self.setWidget(page)
        self.lines: list[CauseLine] = []

    def show_causes(self, causes: Sequence[Cause]) -> None:
        """Shows these and no others; the widget is hidden while there are none."""
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [self._line(cause) for cause in causes[:MOST_LINES]]
        for line in self.lines:
            self._column.addWidget(line)
        self.setVisible(bool(causes))
        self._fit()

    def choose(self, cause: Cause | None) -> None:
        """Sets off the keys of this cause; of the one that is set off already no more."""
        was = next((line.cause for line in self.lines if line.isChecked()), None)
        wanted = None if cause is was else cause
        for line in self.lines:
            line.setChecked(line.cause is wanted)
        self.chosen.emit(wanted)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        shown = self.lines[:_SEEN]
        self.setFixedHeight(sum(line.sizeHint().height() for line in shown))

    def _line(self, cause: Cause) -> CauseLine:
        line = CauseLine(cause)
        line.clicked.connect(lambda: self._pressed(line))
        line.step_asked.connect(lambda step: self._go(line, step))
        return line

    def _pressed(self, line: CauseLine) -> None:
        line.setChecked(not line.isChecked())  # as it was: `choose` decides
        self.choose(line.cause)

    def _go(self, line: CauseLine, step: int) -> None:
        place = self.lines.index(line) + step
        if 0 <= place < len(self.lines):
            self.lines[place].setFocus()
            self.ensureWidgetVisible(self.lines[place])


class CauseLine(QAbstractButton):
    """One cause on one line; its tip says why it is thought, and what can be done."""

    step_asked = Signal(int)
    """Down (1) or up (-1): the keyboard wants to the next line."""

    def __init__(self, cause: Cause) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the pointer comes and goes
        self.cause = cause
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._sure = "" if cause.confidence == CERTAIN else how_sure(cause)
        self.setText(wording.safe(cause.sentence, 600))
        self.setToolTip(plain_tip("\n".join(_told(cause))))
        self.setAccessibleName(f"{self.text()} {self._sure}".strip())
        self.setAccessibleDescription(" ".join(_told(cause)[1:]))

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 9)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step_asked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setPen(QColor(now.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.selection if self.isChecked() else now.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        mark = QRectF(_SIDE - 7, self.height() / 2 - 2, 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.accent if self.isChecked() else now.quiet))
        painter.drawEllipse(mark)
        self._paint_words(painter, now.text, now.quiet)

    def _paint_words(self, painter: QPainter, text: str, quiet: str) -> None:
        beside = self.fontMetrics().horizontalAdvance(self._sure) + _GAP if self._sure else 0
        left, right = _SIDE + 4, self.width() - _SIDE - beside
        painter.setPen(QColor(text))
        for place, piece in enumerate(self.text().split("`")):
            font = mono_font(0.95) if place % 2 else self.font()  # every second piece is a name
            metrics = QFontMetrics(font)
            shown = metrics.elidedText(piece, Qt.TextElideMode.ElideRight, max(0, right - left))
            painter.setFont(font)
            painter.drawText(QRect(left, 0, right - left, self.height()), _FLAGS, shown)
            left += metrics.horizontalAdvance(piece)
            if shown != piece:
                break
        painter.setFont(self.font())
        painter.setPen(QColor(quiet))
        painter.drawText(self.rect().adjusted(0, 0, -_SIDE, 0), _FLAGS | Qt.AlignmentFlag.AlignRight, self._sure)


def _told(cause: Cause) -> list[str]:
    """Everything that there is to say of a cause, a sentence on each line."""
    undecided = (tr("Not decided: {each}", each=each) for each in cause.undecided)
    return [wording.safe(each, 600) for each in (cause.sentence, *cause.evidence, *undecided, cause.advice) if each]
