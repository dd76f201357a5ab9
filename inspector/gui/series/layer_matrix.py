"""Layers by epochs: a row for each layer, a column for each checkpoint, the chosen measure as colour.

Why this way: a widget or an item for each cell of 1,000 layers and 50 checkpoints would take seconds. What is seen is
one small picture that is drawn large (see `matrix_cells`), with signs on it where colours do not say enough.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from ... import wording
from ...language import tr
from ..theme import Colours, Meaning, colours, mono_font, px, scaled_font
from ..widgets.labels import plain_tip
from .cards import _write
from .choice import Choice
from .frame_words import cell_words, row_name
from .layer_rows import ALL, TENSOR
from .matrix_cells import AWAITED, KEPT, LOST, UNFIT, MatrixCells, Window, runs_of, single
from .open_series import OpenSeries
from .strip_axis import StripAxis
from .strip_keys import take_key

_INDENT, _SIDE = 12, 14
_NARROW = 16
"""Pixels of a column below which cells have no signs of their own: neighbours with the same one are painted as one."""


class LayerMatrix(QAbstractScrollArea):
    """Painted. Scrolls up and down by itself, and sideways with the axis."""

    pointed = Signal(int, int)
    """(row, place) under the pointer, -1 for none."""
    scaled = Signal(object)
    """The `Colouring` in force."""
    folded = Signal()
    """A person opened or closed a row."""

    def __init__(self, page: OpenSeries, choice: Choice, axis: StripAxis) -> None:
        super().__init__()
        self._page, self._choice, self._axis = page, choice, axis
        self.cells = MatrixCells(page, choice)
        self._over = (-1, -1)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Layers by checkpoints"))
        for told in (page.measured, page.found):
            told.connect(self._take)
        choice.opened.connect(self.renew)
        page.told.connect(self.viewport().update)
        axis.changed.connect(self.viewport().update)
        choice.changed.connect(self._follow_choice)
        self._measure = choice.measure

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 4 * self.row_height)

    @property
    def row_height(self) -> int:
        return self.fontMetrics().height() + 5

    def renew(self) -> None:
        """Other rows are shown, or another measure."""
        self._measure = self._choice.measure
        self.cells.renew()
        self._show_cells()

    def _take(self) -> None:
        """Further columns are there."""
        self.cells.take()
        self._show_cells()

    def _show_cells(self) -> None:
        self._fit_bar()
        self.scaled.emit(self.cells.colouring)
        self.viewport().update()

    def is_frozen(self, row: int) -> bool:
        """Whether all that is learned in this row is bit for bit the same in all frames, as it was proved."""
        return row in self._page.frozen_rows and self._page.is_measured

    # What is asked

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if take_key(event, self._choice):
            if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
                self.folded.emit()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, place = self._at(event.position().toPoint())
        rows = self._page.rows
        if row < 0 or rows is None:
            return
        if place < 0 and rows.has_children(row) and event.position().x() < self._text_left(row):
            self._choice.toggle(row)
            self.folded.emit()
            return
        self._choice.go_to(place if place >= 0 else None, row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row, place = self._at(event.position().toPoint())
        if row >= 0 and place >= 0:
            self._choice.asked.emit("open")
        elif row >= 0 and self._choice.toggle(row):
            self.folded.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point((-1, -1))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row, place = self._at(event.pos())
            rows = self._page.rows
            words = "" if row < 0 or rows is None else row_name(rows, row)
            words = cell_words(self._page, row, place).replace("   ", "\n") if place >= 0 and row >= 0 else words
            QToolTip.showText(event.globalPos(), plain_tip(words), self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._point((-1, -1))
        return super().viewportEvent(event)

    def _point(self, at: tuple[int, int]) -> None:
        if at != self._over:
            self._over = at
            self.viewport().update()
            self.pointed.emit(*at)

    def _at(self, point: QPoint) -> tuple[int, int]:
        """The row and the place at a pixel, -1 where there is none."""
        at = (point.y() + self.verticalScrollBar().value()) // self.row_height
        shown = self._choice.shown
        return (shown[at] if 0 <= at < len(shown) else -1), self._axis.place_at(point.x())

    def _follow_choice(self) -> None:
        if self._measure != self._choice.measure:
            self.renew()
        shown, bar = self._choice.shown, self.verticalScrollBar()
        if self._choice.row in shown:
            top = shown.index(self._choice.row) * self.row_height
            if top < bar.value():
                bar.setValue(top)
            elif top + self.row_height > bar.value() + self.viewport().height():
                bar.setValue(top + self.row_height - self.viewport().height())
        self.setAccessibleDescription(cell_words(self._page, self._choice.row, self._choice.place))
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways is for all that stands on the axis."""
        delta = event.angleDelta()
        if abs(delta.x()) > abs(delta.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    # What is seen

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_bar()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.cells.forget()
            self.viewport().update()
        elif event.type() == QEvent.Type.FontChange:
            self._fit_bar()

    def _fit_bar(self) -> None:
        bar, height = self.verticalScrollBar(), len(self._choice.shown) * self.row_height
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self.row_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = colours(), QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(now.surface))
        first = self.verticalScrollBar().value() // self.row_height
        last = min(len(self._choice.shown), first + self.viewport().height() // self.row_height + 2)
        places = self._axis.seen()
        if places and last > first:
            window = self.cells.window(first, last, places)
            self._paint_colours(painter, window, first, places)
            self._paint_signs(painter, now, window, first, places)
        painter.setFont(self.font())
        fonts = scaled_font(1.0, bold=True), mono_font(0.92)
        for at in range(first, last):
            self._paint_row(painter, now, at, fonts)
        self._paint_lines(painter, now, first, last)

    def _top(self, at: int) -> int:
        return at * self.row_height - self.verticalScrollBar().value()

    def _paint_colours(self, painter: QPainter, window: Window, first: int, places: range) -> None:
        height, width = window.signs.shape
        image = QImage(window.pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        left, right = self._axis.x(places.start), self._axis.x(places.stop)
        painter.save()
        painter.setClipRect(QRect(self._axis.left, 0, self.viewport().width(), self.viewport().height()))
        painter.drawImage(QRect(left, self._top(first), right - left, height * self.row_height), image)
        painter.restore()

    def _paint_row(self, painter: QPainter, now: Colours, at: int, fonts: tuple[QFont, QFont]) -> None:
        row, top = self._choice.shown[at], self._top(at)
        rows = self._page.rows
        if rows is None or row >= len(rows):
            return
        head = QRect(0, top, self._axis.left, self.row_height)
        back = now.selection if row == self._choice.row else now.banner if row in self._choice.lit_rows else ""
        back = back or (now.hover if row == self._over[0] else now.surface)
        painter.fillRect(head, QColor(back))
        left = self._text_left(row)
        if rows.has_children(row):
            self._paint_expander(
                painter, now, QRect(left - 13, top, 10, self.row_height), row in self._choice.open_rows
            )
        frozen = f"{Meaning.SAME.symbol} {tr('frozen')}" if self.is_frozen(row) else ""
        has_bad = self.cells.is_bad(row)
        sign = Meaning.DAMAGED.symbol if has_bad else frozen
        beside = painter.fontMetrics().horizontalAdvance(sign) + 8 if sign else 0
        area = QRect(left, top, self._axis.left - left - beside - 8, self.row_height)
        if rows.kinds[row] == ALL:
            _write(painter, area, tr("All weights"), fonts[0], now.text)
        else:
            colour = now.quiet if rows.kinds[row] == TENSOR or not rows.learned[row] else now.text
            _write(painter, area, wording.safe(rows.label(row), 120), fonts[1], colour)
        if sign:
            painter.setFont(self.font())
            painter.setPen(QColor(now.danger) if has_bad else now.of(Meaning.SAME))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(head.adjusted(0, 0, -8, 0), flags, sign)

    def _paint_signs(self, painter: QPainter, now: Colours, window: Window, first: int, places: range) -> None:
        """What colour alone does not say, in the cells that are seen."""
        edges = self._axis.edges(places)
        is_narrow = self._axis.column < _NARROW
        painter.save()
        painter.setClipRect(QRect(self._axis.left, 0, self.viewport().width(), self.viewport().height()))
        hatch = QBrush(now.of(Meaning.SAME), Qt.BrushStyle.BDiagPattern)
        for at, left, right, sign in runs_of(window.signs) if is_narrow else single(window.signs):
            cell = QRect(edges[left], self._top(first + at), edges[right] - edges[left], self.row_height)
            self._paint_sign(painter, now, cell, sign, hatch)
        painter.restore()

    def _paint_sign(self, painter: QPainter, now: Colours, cell: QRect, sign: int, hatch: QBrush) -> None:
        if sign == KEPT:
            if self._measure in ("relative", "turn"):
                painter.fillRect(cell, QColor(now.surface))
            painter.fillRect(cell, hatch)
        elif sign in (LOST, UNFIT):
            small = QRect(0, 0, self.row_height, self.row_height - 4)
            small.moveCenter(cell.center())
            painter.fillRect(cell if sign == LOST else small, QColor(now.banner))
            painter.setPen(QColor(now.danger))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, Meaning.DAMAGED.symbol)
        else:
            if sign == AWAITED:
                painter.fillRect(cell, QColor(now.raised))
            painter.setPen(QColor(now.faint))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, "·" if sign == AWAITED else "–")

    def _paint_lines(self, painter: QPainter, now: Colours, first: int, last: int) -> None:
        """Between the columns, and around what is chosen."""
        bottom = self._top(last)
        painter.save()
        painter.setClipRect(QRect(self._axis.left, 0, self.viewport().width(), self.viewport().height()))
        painter.setPen(QColor(now.surface))
        if self._axis.column > 8:
            for edge in self._axis.edges(self._axis.seen())[:-1]:
                painter.drawLine(edge, 0, edge, bottom)
            for at in range(first, last + 1):
                painter.drawLine(self._axis.left, self._top(at) - 1, self.viewport().width(), self._top(at) - 1)
        self._paint_chosen(painter, now)
        painter.restore()
        painter.setPen(QColor(now.line))
        painter.drawLine(self._axis.left - 1, 0, self._axis.left - 1, self.viewport().height())

    def _paint_chosen(self, painter: QPainter, now: Colours) -> None:
        choice = self._choice
        if choice.place < 0 or choice.row not in choice.shown:
            return
        left, right = self._axis.x(choice.place), self._axis.x(choice.place + 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(now.faint), 1))
        painter.drawRect(QRect(left, -2, right - left - 1, self._top(len(choice.shown)) + 2))
        top = self._top(choice.shown.index(choice.row))
        painter.setPen(QPen(QColor(now.accent if self.hasFocus() else now.text), 2))
        painter.drawRect(QRect(left + 1, top, right - left - 2, self.row_height - 1))

    def _text_left(self, row: int) -> int:
        rows = self._page.rows
        return _SIDE + 8 + (rows.depths[row] * px(_INDENT) if rows is not None else 0)

    def _paint_expander(self, painter: QPainter, now: Colours, area: QRect, is_open: bool) -> None:
        painter.setPen(QColor(now.quiet))
        painter.setFont(scaled_font(0.8))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "▾" if is_open else "▸")
