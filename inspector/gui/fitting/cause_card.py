"""One cause: what happened, how much of it that explains, and the step that mends it, to be ticked."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ... import wording
from ...comparing.causes import Cause
from ...language import tr
from ..theme import colours, scaled_font
from ..widgets.check_box import CheckBox
from ..widgets.marked_text import MarkedText
from .case import Before
from .sentences import confidence_words, share_words, step_words

FADE_MS = 350
"""How long a cause that went away takes to fade."""
_MOST_LETTERS = 700


class CauseCard(QWidget):
    """A card. Click or Enter sets off the keys of its cause; Space ticks its step."""

    chosen = Signal(object)
    """The cause whose keys are to be set off."""
    ticked = Signal(object, bool)
    """A cause, and whether its step is to be taken."""
    turned = Signal(bool)
    """A person asked why it is thought (or no longer)."""
    step_asked = Signal(int)
    """Down (1) or up (-1): the keyboard wants to the next card."""

    def __init__(self, cause: Cause, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the pointer comes and goes
        self.cause = cause
        self._is_chosen = False
        self._is_going = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._sentence = self._text(cause.sentence)
        self._share = MarkedText(tone="quiet", font=scaled_font(0.92))
        self._advice = self._text(cause.advice, tone="quiet")
        self._undecided = self._text(
            "\n".join(tr("Not decided: {each}", each=each) for each in cause.undecided), tone="quiet"
        )
        self._refusal = self._text("", tone="danger")
        self._evidence = self._text("\n".join(f"·  {each}" for each in cause.evidence), tone="quiet")
        self._evidence.hide()
        self.box = CheckBox("")
        self._step = self._text("")
        self._more = QToolButton()
        self._lay_out()

    def show_cause(self, cause: Cause, before: Before, *, is_ticked: bool, refusal: str) -> None:
        """Shows this cause of what `before` says; `refusal` tells why its step could not be taken."""
        self.cause = cause
        self._share.setText(share_words(cause, before.lines))
        self._share.setToolTip(confidence_words(cause))
        if cause.step is not None:
            words = wording.safe(step_words(cause, before.in_file), _MOST_LETTERS)
            self._step.setText(words)
            self.box.setAccessibleName(words)
            self.box.blockSignals(True)
            self.box.setChecked(is_ticked)
            self.box.blockSignals(False)
        self._refusal.setText(wording.safe(refusal, _MOST_LETTERS))
        self._refusal.setVisible(bool(refusal))
        self.setAccessibleName(f"{self._sentence.text()} {self._share.text()}")
        self.setAccessibleDescription(self._step.text())

    def set_chosen(self, is_chosen: bool) -> None:
        """Draws it as the one whose keys are set off."""
        if is_chosen != self._is_chosen:
            self._is_chosen = is_chosen
            self.update()

    @property
    def is_chosen(self) -> bool:
        return self._is_chosen

    def fade(self) -> None:
        """Goes away, in a moment."""
        self._is_going = True
        self.setEnabled(False)
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        animation = QPropertyAnimation(effect, b"opacity", self)
        animation.setDuration(FADE_MS)
        animation.setStartValue(1.0)
        animation.setEndValue(0.0)
        animation.setEasingCurve(QEasingCurve.Type.InQuad)
        animation.finished.connect(self._go)
        animation.start()

    @property
    def is_going(self) -> bool:
        return self._is_going

    def show_evidence(self, shown: bool) -> None:
        self._more.setChecked(shown)
        self._more.setText(tr("Less") if shown else tr("Why?"))
        self._evidence.setVisible(shown)

    def turn_evidence(self, shown: bool) -> None:
        """A person asks why, or has read it."""
        self.show_evidence(shown)
        self.turned.emit(shown)

    def _go(self) -> None:
        self.hide()
        self.deleteLater()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        column.setSpacing(5)
        column.addWidget(self._sentence)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._share, 1)
        if self.cause.evidence:
            self._more.setCheckable(True)
            self._more.setAutoRaise(True)
            self._more.setMaximumHeight(self.fontMetrics().height() + 10)
            self._more.setToolTip(tr("Why this is thought"))
            self._more.setAccessibleName(tr("Why this is thought"))
            self._more.clicked.connect(self.turn_evidence)
            self.show_evidence(False)
            line.addWidget(self._more)
        column.addLayout(line)
        for text in (self._evidence, self._undecided, self._advice):
            column.addWidget(text)
            text.setVisible(bool(text.text()) and text is not self._evidence)
        if self.cause.step is not None:
            column.addLayout(self._step_line())
        column.addWidget(self._refusal)

    def _step_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(2)
        self.box.toggled.connect(lambda ticked: self.ticked.emit(self.cause, ticked))
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._step, 1)
        return line

    def _text(self, text: str, tone: str = "text") -> MarkedText:
        """A text that leaves the mouse to the card, so that a click anywhere chooses it."""
        made = MarkedText(wording.safe(text, _MOST_LETTERS) if "\n" not in text else _lines(text), tone=tone)
        made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return made

    # What Qt tells

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.cause)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.cause)
        elif event.key() == Qt.Key.Key_Space and self.cause.step is not None:
            self.box.toggle()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step_asked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left) and self.cause.evidence:
            if (event.key() == Qt.Key.Key_Right) is not self._more.isChecked():
                self.turn_evidence(not self._more.isChecked())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = now.accent if self._is_chosen or self.hasFocus() else now.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(now.selection if self._is_chosen else now.hover if self.underMouse() else now.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def _lines(text: str) -> str:
    return "\n".join(wording.safe(line, _MOST_LETTERS) for line in text.splitlines())
