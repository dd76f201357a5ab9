"""A small card with a sign and words: beside the pointer, and under it while something is dragged out."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap

from ..theme import colours, px, scaled_font

_RADIUS = 6
_SIDE = 10
_SPARE = 4
"""Dots more than the words should need: where they are cut is reckoned with fractions."""


def card_size(sign: str, words: str, most: int) -> QSize:
    """How large a card is that has these, at most so wide."""
    metrics = QFontMetrics(scaled_font(1.0))
    width = _sign_width(sign, metrics) + metrics.horizontalAdvance(words) + 2 * px(_SIDE) + _SPARE
    return QSize(min(width, most), metrics.height() + 2 * px(6))


def paint_card(painter: QPainter, room: QRect, sign: str, words: str, *, is_bright: bool) -> None:
    """Paints it; `is_bright` in the accent, or else quiet."""
    now, font = colours(), scaled_font(1.0)
    metrics = QFontMetrics(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(now.accent if is_bright else now.quiet), 1))
    painter.setBrush(QColor(now.raised))
    painter.drawRoundedRect(room.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
    painter.setFont(font)
    painter.drawText(room.adjusted(px(_SIDE), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, sign)
    room = room_for_words(room, sign)
    painter.setPen(QColor(now.text if is_bright else now.quiet))
    cut = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, cut)


def room_for_words(room: QRect, sign: str) -> QRect:
    """What a card leaves to its words, behind the sign."""
    return room.adjusted(px(_SIDE) + _sign_width(sign, QFontMetrics(scaled_font(1.0))), 0, -px(_SIDE), 0)


def card(sign: str, words: str, most: int, ratio: float) -> QPixmap:
    """It as a picture, for a screen with so many dots a point."""
    size = card_size(sign, words, most)
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_card(painter, QRect(0, 0, size.width(), size.height()), sign, words, is_bright=True)
    painter.end()
    return picture


def _sign_width(sign: str, metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(sign) + px(8)
