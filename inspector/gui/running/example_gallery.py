"""Samples that a network is wrong about, as a gallery: the picture, what it is, what it was taken for, how surely."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QImage, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ... import wording
from ...language import tr
from ...runs.results import percent
from ...workshop.run_words import Example, Picture
from ..theme import colours, figures_font, scaled_font
from ..widgets.own_keys import OwnKeys

IMAGE = Qt.ItemDataRole.UserRole
"""Role of the picture: a QImage, null where there is none."""
LINES = Qt.ItemDataRole.UserRole + 1
"""Role of the three lines below it."""
_SIDE, _PAD, _MOST_WIDE = 96, 8, 132
_NO_PARENT = QModelIndex()


def image_of(picture: Picture | None) -> QImage:
    """A picture of a run as one that Qt draws; a null one where there is none or its bytes are not what it says."""
    try:
        data = base64.b64decode(picture.pixels, validate=True) if picture is not None else b""
    except (binascii.Error, ValueError):
        data = b""
    if picture is None or not data or len(data) != picture.height * picture.width * picture.channels:
        return QImage()
    form = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}.get(picture.channels)
    if form is None:
        return QImage()
    return QImage(data, picture.width, picture.height, picture.width * picture.channels, form).copy()


class ExamplesModel(QAbstractListModel):
    """Examples in the order in which they are given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._examples: Sequence[Example] = ()
        self._classes: Sequence[str] = ()
        self._images: dict[int, QImage] = {}

    def show_examples(self, examples: Sequence[Example], classes: Sequence[str]) -> None:
        self.beginResetModel()
        self._examples, self._classes, self._images = examples, classes, {}
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = _NO_PARENT) -> int:  # type: ignore[override]
        return 0 if parent.isValid() else len(self._examples)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(
                "Sample {place:,}\n{words}", place=self._examples[index.row()].place, words=self.words(index.row())
            )
        if role == LINES:
            example = self._examples[index.row()]
            return self._name(example.label), f"→ {self._name(example.predicted)}", percent(example.confidence, 1)
        if role == IMAGE:
            return self._image(index.row())
        return None

    def words(self, row: int) -> str:
        """`Shirt → Pullover, 99.2 %`"""
        example = self._examples[row]
        taken = f"{self._name(example.label)} → {self._name(example.predicted)}"
        return wording.row_of([taken, percent(example.confidence, 1)])

    def _name(self, label: int) -> str:
        return wording.safe(self._classes[label], 60) if 0 <= label < len(self._classes) else str(label)

    def _image(self, row: int) -> QImage:
        if row not in self._images:
            self._images[row] = image_of(self._examples[row].picture)
        return self._images[row]


class ExampleGallery(QListView):
    """Pictures in rows, as many side by side as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.examples = ExamplesModel(self)
        self.setModel(self.examples)
        self.setItemDelegate(_TileDelegate(self))
        self.setAccessibleName(tr("Most confidently wrong samples"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSpacing(4)
        self.setFrameShape(self.Shape.NoFrame)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setMinimumSize(_MOST_WIDE + 40, 150)
        OwnKeys(self, QKeySequence.StandardKey.Copy, self.copy)

    def show_examples(self, examples: Sequence[Example], classes: Sequence[str]) -> None:
        self.examples.show_examples(examples, classes)

    def texts(self) -> list[str]:
        """What each example says."""
        return [self.examples.words(row) for row in range(self.examples.rowCount())]

    def copy(self) -> None:
        """Puts the chosen example on the clipboard, or all of them when none is."""
        rows = [index.row() for index in self.selectedIndexes()] or range(self.examples.rowCount())
        QGuiApplication.clipboard().setText("\n".join(self.examples.words(row) for row in rows))


class _TileDelegate(QStyledItemDelegate):
    """A picture with three lines below it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line = QFontMetrics(scaled_font(0.9)).height()
        return QSize(_MOST_WIDE, _SIDE + 3 * line + 3 * _PAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        now, area = colours(), option.rect
        state = QStyle.StateFlag
        if option.state & (state.State_Selected | state.State_MouseOver):
            painter.fillRect(area, QColor(now.selection if option.state & state.State_Selected else now.hover))
        if option.state & state.State_HasFocus:
            painter.setPen(QPen(QColor(now.accent), 1))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        frame = QRect(area.left() + (area.width() - _SIDE) // 2, area.top() + _PAD, _SIDE, _SIDE)
        self._paint_picture(painter, frame, index.data(IMAGE))
        self._paint_lines(painter, area.adjusted(4, _SIDE + 2 * _PAD, -4, 0), index.data(LINES))

    def _paint_picture(self, painter: QPainter, frame: QRect, image: QImage) -> None:
        painter.setPen(QColor(colours().quiet))
        if image.isNull():
            painter.setFont(scaled_font(0.9))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, tr("no picture"))
        else:
            size = image.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(frame.topLeft(), size)
            place.moveCenter(frame.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > _SIDE)
            painter.drawImage(place, image)
            frame = place
        painter.setPen(QColor(colours().line))
        painter.drawRect(frame.adjusted(0, 0, -1, -1))

    def _paint_lines(self, painter: QPainter, area: QRect, lines: Sequence[str]) -> None:
        now, font = colours(), figures_font(scaled_font(0.9))
        metrics = QFontMetrics(font)
        painter.setFont(font)
        for number, (line, colour) in enumerate(zip(lines, (now.text, now.positive, now.quiet))):
            painter.setPen(QColor(colour))
            place = QRect(area.left(), area.top() + number * metrics.height(), area.width(), metrics.height())
            painter.drawText(
                place, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(line, Qt.TextElideMode.ElideRight, area.width())
            )
