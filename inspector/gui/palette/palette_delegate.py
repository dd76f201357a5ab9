"""How a row of the palette is painted: icon, title with the matched letters set off, a quiet line, the shortcut."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ...language import tr
from ..icons import icon
from ..theme import colours, scaled_font
from .matching import match
from .offers import ICONS, KEY, KIND_NAMES, Offer
from .palette_model import PaletteModel

_MARGIN, _ICON, _GAP = 12, 16, 10
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine


class PaletteDelegate(QStyledItemDelegate):
    """Paints the rows; `typed` is what the letters are set off for."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.typed = ""
        self.refresh()

    def refresh(self) -> None:
        """Takes up the fonts in force: to make them for each row costs as much as to paint it."""
        self._plain, self._strong, self._small = scaled_font(1.0), scaled_font(1.0, bold=True), scaled_font(0.92)
        self._metrics, self._strong_metrics = QFontMetrics(self._plain), QFontMetrics(self._strong)
        self._small_metrics = QFontMetrics(self._small)

    def row_height(self) -> int:
        """Of every row alike, at the present size of the font."""
        return self._metrics.height() + 14

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, self.row_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = index.model()
        assert isinstance(model, PaletteModel)
        offer, now = model.offer(index.row()), colours()
        room: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        is_chosen = bool(state & QStyle.StateFlag.State_Selected) and offer.enabled
        painter.save()
        if is_chosen:
            painter.fillRect(room, QColor(now.selection))
            painter.fillRect(room.left(), room.top(), 3, room.height(), QColor(now.accent))
        elif state & QStyle.StateFlag.State_MouseOver and offer.enabled:
            painter.fillRect(room, QColor(now.hover))
        self._paint_row(painter, room.adjusted(_MARGIN, 0, -_MARGIN, 0), offer)
        painter.restore()

    def _paint_row(self, painter: QPainter, room: QRect, offer: Offer) -> None:
        now = colours()
        top = room.top() + (room.height() - _ICON) // 2
        drawing = icon(offer.icon or ICONS[offer.kind], "quiet" if offer.enabled else "faint")
        drawing.paint(painter, room.left(), top, _ICON, _ICON)
        room = room.adjusted(_ICON + _GAP, 0, 0, 0)
        quiet = QColor(now.quiet if offer.enabled else now.hint)
        room = self._paint_right(painter, room, offer, quiet)
        most = room.width() if offer.kind == KEY or not offer.line else max(room.width() * 3 // 5, 120)
        used = self._paint_title(painter, QRect(room.left(), room.top(), most, room.height()), offer)
        line = offer.line if offer.enabled else offer.reason or tr("not possible now")
        left = room.left() + used + 14
        if line and room.right() - left > 40:
            place = QRect(left, room.top(), room.right() - left, room.height())
            cut = self._small_metrics.elidedText(line, _RIGHTWARDS, place.width())
            self._write(painter, place, cut, self._small, quiet)

    def _paint_right(self, painter: QPainter, room: QRect, offer: Offer, quiet: QColor) -> QRect:
        """The shortcut, or what kind of thing it is where there is none. Gives the room that is left."""
        words = offer.keys or tr(KIND_NAMES[offer.kind])
        colour = quiet if offer.keys else QColor(colours().hint)
        self._write(painter, room, words, self._small, colour, _RIGHT)
        return room.adjusted(0, 0, -self._small_metrics.horizontalAdvance(words) - 16, 0)

    def _paint_title(self, painter: QPainter, room: QRect, offer: Offer) -> int:
        """The title, cut where there is no room; gives how wide it is."""
        mode = Qt.TextElideMode.ElideLeft if offer.kind == KEY else _RIGHTWARDS
        fit = match(self.typed, offer.title)
        shown, moved = _cut(offer.title, self._strong_metrics, mode, room.width())
        places = {place - moved for place in fit.places if place >= moved} if fit is not None else set()
        now, left = colours(), room.left()
        text = QColor(now.text if offer.enabled else now.faint)
        found = QColor(now.accent if offer.enabled else now.faint)
        for piece, is_found in _runs(shown, places):
            font, metrics = (self._strong, self._strong_metrics) if is_found else (self._plain, self._metrics)
            width = metrics.horizontalAdvance(piece)
            place = QRect(left, room.top(), width + 2, room.height())
            self._write(painter, place, piece, font, found if is_found else text)
            left += width
        return left - room.left()

    def _write(
        self, painter: QPainter, room: QRect, text: str, font: QFont, colour: QColor, flags: Qt.AlignmentFlag = _LEFT
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(room, flags, text)


_RIGHTWARDS = Qt.TextElideMode.ElideRight


def _cut(text: str, metrics: QFontMetrics, mode: Qt.TextElideMode, width: int) -> tuple[str, int]:
    """The text as far as there is room for it, and by how many letters it moved to the left."""
    shown = metrics.elidedText(text, mode, width)
    moved = len(text) - len(shown) if mode == Qt.TextElideMode.ElideLeft and shown != text else 0
    return shown, moved


def _runs(text: str, places: set[int]) -> list[tuple[str, bool]]:
    """The text in pieces that were found, and that were not."""
    runs: list[tuple[str, bool]] = []
    for place, letter in enumerate(text):
        is_found = place in places
        if runs and runs[-1][1] == is_found:
            runs[-1] = (runs[-1][0] + letter, is_found)
        else:
            runs.append((letter, is_found))
    return runs
