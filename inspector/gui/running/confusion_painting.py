"""Colours, counts and names of a confusion matrix, painted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from ...language import tr
from ..theme import Colours, colours, figures_font, scaled_font
from ..widgets.colour_scale import rgb
from .confusion_layout import NAMES_SCALE, Layout

Counts = NDArray[np.int64]
Pixels = NDArray[np.uint8]

_WRONG, _LEAST_WRONG = 0.75, 0.1
"""How far towards its full colour a wrong cell goes at most, and the share of its row that it takes at least for it."""
_DARK, _PALE = "#000000", "#ffffff"
_READABLE = 3.4
"""The contrast from which on the pale one is taken, though the dark one may have more: at their balance, 4.6, which is
where the diagonal of a good network lies, neighbours would be dark and pale by chance."""


def colour_table(counts: Counts, now: Colours) -> Pixels:
    """The colour of each cell, uint8 [classes, classes, 3], by its share of its row; wrong ones by the root of it."""
    of = counts.sum(axis=1, keepdims=True)
    shares = counts / np.where(of > 0, of, 1)
    is_right = np.eye(len(counts), dtype=bool)
    most = max(float(np.where(is_right, 0.0, shares).max(initial=0.0)), _LEAST_WRONG)
    strength = np.where(is_right, shares, _WRONG * np.sqrt(shares / most))[..., None]
    full = np.where(is_right[..., None], rgb(now.accent), rgb(now.positive))
    return np.round(strength * full + (1 - strength) * np.array(rgb(now.surface))).astype(np.uint8)


def paint(painter: QPainter, layout: Layout, counts: Counts, names: Sequence[str], pixels: Pixels) -> None:
    """Paints the matrix with what there is room for."""
    _paint_cells(painter, layout, pixels)
    if layout.scale:
        _paint_counts(painter, layout, counts, pixels)
    _paint_names(painter, layout, names)


def text_colour(ground: Sequence[int]) -> str:
    """Dark or pale, so that it is read easily on `ground`."""
    return _PALE if contrast(rgb(_PALE), ground) >= _READABLE else _DARK


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Sequence[int]) -> float:
    shares = [each / 255 for each in colour]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _paint_cells(painter: QPainter, layout: Layout, pixels: Pixels) -> None:
    pixels = np.ascontiguousarray(pixels)
    side = len(pixels)
    image = QImage(pixels.data, side, side, 3 * side, QImage.Format.Format_RGB888)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, layout.width < 1)
    painter.drawImage(layout.cells, image, QRectF(0, 0, side, side))
    painter.setPen(QPen(QColor(colours().line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(layout.cells)
    if min(layout.width, layout.height) < 8:
        return
    for number in range(1, layout.classes):
        x, y = layout.cells.left() + number * layout.width, layout.cells.top() + number * layout.height
        painter.drawLine(QPointF(x, layout.cells.top()), QPointF(x, layout.cells.bottom()))
        painter.drawLine(QPointF(layout.cells.left(), y), QPointF(layout.cells.right(), y))


def _paint_counts(painter: QPainter, layout: Layout, counts: Counts, pixels: Pixels) -> None:
    painter.setFont(figures_font(scaled_font(layout.scale)))
    for row, line in enumerate(counts.tolist()):
        for column, count in enumerate(line):
            colour = text_colour(pixels[row, column].tolist()) if count else colours().hint
            painter.setPen(QColor(colour))
            painter.drawText(layout.cell(row, column), Qt.AlignmentFlag.AlignCenter, f"{count:,}")


def _paint_names(painter: QPainter, layout: Layout, names: Sequence[str]) -> None:
    cells, area = layout.cells, layout.area
    painter.setFont(scaled_font(NAMES_SCALE))
    painter.setPen(QColor(colours().quiet))
    flags = Qt.AlignmentFlag
    painter.drawText(
        QRectF(cells.left(), area.top(), max(cells.width(), 90), layout.title), flags.AlignLeft | flags.AlignVCenter,
        tr("predicted as →"),
    )  # fmt: skip
    _paint_upright(painter, QRectF(area.left(), cells.top(), layout.title, max(cells.height(), 60)), tr("← true class"))
    if layout.has_names:
        painter.setPen(QColor(colours().text))
        _paint_rows(painter, layout, names, QFontMetricsF(painter.font()))
        _paint_columns(painter, layout, names, QFontMetricsF(painter.font()))


def _paint_rows(painter: QPainter, layout: Layout, names: Sequence[str], metrics: QFontMetricsF) -> None:
    left = layout.area.left() + layout.title
    for row, name in enumerate(names):
        area = QRectF(left, layout.cell(row, 0).top(), layout.cells.left() - left - 6, layout.height)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, flags, _elided(metrics, name, area.width()))


def _paint_columns(painter: QPainter, layout: Layout, names: Sequence[str], metrics: QFontMetricsF) -> None:
    cells, top = layout.cells, layout.area.top() + layout.title
    for column, name in enumerate(names):
        left = layout.cell(0, column).left()
        if layout.are_turned:
            shown = _elided(metrics, name, cells.top() - top - 6)
            _paint_turned(painter, QPointF(left + layout.width / 2, cells.top() - 5), shown, metrics)
        else:
            area = QRectF(left, top, layout.width, cells.top() - top - 3)
            painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, name)


def _paint_turned(painter: QPainter, foot: QPointF, text: str, metrics: QFontMetricsF) -> None:
    """Text that goes upwards from `foot`."""
    painter.save()
    painter.translate(foot)
    painter.rotate(-90)
    painter.drawText(QPointF(0, (metrics.ascent() - metrics.descent()) / 2), text)
    painter.restore()


def _paint_upright(painter: QPainter, area: QRectF, text: str) -> None:
    painter.save()
    painter.translate(area.left(), area.bottom())
    painter.rotate(-90)
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(0, 0, area.height(), area.width()), flags, text)
    painter.restore()


def _elided(metrics: QFontMetricsF, text: str, width: float) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
