"""What is to be said of a training: a sentence on each line; a click sets off the layers and checkpoints it means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from ...language import tr
from ...series.stories import Story
from ..theme import Meaning, colours, px, scaled_font
from ..widgets.labels import plain_tip
from ..widgets.sentence_lines import SentenceLine, SentenceLines
from .frame_words import STAR

_SIGNS = {
    "best": STAR, "frozen": Meaning.SAME.symbol, "same": Meaning.SAME.symbol, "twins": Meaning.SAME.symbol,
    "moved": Meaning.VALUES_DIFFER.symbol, "shrinking": "↘", "growing": "↗", "oscillating": "∿", "rate": "η",
    "restart": "↺", "nearly": "≈", "dtype": Meaning.DTYPE_DIFFERS.symbol, "placed": "?", "left_out": "·",
    "keys": Meaning.UNEXPECTED.symbol, "thawed": Meaning.VALUES_DIFFER.symbol,
}  # fmt: skip
MOST_SEEN = 4
_SEEN_LOW, _LOW = 3, 700
"""Of a low window fewer are seen at once."""


class StoryLines(SentenceLines):
    """A line for each story; what is chosen is the `Story` that is to be set off."""

    def __init__(self) -> None:
        super().__init__(tr("What happened in this training"), MOST_SEEN)

    def show_stories(self, stories: Sequence[Story]) -> None:
        """Shows these and no others; the one that is down stays down while it is told."""
        if [line.subject for line in self.lines] == list(stories):
            return
        down = self.down.text() if self.down is not None else None
        lines = [StoryLine(story) for story in stories]
        for line in lines:
            line.setChecked(line.text() == down)
        self.show_lines(lines)


class StoryLine(SentenceLine):
    """One story on one line."""

    def __init__(self, story: Story) -> None:
        super().__init__(story, story.sentence)
        self.sign = Meaning.DAMAGED.symbol if story.is_alarm else _SIGNS.get(story.kind, "·")
        self._is_alarm = story.is_alarm
        self.setToolTip(plain_tip(self.text().replace("`", "")))
        self.setAccessibleName(self.text())

    def paint_mark(self, painter: QPainter) -> int:
        now = colours()
        painter.setFont(scaled_font(1.0, bold=True))
        painter.setPen(QColor(now.danger if self._is_alarm else now.accent))
        painter.drawText(QRect(6, 0, px(20), self.height()), Qt.AlignmentFlag.AlignCenter, self.sign)
        return 6 + px(20) + 6


def lines_for(height: int) -> int:
    """How many lines are seen at once in a panel so high."""
    return MOST_SEEN if height >= px(_LOW) else _SEEN_LOW
