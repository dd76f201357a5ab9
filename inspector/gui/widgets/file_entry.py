"""Files to click on: a name with one line about it, or a card with what is known of a file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton

from ... import wording
from ...language import tr
from ..theme import colours, px, scaled_font
from .line_button import LineButton

_SIDE, _TOP = 10, 5
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine


class FileEntry(LineButton):
    """A name, and one line about it where `line` is to be seen; the tip and a screen reader have it in any case."""

    def __init__(self, name: str, line: str, *, with_line: bool = True) -> None:
        super().__init__()
        self.setText(name)
        self._line = line
        self._with_line = with_line
        self.setAccessibleName(name)
        self.setAccessibleDescription(line)

    def sizeHint(self) -> QSize:
        small = QFontMetrics(scaled_font(0.92)).height() if self._with_line else -1
        return QSize(280, self.fontMetrics().height() + small + 2 * _TOP + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_back(painter)
        name = QRect(_SIDE, _TOP, self.width() - 2 * _SIDE, self.fontMetrics().height())
        _write(painter, name, self.text(), self.font(), now.accent, Qt.TextElideMode.ElideMiddle)
        if self._with_line:
            small = scaled_font(0.92)
            line = QRect(name.left(), name.bottom() + 2, name.width(), QFontMetrics(small).height())
            _write(painter, line, self._line, small, now.quiet)

    def _paint_back(self, painter: QPainter) -> None:
        now = colours()
        if self.underMouse() or self.hasFocus():
            painter.setPen(QColor(now.accent if self.hasFocus() else now.hover))
            painter.setBrush(QColor(now.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class FileCard(FileEntry):
    """A file with its picture, what it is, where it lies and when it was opened; it can be pinned and removed."""

    pin_asked = Signal(bool)
    remove_asked = Signal()

    def __init__(
        self, name: str, what: str, *, where: str, size: str, when: str, is_gone: bool = False, is_pinned: bool = False
    ) -> None:
        line = what or where
        super().__init__(name, line)
        self._where, self._size, self._when = where, size, when
        self._is_gone, self._is_pinned = is_gone, is_pinned
        self._picture = QPixmap()
        self._bars: tuple[int, ...] = ()
        state = [tr("pinned")] if is_pinned else []
        state += [tr("no longer there")] if is_gone else []
        self.setAccessibleDescription(wording.row_of([part for part in (*state, what, size, where, when) if part]))
        self._pin = self._small_button("●" if is_pinned else "○", tr("Unpin") if is_pinned else tr("Pin"))
        self._pin.clicked.connect(lambda: self.pin_asked.emit(not is_pinned))
        self._remove = self._small_button("×", tr("Remove from the list"))
        self._remove.clicked.connect(self.remove_asked)
        self._show_buttons()

    def show_picture(self, picture: QPixmap) -> None:
        """Its picture, of any size."""
        self._picture = picture

    def show_bars(self, bars: tuple[int, ...]) -> None:
        """Or the shape of a histogram, 0 to 99 each."""
        self._bars = bars

    def sizeHint(self) -> QSize:
        small = QFontMetrics(scaled_font(0.92)).height()
        return QSize(320, self.fontMetrics().height() + 2 * small + 2 * _TOP + 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_asked.emit()
        elif event.key() == Qt.Key.Key_P and not event.modifiers():
            self.pin_asked.emit(not self._is_pinned)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.exec(event.globalPos())
        menu.deleteLater()

    def menu(self) -> QMenu:
        """What can be done with it."""
        menu = QMenu(self)
        menu.addAction(tr("&Open")).triggered.connect(lambda: self.click())
        pin = menu.addAction(tr("Un&pin") if self._is_pinned else tr("&Pin"))
        pin.triggered.connect(lambda: self.pin_asked.emit(not self._is_pinned))
        menu.addAction(tr("&Remove from the List")).triggered.connect(lambda: self.remove_asked.emit())
        return menu

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show_buttons()
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        side = self._remove.width()
        self._remove.move(self.width() - side - 5, 4)
        self._pin.move(self.width() - 2 * side - 5, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_back(painter)
        small = scaled_font(0.92)
        step, under = self.fontMetrics().height(), QFontMetrics(small).height()
        side = self.height() - 2 * _TOP - 6
        self._paint_picture(painter, QRect(_SIDE, _TOP + 3, side, side))
        left = _SIDE + side + 12
        room = QRect(left, _TOP, self.width() - left - _SIDE, step)
        right = tr("no longer there") if self._is_gone else self._size
        taken = 0 if self._are_buttons_shown() else _write_right(painter, room, right, small, now.hint)
        taken = max(taken, 2 * self._remove.width() if self._are_buttons_shown() else 0)
        name_room = room.adjusted(0, 0, -taken - 12 if taken else 0, 0)
        tone = now.faint if self._is_gone else now.accent
        name = f"●  {self.text()}" if self._is_pinned else self.text()
        _write(painter, name_room, name, self.font(), tone, Qt.TextElideMode.ElideMiddle)
        line = QRect(left, room.bottom() + 2, room.width(), under)
        _write(painter, line, self._line, small, now.faint if self._is_gone else now.quiet)
        foot = QRect(left, line.bottom() + 2, room.width(), under)
        taken = _write_right(painter, foot, self._when, small, now.hint)
        if self._where != self._line:
            foot.adjust(0, 0, -taken - 12 if taken else 0, 0)
            _write(painter, foot, self._where, small, now.hint, Qt.TextElideMode.ElideMiddle)

    def _paint_back(self, painter: QPainter) -> None:
        now = colours()
        is_near = self.underMouse() or self.hasFocus()
        painter.setPen(QColor(now.accent if self.hasFocus() else now.line))
        painter.setBrush(QColor(now.hover if is_near else now.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _paint_picture(self, painter: QPainter, place: QRect) -> None:
        now = colours()
        painter.save()
        if self._is_gone:
            painter.setOpacity(0.35)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.raised))
        painter.drawRoundedRect(place, 5, 5)
        if not self._picture.isNull():
            size = self._picture.size().scaled(place.size() - QSize(4, 4), Qt.AspectRatioMode.KeepAspectRatio)
            corner = place.center() - QPoint(size.width() // 2 - 1, size.height() // 2 - 1)
            painter.drawPixmap(QRect(corner, size), self._picture)
        elif self._bars:
            self._paint_bars(painter, QRectF(place).adjusted(5, 6, -5, -5))
        else:
            from ..icons import icon

            icon("file", "faint").paint(painter, place.adjusted(12, 12, -12, -12))
        painter.restore()

    def _paint_bars(self, painter: QPainter, room: QRectF) -> None:
        painter.setBrush(QColor(colours().bars))
        width = room.width() / len(self._bars)
        for number, bar in enumerate(self._bars):
            height = room.height() * bar / 99
            painter.drawRect(
                QRectF(room.left() + number * width, room.bottom() - height, max(width - 0.4, 0.5), height)
            )

    def _small_button(self, sign: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(sign)
        button.setAutoRaise(True)
        button.setFixedSize(px(24), px(24))
        button.setToolTip(tip)
        button.setAccessibleName(f"{tip}: {self.text()}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        return button

    def _are_buttons_shown(self) -> bool:
        return self._remove.isVisibleTo(self)

    def _show_buttons(self) -> None:
        is_near = self.underMouse() or self.hasFocus()
        for button in (self._pin, self._remove):
            button.setVisible(is_near)
        self.update()


def _write(
    painter: QPainter,
    room: QRect,
    text: str,
    font: QFont,
    colour: str,
    mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(room, _LEFT, QFontMetrics(font).elidedText(text, mode, room.width()))


def _write_right(painter: QPainter, room: QRect, text: str, font: QFont, colour: str) -> int:
    """Writes at the right end of the room; gives how wide it is."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(room, _RIGHT, text)
    return QFontMetrics(font).horizontalAdvance(text)
