"""The causes of a comparison as quiet lines: a sentence each, how sure it is, and on a click the keys it explains."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ... import wording
from ...comparing.causes import CERTAIN, Cause, how_sure
from ...language import sentences, tr
from ..theme import colours
from ..widgets.labels import plain_tip
from ..widgets.sentence_lines import SentenceLine, SentenceLines

MOST_LINES = 60
"""More causes than this are counted and not shown."""
_SEEN = 4
"""Lines that are seen at once; further ones are scrolled to."""


class CauseLines(SentenceLines):
    """A line for each cause; what is chosen is the `Cause` whose keys are to be set off."""

    def __init__(self) -> None:
        super().__init__(tr("Causes of the differences"), _SEEN)

    def show_causes(self, causes: Sequence[Cause]) -> None:
        """Shows these and no others; the widget is hidden while there are none."""
        self.show_lines([CauseLine(cause) for cause in causes[:MOST_LINES]])


class CauseLine(SentenceLine):
    """One cause on one line; its tip says why it is thought, and what can be done."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause, cause.sentence)
        self.beside = "" if cause.confidence == CERTAIN else how_sure(cause)
        self.setToolTip(plain_tip("\n".join(_told(cause))))
        self.setAccessibleName(f"{self.text()} {self.beside}".strip())
        self.setAccessibleDescription(sentences(*_told(cause)[1:]))

    def paint_mark(self, painter: QPainter) -> int:
        now = colours()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.accent if self.isChecked() else now.quiet))
        painter.drawEllipse(QRectF(7, self.height() / 2 - 2, 4, 4))
        return 18


def _told(cause: Cause) -> list[str]:
    """Everything that there is to say of a cause, a sentence on each line."""
    undecided = (tr("Not decided: {each}", each=each) for each in cause.undecided)
    return [wording.safe(each, 600) for each in (cause.sentence, *cause.evidence, *undecided, cause.advice) if each]
