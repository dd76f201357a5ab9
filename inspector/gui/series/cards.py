"""The film strip: a card for each checkpoint, in the order in which they were saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)  # fmt: skip
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ... import wording
from ...language import tr
from ...series.members import EPOCH, STEP, Member
from ..theme import Colours, Meaning, colours, figures_font, px, scaled_font
from ..widgets.labels import plain_tip
from .choice import Choice
from .frame_words import STAR, marks_of, name_of, place_of, saved_at, told_of
from .open_series import OpenSeries
from .strip_axis import StripAxis
from .strip_keys import take_key
from .thumbnails import Thumbnail

_GAP, _SIDE = 3, 7
_NARROW = 62
"""Pixels of a column below which a card has only its number."""
_SLENDER = 8
"""Pixels of a column below which cards are no cards any more."""
_SIGNS = (STAR, Meaning.SAME.symbol, Meaning.DAMAGED.symbol)
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class Cards(QWidget):
    """Painted; one card is chosen, and some are marked."""

    pointed = Signal(int)
    """The card under the pointer, -1 for none."""

    def __init__(self, page: OpenSeries, choice: Choice, axis: StripAxis) -> None:
        super().__init__()
        self._page, self._choice, self._axis = page, choice, axis
        self._images: dict[str, tuple[Thumbnail, QImage]] = {}
        self._over = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Checkpoints"))
        for told in (choice.changed, axis.changed, page.told, page.found):
            told.connect(self.update)
        page.measured.connect(self._take)
        choice.changed.connect(self._tell)

    def _take(self) -> None:
        """Of 500 cards that are measured few are on the screen."""
        seen, members = self._axis.seen(), self._page.drawn
        if self._axis.column < px(_NARROW) or any(members[place].path in self._page.newly for place in seen):
            self.update()
        else:
            self.update(0, 0, self._axis.left, self.height())

    def sizeHint(self) -> QSize:
        return QSize(400, 2 * _GAP + self._lines() + px(46))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def _lines(self) -> int:
        return 3 * self._line() + 4 * 4 + self._line()

    def _line(self) -> int:
        return self.fontMetrics().height()

    # What is asked

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not take_key(event, self._choice):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._axis.place_at(event.position().x())
        if place < 0:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._choice.toggle_mark(place)
        else:
            self._choice.go_to(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._axis.place_at(event.position().x()) >= 0:
            self._choice.asked.emit("open")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._axis.place_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def _point(self, place: int) -> None:
        if place != self._over:
            self._over = place
            self.update()
            self.pointed.emit(place)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._axis.place_at(event.pos().x())
            words = "\n".join(told_of(self._page, place)) if place >= 0 else self._ordered()
            QToolTip.showText(event.globalPos(), plain_tip(words), self)
            return True
        return super().event(event)

    def _tell(self) -> None:
        """For who hears the window instead of seeing it."""
        place = self._choice.place
        if self._page.training is not None and 0 <= place < len(self._page.drawn):
            self.setAccessibleDescription(". ".join(told_of(self._page, place)))

    def _ordered(self) -> str:
        return self._page.training.ordered_by if self._page.training is not None else ""

    # What is seen

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._page.training is None:
            return
        self._paint_head(painter, now)
        painter.setClipRect(QRect(self._axis.left, 0, self.width(), self.height()))
        members = self._page.drawn
        seen = [place for place in self._axis.seen() if place < len(members)]
        if self._axis.column < px(_NARROW):
            self._paint_narrow_ones(painter, now, seen, members)
            return
        for place in seen:
            self._paint_card(painter, now, place, members[place])

    def _paint_head(self, painter: QPainter, now: Colours) -> None:
        """Left of the cards: what the training is called, and by what they are in order."""
        training = self._page.training
        assert training is not None
        area = QRect(_SIDE * 2, _GAP + 2, self._axis.left - _SIDE * 4, self._line())
        lines = (
            (wording.safe(training.name, 120), scaled_font(1.0, bold=True), now.text),
            (wording.plural(len(self._page.drawn), "checkpoint"), self.font(), now.quiet),
        )
        for text, font, colour in lines:
            _write(painter, area, text, font, colour)
            area.translate(0, self._line() + 3)
        area.setBottom(self.height() - _GAP)
        painter.setFont(scaled_font(0.9))
        painter.setPen(QColor(now.quiet))
        painter.drawText(area, Qt.TextFlag.TextWordWrap, self._measured())

    def _measured(self) -> str:
        assert self._page.training is not None
        total, done = len(self._page.drawn), len(self._page.frames)
        return tr("{n} measured", n=done) if done < total else self._ordered()

    def _paint_card(self, painter: QPainter, now: Colours, place: int, member: Member) -> None:
        training = self._page.training
        assert training is not None
        left, right = self._axis.x(place), self._axis.x(place + 1)
        card = QRectF(left + _GAP, _GAP + 0.5, right - left - 2 * _GAP, self.height() - 2 * _GAP - 1)
        self._paint_back(painter, now, card, place)
        inner = card.toRect().adjusted(_SIDE, 4, -_SIDE, -4)
        line = self._line()
        top = QRect(inner.left(), inner.top(), inner.width(), line)
        has_place = training.axis in (EPOCH, STEP)
        _write(painter, top, _title(member, training.axis, top.width()), _bold(), now.text)
        picture = QRect(inner.left(), top.bottom() + 4, inner.width(), inner.height() - 3 * line - 14)
        self._paint_thumbnail(painter, now, picture, member.path)
        below = QRect(inner.left(), picture.bottom() + 4, inner.width(), line)
        side = Qt.TextElideMode.ElideLeft  # what tells names apart is mostly at their end
        _write(painter, below, name_of(member) if has_place else self._time(place), scaled_font(0.9), now.text, side)
        below.translate(0, line + 1)
        marks = marks_of(self._page, member)
        if marks:
            colour = now.danger if any(mark.startswith("!") for mark in marks) else now.accent
            _write(painter, below, _as_fits(marks, below.width()), scaled_font(0.9, bold=True), colour)
        elif has_place:
            _write(painter, below, self._time(place), figures_font(scaled_font(0.9)), now.quiet)

    def _paint_narrow_ones(
        self, painter: QPainter, now: Colours, places: Sequence[int], members: Sequence[Member]
    ) -> None:
        """All cards, and then the numbers of as many as there is room for: a number may be wider than its card."""
        edges = self._axis.edges(self._axis.seen())
        boxes = {place: self._narrow_box(*sides) for place, *sides in zip(places, edges, edges[1:])}
        if self._axis.column >= _SLENDER:
            for place, box in boxes.items():
                self._paint_back(painter, now, box, place)
        elif boxes:
            self._paint_band(painter, now, boxes)
        font = scaled_font(0.85)
        widest = QFontMetrics(font).horizontalAdvance(f"{self._axis.places[-1]:g}") + 6
        every = _rounded_up(widest / self._axis.column)
        painter.setFont(font)
        marked = self._may_have_marks(members)
        for place, box in boxes.items():
            member, room = members[place], widest if place % every == 0 else 0
            marks = marks_of(self._page, member) if member.path in marked else ()
            self._paint_narrow(painter, now, box, member, room, marks)

    def _may_have_marks(self, members: Sequence[Member]) -> frozenset[str]:
        """Paths of the few that have marks: to ask each of 500 for its copies takes longer than all painting."""
        page = self._page
        assert page.training is not None
        best = page.stored.best
        found = {each.twin_of or each.path for each in page.training.members if each.roles or each.twin_of}
        for member in members:
            frame = page.frames.get(member.path)
            if frame is not None and (frame.problem or frame.refusals or frame.whole.not_finite):
                found.add(member.path)
        return frozenset(found | {best.path} if best is not None else found)

    def _narrow_box(self, left: int, right: int) -> QRectF:
        gap = min(_GAP, (right - left) // 4)
        return QRectF(left + gap, _GAP + 0.5, max(1, right - left - 2 * gap), self.height() - 2 * _GAP - 1)

    def _paint_band(self, painter: QPainter, now: Colours, boxes: dict[int, QRectF]) -> None:
        """Cards of a few pixels are one band, on which those stand out that a person chose or marked."""
        first, *_, last = [*boxes.values(), *boxes.values()]
        painter.setPen(QPen(QColor(now.line), 1))
        painter.setBrush(QColor(now.surface))
        painter.drawRect(first.united(last))
        choice = self._choice
        for place in (self._over, *choice.lit_places, *choice.marked, choice.place):
            if place in boxes:
                self._paint_back(painter, now, boxes[place].adjusted(-1, 0, 1, 0), place)

    def _paint_narrow(
        self, painter: QPainter, now: Colours, card: QRectF, member: Member, room: int, marks: Sequence[str]
    ) -> None:
        """The number of a card where it is given room, and its signs."""
        line = self._line()
        if room:
            painter.setPen(QColor(now.text))
            area = QRectF(max(card.center().x() - room / 2, self._axis.left), card.top() + 4, room, line)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"{member.at:g}")
        for number, mark in enumerate(each for each in marks if each[0] in _SIGNS):
            painter.setPen(QColor(now.danger if mark[0] == Meaning.DAMAGED.symbol else now.accent))
            below = QRectF(card.left() - 4, card.top() + 8 + (number + 1) * line, card.width() + 8, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, mark[0])

    def _paint_back(self, painter: QPainter, now: Colours, card: QRectF, place: int) -> None:
        is_chosen, is_marked = place == self._choice.place, place in self._choice.marked
        back = now.selection if is_chosen else now.hover if place == self._over else now.surface
        edge = now.accent if is_chosen and self.hasFocus() else now.positive if is_marked else now.line
        if place in self._choice.lit_places and not is_chosen:
            back, edge = now.banner, now.accent
        painter.setPen(QPen(QColor(edge), 2 if is_marked or is_chosen else 1))
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(card, 6, 6)
        if is_marked and card.width() > 20:
            corner = QRectF(card.right() - 20, card.top() + 3, 16, 16)
            painter.setPen(QColor(now.positive))
            painter.setFont(_bold())
            painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, "✓")

    def _time(self, place: int) -> str:
        """As much of the time as helps: the day where the training took several."""
        training = self._page.training
        if training is not None and training is not self._timed:
            self._timed = training
            times = [saved_at(member) for member in training.drawn]
            days = {each.date() for each in times if each is not None}
            form = "%H:%M:%S" if len(days) < 2 else "%m-%d %H:%M"
            self._times = [each.strftime(form) if each is not None else "" for each in times]
        return self._times[place]

    _timed: object = None
    _times: Sequence[str] = ()

    def _paint_thumbnail(self, painter: QPainter, now: Colours, area: QRect, path: str) -> None:
        found = self._page.thumbnails.get(path)
        if found is None or area.height() < 8:
            return
        if found.sheet is not None:
            image = self._image(found)
            scale = min(area.height() / image.height(), area.width() / image.width())
            size = QSize(max(1, round(image.width() * scale)), max(1, round(image.height() * scale)))
            painter.drawImage(QRect(area.topLeft(), size), image)
        elif found.bars:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.bars))
            painter.drawPolygon(_outline(found.bars, QRectF(area)))

    def _image(self, thumbnail: Thumbnail) -> QImage:
        known = self._images.get(thumbnail.path)
        if known is None or known[0] is not thumbnail:
            assert thumbnail.sheet is not None
            height, width = thumbnail.sheet.shape[:2]
            image = QImage(thumbnail.sheet.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
            known = self._images[thumbnail.path] = (thumbnail, image)
        return known[1]


def _rounded_up(columns: float) -> int:
    """1, 2, 5, 10, 20, 50 ...: the first that is not less."""
    return next(step * 10**power for power in range(9) for step in (1, 2, 5) if step * 10**power >= columns)


def _bold() -> QFont:
    return scaled_font(1.0, bold=True)


def _title(member: Member, axis: str, width: int) -> str:
    """`Epoch 487`, or its number where there is no room for more; the name of what has no number."""
    if axis not in (EPOCH, STEP):
        return name_of(member)
    words = place_of(member, axis)
    return words if QFontMetrics(_bold()).horizontalAdvance(words) <= width else f"{member.at:g}"


def _as_fits(marks: tuple[str, ...], width: int) -> str:
    """The marks in words, or as signs where there is no room for words."""
    metrics = QFontMetrics(scaled_font(0.9, bold=True))
    words, first = "  ".join(marks), "  ".join((marks[0], *(_sign(mark) for mark in marks[1:])))
    fitting = (each for each in (words, first) if metrics.horizontalAdvance(each) <= width)
    return next(fitting, "  ".join(map(_sign, marks)))


def _sign(mark: str) -> str:
    """The symbol of a mark; a mark without one in full."""
    return mark.split(" ")[0]


def _write(
    painter: QPainter, area: QRect, text: str, font: QFont, colour: str,
    side: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
) -> None:  # fmt: skip
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, side, area.width())
    painter.drawText(area, _FLAGS, shown)


def _outline(bars: tuple[int, ...], area: QRectF) -> QPolygonF:
    """The outline of a histogram, from the left end of its foot to the right one."""
    width = min(area.width(), 3.0 * area.height()) / len(bars)
    points = [QPointF(area.left(), area.bottom())]
    for number, height in enumerate(bars):
        y = area.bottom() - area.height() * height / 99
        points += [QPointF(area.left() + number * width, y), QPointF(area.left() + (number + 1) * width, y)]
    return QPolygonF([*points, QPointF(area.left() + len(bars) * width, area.bottom())])
