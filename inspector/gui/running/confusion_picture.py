"""A confusion matrix as a picture: a row for each true class, a column for each predicted one, a count in each cell.

    pointer, arrow keys     what a cell says        click, Enter, Space     chooses a cell, or lets go of it
    Home, End               first and last column   Esc                     lets go of it

Why this way: a cell has the colour of its share of its row, right ones and wrong ones on scales of their own: of a
good network one cell in ten is dark and all others would be one pale tone. The diagonal and the counts say the same to
who sees no colours. From 31 classes on counts would not be readable; the cell under the pointer is told in words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ... import wording
from ...language import tr
from ..theme import colours
from ..widgets.own_keys import OwnKeys
from .confusion_layout import Layout
from .confusion_painting import colour_table, paint

Cell = tuple[int, int]
_NOTHING = (-1, -1)
_ARROWS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip


class ConfusionPicture(QWidget):
    """Shows counts [classes, classes]."""

    pointed = Signal(str)
    """What the cell under the pointer or the cursor says; empty for none."""
    chosen = Signal(int, int)
    """True and predicted class of the cell that a person chose; -1, -1 when it was let go of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Confusion matrix"))
        self.counts: NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)
        self.classes: tuple[str, ...] = ()
        self.cursor_cell: Cell = _NOTHING
        self.chosen_cell: Cell = _NOTHING
        OwnKeys(self, QKeySequence.StandardKey.Copy, self.copy)

    def show_counts(self, confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> None:
        """Shows a matrix; row: the true class, column: the predicted one."""
        self.counts = np.asarray(confusion, dtype=np.int64).reshape(len(confusion), len(confusion))
        names = [*classes, *(str(number) for number in range(len(classes), len(self.counts)))]
        self.classes = tuple(wording.safe(name, 60) for name in names[: len(self.counts)])
        self.cursor_cell = self.chosen_cell = _NOTHING
        self.setAccessibleDescription(wording.plural(len(self.counts), "class", "classes"))
        self.pointed.emit("")
        self.update()

    def choose(self, cell: Cell) -> None:
        """As if a person had clicked the cell; the chosen one again, or (-1, -1), lets go of it."""
        self.chosen_cell = _NOTHING if cell == self.chosen_cell else cell
        self.update()
        self.chosen.emit(*self.chosen_cell)

    def words(self, cell: Cell) -> str:
        """What a cell says; empty for none."""
        if cell == _NOTHING:
            return ""
        true, predicted = cell
        times, of = int(self.counts[cell]), int(self.counts[true].sum())
        counts = (
            tr("{times:,} of {all:,} ({share})", times=times, all=of, share=wording.share(times, of))
            if of
            else tr("{times:,} of {all:,}", times=times, all=of)
        )
        name, other = self.classes[true], self.classes[predicted]
        if true == predicted:
            return tr("{name} recognised: {counts}", name=name, counts=counts)
        return tr("{name} taken for {other}: {counts}", name=name, other=other, counts=counts)

    def text(self) -> str:
        """The matrix as lines of tab-separated counts, with the names of the classes."""
        head = "\t".join((tr("true \\ predicted"), *self.classes))
        rows = ("\t".join((name, *map(str, row))) for name, row in zip(self.classes, self.counts.tolist()))
        return "\n".join((head, *rows))

    def copy(self) -> None:
        """Puts the matrix on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())

    def image(self, size: QSize) -> QImage:
        """The picture, of `size` and in the colours in force, without what is chosen."""
        made = QImage(2 * size, QImage.Format.Format_RGB32)
        made.setDevicePixelRatio(2)
        made.fill(QColor(colours().surface))
        painter = QPainter(made)
        self._paint(painter, QRectF(0, 0, size.width(), size.height()))
        painter.end()
        return made

    def cell_at(self, position: QPointF) -> Cell:
        """The cell at a place in the widget; (-1, -1) for none."""
        return self._layout_in(QRectF(self.rect())).cell_at(position)

    def sizeHint(self) -> QSize:
        return QSize(520, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 220)

    # What a person does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and (cell != _NOTHING or self.chosen_cell != _NOTHING):
            self.choose(cell)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._point(_NOTHING)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not len(self.counts):
            return super().keyPressEvent(event)
        if key in _ARROWS:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            self._move(_ARROWS[key][0] * far, _ARROWS[key][1] * far)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            row = max(self.cursor_cell[0], 0)
            self._point((row, 0 if key == Qt.Key.Key_Home else len(self.counts) - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.cursor_cell != _NOTHING:
            self.choose(self.cursor_cell)
        elif key == Qt.Key.Key_Escape and self.chosen_cell != _NOTHING:
            self.choose(_NOTHING)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.update()

    def _move(self, down: int, right: int) -> None:
        last = len(self.counts) - 1
        row, column = self.cursor_cell
        here = (0, 0) if self.cursor_cell == _NOTHING else (row + down, column + right)
        self._point((min(max(here[0], 0), last), min(max(here[1], 0), last)))

    def _point(self, cell: Cell) -> None:
        if cell != self.cursor_cell:
            self.cursor_cell = cell
            self.update()
            words = self.words(cell)
            self.setAccessibleDescription(words)
            self.pointed.emit(words)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.fillRect(area, QColor(colours().surface))
        self._paint(painter, area)
        if not len(self.counts):
            return
        layout = self._layout_in(area)
        for cell, colour, width in (
            (self.chosen_cell, colours().text, 2.4), (self.cursor_cell, colours().text, 1.2),
        ):  # fmt: skip
            if cell != _NOTHING:
                layout.frame(painter, cell, colour, width)

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        if len(self.counts):
            pixels = colour_table(self.counts, colours())
            paint(painter, self._layout_in(area), self.counts, self.classes, pixels)

    def _layout_in(self, area: QRectF) -> Layout:
        return Layout.of(area, self.classes, int(self.counts.max(initial=0)))
