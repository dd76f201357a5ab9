"""A step of a tour: the window is dimmed but for what is spoken of, and a card says what it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from ...language import tr
from ..theme import colours, scaled_font
from ..timers import one_shot
from ..widgets.labels import Label

_WIDTH, _GAP, _AROUND, _RADIUS = 360, 16, 6, 10
_MOVING = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
_KEYS = {
    Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Left: -1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_Backspace: -1,
}  # fmt: skip


class Card(QFrame):
    """Title, text, `1 of 5`, and the buttons Skip, Back and Next."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.title = Label(font=scaled_font(1.2, bold=True), wrap=True)
        self.text = Label(wrap=True)
        self.place = Label(tone="quiet")
        self.skip, self.back, self.next = (QPushButton() for _ in range(3))
        self.skip.setText(tr("&Skip"))
        self.skip.setToolTip(tr("End the tour (Esc); Help > Tour begins it again"))
        self.back.setText(tr("&Back"))
        self.next.setProperty("main", "true")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.place)
        foot.addStretch(1)
        for button in (self.skip, self.back, self.next):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 16, 14)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addSpacing(6)
        column.addLayout(foot)

    def say(self, title: str, text: str, number: int, count: int) -> None:
        """Shows a step, the first being number 1."""
        self.title.setText(title)
        self.text.setText(text)
        self.place.setText(tr("{number} of {count}", number=number, count=count))
        self.back.setEnabled(number > 1)
        self.skip.setVisible(number < count)
        self.next.setText(tr("&Next") if number < count else tr("&Done"))
        self.setAccessibleName(tr("{title}: {state}. {words}", title=self.place.text(), state=title, words=text))
        self.next.setAccessibleDescription(self.accessibleName())

    def fit(self, width: int) -> None:
        """As high as its words are at this width."""
        width = max(width, self.layout().minimumSize().width())
        self.setFixedWidth(width)
        self.setFixedHeight(self.layout().totalHeightForWidth(width))


class Overlay(QWidget):
    """Lies over the whole window, and goes with its size."""

    stepped = Signal(int)
    """1: on, -1: back."""
    skipped = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.card = Card(self)
        self.card.next.clicked.connect(lambda: self.stepped.emit(1))
        self.card.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.card.skip.clicked.connect(self.skipped)
        self._target: QWidget | None = None
        self._part: QRect | None = None
        self._hole = QRect()
        self._is_leaving = False
        self._later = one_shot(self, 0, self.fit)
        window.installEventFilter(self)

    def show_step(
        self, title: str, text: str, number: int, count: int, target: QWidget | None, part: QRect | None = None
    ) -> None:
        """Says something about `target`, or about a `part` of it; None: about the window."""
        self.card.say(title, text, number, count)
        self.setAccessibleName(self.card.accessibleName())
        if target is not self._target:
            self._follow(target)
        self._part = part
        self.fit()
        self.show()
        self.raise_()
        self.card.next.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(QAccessibleEvent(self.card, QAccessible.Event.Alert))

    def _follow(self, target: QWidget | None) -> None:
        """Hears when what it points at gets another place."""
        if self._is_there():
            self._target.removeEventFilter(self)  # type: ignore[union-attr]
        if target is not None:
            target.installEventFilter(self)
        self._target = target

    def _is_there(self) -> bool:
        """Whether what it points at was not closed meanwhile."""
        return self._target is not None and isValid(self._target)

    def leave(self) -> None:
        """Goes for good."""
        self._is_leaving = True
        self._later.stop()
        self._follow(None)
        self.parentWidget().removeEventFilter(self)
        self.close()

    @property
    def hole(self) -> QRect:
        """What is not dimmed, in the window's coordinates."""
        return self._hole

    def fit(self) -> None:
        """Takes the size of the window, and places the card beside what it is about."""
        window = self.parentWidget()
        self.setGeometry(window.rect())
        self._hole = self._place_of_target()
        self.card.fit(min(_WIDTH, self.width() - 2 * _GAP))
        self.card.move(self._place_of_card())
        self.update()

    def _place_of_target(self) -> QRect:
        target = self._target
        if target is None or not self._is_there() or not target.isVisible():
            return QRect()
        part = self._part if self._part is not None else target.rect()
        place = QRect(target.mapTo(self.parentWidget(), part.topLeft()), part.size())
        return place.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND).intersected(self.rect())

    def _place_of_card(self) -> QPoint:
        """Below what it is about, above it, at its right or left: wherever there is room, else in its lower part."""
        hole, room, size = self._hole, self.rect().adjusted(_GAP, _GAP, -_GAP, -_GAP), self.card.size()
        if hole.isEmpty():
            return room.center() - QPoint(size.width() // 2, size.height() // 2)
        middle = hole.center().x() - size.width() // 2
        top = hole.top() + min(40, max(0, hole.height() - size.height()) // 2)
        for corner in (
            QPoint(middle, hole.bottom() + _GAP),
            QPoint(hole.right() + _GAP, top),
            QPoint(hole.left() - _GAP - size.width(), top),
            QPoint(middle, hole.top() - _GAP - size.height()),
        ):
            place = _moved_into(QRect(corner, size), room)
            if not place.intersects(hole):
                return place.topLeft()
        return _moved_into(QRect(QPoint(middle, hole.bottom() - size.height() - _GAP), size), room).topLeft()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVING:
            self._later.start()
        return False

    def event(self, event: QEvent) -> bool:
        """Keys are not for the window's actions while it is spoken of, but for leaving."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_leaving = event.key() == Qt.Key.Key_Q or event.modifiers() & Qt.KeyboardModifier.AltModifier
            event.setAccepted(not is_leaving)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.skipped.emit()
        elif (step := _KEYS.get(Qt.Key(event.key()))) is not None:
            self.stepped.emit(step)
        else:
            event.accept()  # nothing of the window is done while it is spoken of

    def focusNextPrevChild(self, onwards: bool) -> bool:
        """Tab goes round among the buttons of the card; Qt asks this of what is being hidden too."""
        if self._is_leaving:
            return super().focusNextPrevChild(onwards)
        buttons = [each for each in (self.card.next, self.card.skip, self.card.back) if each.isVisible()]
        buttons = [each for each in buttons if each.isEnabled()]
        at = next((place for place, each in enumerate(buttons) if each.hasFocus()), 0)
        buttons[(at + (1 if onwards else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dimmed = QPainterPath()
        dimmed.addRect(QRectF(self.rect()))
        if not self._hole.isEmpty():
            light = QPainterPath()
            light.addRoundedRect(QRectF(self._hole), _RADIUS, _RADIUS)
            dimmed = dimmed.subtracted(light)
        painter.fillPath(dimmed, QColor(0, 0, 0, 130 if colours().dark else 90))
        if not self._hole.isEmpty():
            painter.setPen(QPen(QColor(colours().accent), 1.5))
            painter.drawRoundedRect(QRectF(self._hole).adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)


def _moved_into(place: QRect, room: QRect) -> QRect:
    """A place of the same size that lies in the room."""
    left = max(room.left(), min(place.left(), room.right() - place.width() + 1))
    top = max(room.top(), min(place.top(), room.bottom() - place.height() + 1))
    return QRect(QPoint(left, top), place.size())
