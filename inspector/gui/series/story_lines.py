"""What is to be said of a training: a sentence on each line; a click sets off the layers and checkpoints it means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ...series.stories import Story
from ..theme import Meaning, colours, mono_font, px, scaled_font
from ..widgets.labels import plain_tip
from .frame_words import STAR

_SIGNS = {
    "best": STAR, "frozen": Meaning.SAME.symbol, "same": Meaning.SAME.symbol, "twins": Meaning.SAME.symbol,
    "moved": Meaning.VALUES_DIFFER.symbol, "shrinking": "↘", "growing": "↗", "oscillating": "∿", "rate": "η",
    "restart": "↺", "nearly": "≈", "dtype": Meaning.DTYPE_DIFFERS.symbol, "placed": "?", "left_out": "·",
}  # fmt: skip
MOST_SEEN = 4
_SEEN_LOW, _LOW = 3, 700
"""Of a low window fewer are seen at once."""
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class StoryLines(QScrollArea):
    """One line below the other; at most one of them is down."""

    chosen = Signal(object)
    """The `Story` that is to be set off; None when none is."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("What happened in this training"))
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        page = QWidget()
        page.setAutoFillBackground(False)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(6, 2, 6, 2)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(page)
        self.lines: list[StoryLine] = []
        self._most = MOST_SEEN

    def show_stories(self, stories: Sequence[Story]) -> None:
        """Shows these and no others; the one that is down stays down while it is told."""
        if [line.story for line in self.lines] == list(stories):
            return
        down = next((line.story.sentence for line in self.lines if line.isChecked()), None)
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [self._line(story) for story in stories]
        for number, line in enumerate(self.lines):
            line.setChecked(line.story.sentence == down)
            self._column.insertWidget(number, line)
        self.fit(self._most)

    def choose(self, story: Story | None) -> None:
        """Sets off what this story is about; of the one that is down already nothing more."""
        was = next((line.story for line in self.lines if line.isChecked()), None)
        wanted = None if story is was else story
        for line in self.lines:
            line.setChecked(line.story is wanted)
        self.chosen.emit(wanted)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit(self._most)

    def fit(self, most: int) -> None:
        """Takes the room of so many lines at most."""
        self._most = most
        self.setVisible(bool(self.lines))
        self.setFixedHeight(sum(line.sizeHint().height() for line in self.lines[:most]) + 4)

    def _line(self, story: Story) -> StoryLine:
        line = StoryLine(story)
        line.clicked.connect(lambda: self._pressed(line))
        line.step_asked.connect(lambda step: self._go(line, step))
        return line

    def _pressed(self, line: StoryLine) -> None:
        line.setChecked(not line.isChecked())  # as it was: `choose` decides
        self.choose(line.story)

    def _go(self, line: StoryLine, step: int) -> None:
        place = self.lines.index(line) + step
        if 0 <= place < len(self.lines):
            self.lines[place].setFocus()
            self.ensureWidgetVisible(self.lines[place])


class StoryLine(QAbstractButton):
    """One story on one line."""

    step_asked = Signal(int)
    """Down (1) or up (-1): the keyboard wants to the next line."""

    def __init__(self, story: Story) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the pointer comes and goes
        self.story = story
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setText(wording.safe(story.sentence, 600))
        self.setToolTip(plain_tip(self.text().replace("`", "")))
        self.setAccessibleName(self.text())

    @property
    def sign(self) -> str:
        return Meaning.DAMAGED.symbol if self.story.is_alarm else _SIGNS.get(self.story.kind, "·")

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 8)

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
        painter.setFont(scaled_font(1.0, bold=True))
        painter.setPen(QColor(now.danger if self.story.is_alarm else now.accent))
        painter.drawText(QRect(6, 0, px(20), self.height()), Qt.AlignmentFlag.AlignCenter, self.sign)
        self._paint_words(painter, now.text, 6 + px(20) + 6)

    def _paint_words(self, painter: QPainter, text: str, left: int) -> None:
        right = self.width() - 12
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


def lines_for(height: int) -> int:
    """How many lines are seen at once in a panel so high."""
    return MOST_SEEN if height >= px(_LOW) else _SEEN_LOW
