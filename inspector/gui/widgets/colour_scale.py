"""From numbers to colours, and the bar that says which is which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ... import wording
from ...language import marked, tr
from ..theme import Colours, colours, figures_font, scaled_font

Floats = NDArray[np.float64]

UNFIT = marked("! NaN or Inf")
_SWATCH, _APART = 14, 16
"""Pixels of the sign for these, and between it and the scale."""
_FEW = 400
"""Below so many values none of them is an outlier."""


@dataclass(frozen=True, slots=True)
class Scale:
    """`low` to `high` as colours: diverging around zero, or from the surface to the accent."""

    low: float
    high: float
    diverging: bool
    clipped: bool = False
    """Whether there are values beyond the ends, which then have the colour of the end."""
    empty: bool = False
    """Whether there is no value at all that has a colour of it."""

    @classmethod
    def of(cls, values: Floats, *, full: bool = False) -> Scale:
        """The scale that suits `values`: of both signs diverging, with ends of one size.

        Unless it is to be `full`, the ends leave out the farthest 0.5 % of the values, so that a few
        outliers do not make all the others pale.
        """
        finite = values[np.isfinite(values)]
        if not finite.size:
            return cls(0.0, 1.0, diverging=False, empty=True)
        low, high = float(finite.min()), float(finite.max())
        full = full or finite.size < _FEW
        if low < 0 < high:
            end = max(-low, high) if full else _robust_end(np.abs(finite))
            return cls(-end, end, diverging=True, clipped=end < max(-low, high))
        if full:
            return cls(low, high, diverging=False)
        robust_low, robust_high = (float(edge) for edge in np.quantile(_thinned(finite), (0.005, 0.995)))
        if robust_low == robust_high:
            return cls(low, high, diverging=False)
        return cls(robust_low, robust_high, diverging=False, clipped=(robust_low, robust_high) != (low, high))

    def pixels(self, values: Floats, unfit: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
        """[...] values as uint8 [..., 3]; what is NaN has the colour of the surface, `unfit` that of danger."""
        now = colours()
        table = self.table(now)
        position = np.nan_to_num(shares(values, self.low, self.high)) * 255
        pixels = np.take(table, (position + 0.5).astype(np.uint8), axis=0)  # ten times as fast as table[...]
        for where, colour in ((np.isnan(values), now.surface), (unfit, now.danger)):
            if where is not None and where.any():
                pixels[where] = rgb(colour)
        return pixels

    def table(self, now: Colours) -> NDArray[np.uint8]:
        """The 256 colours from `low` to `high`, uint8 [256, 3]."""
        if self.diverging:
            stops = (now.negative, now.surface, now.positive)
        elif self.high <= 0:
            stops = (now.negative, now.surface)
        else:
            stops = (now.surface, now.positive) if self.low >= 0 else (now.negative, now.surface, now.positive)
        at = np.linspace(0, 1, len(stops))
        channels = [np.interp(np.linspace(0, 1, 256), at, [rgb(stop)[c] for stop in stops]) for c in range(3)]
        return np.stack(channels, axis=-1).round().astype(np.uint8)


class ColourBar(QWidget):
    """A scale laid out from left to right, its ends and middle in figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._scale: Scale | None = None
        self._unfit = False

    def show_scale(self, scale: Scale | None, *, unfit: bool = False) -> None:
        """Shows `scale`; None clears the bar. `unfit`: and how NaN and Inf are drawn, for there are some."""
        self._scale, self._unfit = scale, unfit
        self.setAccessibleName(tr("Colours: {labels}", labels=wording.row_of(self.said())) if scale else "")
        self.setToolTip(tr("Values beyond the ends have the colour of the end.") if scale and scale.clipped else "")
        self.update()

    def labels(self) -> tuple[str, ...]:
        """What stands under the bar, from left to right."""
        if self._scale is None or self._scale.empty:
            return ()
        low, high = (f"{end:.3g}" for end in (self._scale.low, self._scale.high))
        if self._scale.clipped:
            low, high = f"≤ {low}", f"≥ {high}"
        return (low, "0", high) if self._scale.diverging else (low, high)

    def said(self) -> tuple[str, ...]:
        """All that stands there; nothing where there is nothing to be said."""
        return (*self.labels(), *((tr(UNFIT),) if self._unfit else ()))

    def sizeHint(self) -> QSize:
        return QSize(200, 12 + self.fontMetrics().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scale is None:
            return
        painter = QPainter(self)
        width = self.width() - self._paint_unfit(painter)
        if self._scale.empty:
            return
        bar = QRectF(0.5, 0.5, width - 1, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = self._scale.table(colours())
        for at in range(0, 256, 15):
            gradient.setColorAt(at / 255, QColor(*(int(c) for c in table[at])))
        painter.setPen(QColor(colours().line))
        painter.setBrush(gradient)
        painter.drawRect(bar)
        painter.setFont(figures_font(scaled_font(0.85)))
        painter.setPen(QColor(colours().quiet))
        labels = self.labels()
        sides = Qt.AlignmentFlag
        for text, side in zip(
            labels,
            (sides.AlignLeft, sides.AlignHCenter, sides.AlignRight)[:: 1 if len(labels) == 3 else 2],
            strict=True,
        ):
            painter.drawText(QRectF(0, 10, width, self.height() - 10), side | sides.AlignTop, text)

    def _paint_unfit(self, painter: QPainter) -> int:
        """Paints at the right how NaN and Inf are drawn, where there are any; gives the pixels that this takes."""
        if not self._unfit:
            return 0
        painter.setFont(figures_font(scaled_font(0.85)))
        words = tr(UNFIT)
        taken = max(painter.fontMetrics().horizontalAdvance(words), _SWATCH) + _APART
        left = self.width() - taken + _APART if self.labels() else 0
        swatch = QRectF(left + 0.5, 0.5, _SWATCH, 8)
        painter.fillRect(swatch, QColor(colours().danger))
        painter.fillRect(swatch, hatching())
        painter.setPen(QColor(colours().danger))
        painter.drawText(QRectF(left, 10, taken, self.height() - 10), Qt.AlignmentFlag.AlignTop, words)
        return taken


def shares(values: Floats, low: float, high: float) -> Floats:
    """Values as shares of the way from `low` to `high`, 0 to 1; NaN stays NaN."""
    # Halves, for the difference of the largest numbers there are is none.
    span = high / 2 - low / 2
    with np.errstate(over="ignore", invalid="ignore"):
        return np.clip((values / 2 - low / 2) / (span if span > 0 else 1.0), 0.0, 1.0)


def _robust_end(magnitudes: Floats) -> float:
    end = float(np.quantile(_thinned(magnitudes), 0.995))
    return end if end > 0 else float(magnitudes.max())


def _thinned(values: Floats) -> Floats:
    """Every so manieth value, some 50,000 of them: enough to know where the farthest 0.5 % begin."""
    return values[:: max(1, values.size // 50_000)]


def hatching() -> QBrush:
    """Over what is NaN or infinite: its colour alone may be taken for one of the scale."""
    return QBrush(QColor(colours().surface), Qt.BrushStyle.BDiagPattern)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`."""
    found = QColor(colour)
    return found.red(), found.green(), found.blue()
