"""Samples of a batch: small pictures with their labels, or a table of labels where they are no pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ... import wording
from ...language import tr
from ...workshop.run_words import Sample
from ..theme import colours, scaled_font
from .example_gallery import image_of

_SIDE, _ACROSS, _DOWN = 56, 8, 6
"""Pixels of a picture, and between two of them."""


class SampleTiles(QWidget):
    """Pictures in rows, as many side by side as there is room for, and no more rows than `rows`."""

    def __init__(self, rows: int = 2) -> None:
        super().__init__()
        self._most_rows = rows
        self._samples: tuple[Sample, ...] = ()
        self._images = [image_of(None)]
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumWidth(_SIDE + _ACROSS)

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Shows these; hidden where there are none."""
        self._samples = tuple(samples)
        self._images = [image_of(sample.picture) for sample in samples]
        labels = wording.list_of([wording.safe(sample.label, 40) for sample in samples[:12]])
        self.setAccessibleName(tr("Samples of a batch: {labels}", labels=labels))
        self.setToolTip(tr("Samples of a batch, as the model gets them"))
        self.setVisible(bool(samples))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = min(self._most_rows, -(-len(self._samples) // self._columns(width)))
        return rows * self._cell_height() + max(0, rows - 1) * _DOWN

    def sizeHint(self) -> QSize:
        width = 10 * (_SIDE + _ACROSS)
        return QSize(width, self.heightForWidth(self.width() or width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), self._cell_height())

    @property
    def labels(self) -> list[str]:
        """The labels of those that are seen."""
        return [wording.safe(sample.label, 60) for sample in self._samples[: self._seen()]]

    def _seen(self) -> int:
        return min(len(self._samples), self._most_rows * self._columns(self.width()))

    def _columns(self, width: int) -> int:
        return max(1, (width + _ACROSS) // (_SIDE + _ACROSS))

    def _cell_height(self) -> int:
        return _SIDE + 2 + self.fontMetrics().height()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(scaled_font(0.85))
        columns = self._columns(self.width())
        for place in range(self._seen()):
            left = place % columns * (_SIDE + _ACROSS)
            top = place // columns * (self._cell_height() + _DOWN)
            self._paint(painter, place, QRectF(left, top, _SIDE, _SIDE))

    def _paint(self, painter: QPainter, place: int, area: QRectF) -> None:
        now, image = colours(), self._images[place]
        fit = image.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        inner = QRectF(0, 0, fit.width(), fit.height())
        inner.moveCenter(area.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > _SIDE)
        painter.drawImage(inner, image)
        painter.setPen(QPen(QColor(now.line), 1))
        painter.drawRect(area)
        painter.setPen(QColor(now.quiet))
        label = wording.safe(self._samples[place].label, 60)
        shown = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, _SIDE)
        words = QRectF(area.left(), area.bottom() + 1, _SIDE, self.fontMetrics().height())
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, shown)
