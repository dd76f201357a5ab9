"""A table view of flat rows that behaves as a tree does, by mouse and by keyboard.

Left     closes the branch, or goes to its parent       Home, End   first and last row
Right    opens the branch, or goes to its first child   *           opens everything below
+  -     open and close                                 letters     go to the next key that begins so
Enter    asks for the details of the row                Space       opens or closes
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from ..item_models.flat_tree import FlatTreeModel
from ..timers import one_shot
from .flat_tree_delegate import FlatTreeDelegate
from .tree_columns import KEY, TreeColumns
from .tree_header import TreeHeader

_TYPE_AHEAD_MS = 1000
_LEAST_ROWS = 4


class FlatTreeView(QTableView):
    """Shows a `FlatTreeModel`. Rows are named by their number in the outline, which outlives resets.

    A subclass makes the `columns`.
    """

    columns: TreeColumns

    chosen = Signal(int)
    """Another row became the current one (-1: none)."""
    asked = Signal(int)
    """A row was double-clicked, or Enter pressed on it."""
    dragged = Signal(int)
    """A row is dragged away: what is connected drags it until it is let go."""
    toggled = Signal(int, bool)
    """A person opened a row, or closed it."""
    looked_at = Signal()
    """Other rows may have come into view."""
    painted = Signal()
    """The tree was painted for the first time."""

    def __init__(
        self, model: FlatTreeModel, delegate: Callable[[QWidget], FlatTreeDelegate], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._delegate = delegate(self)
        self.setItemDelegate(self._delegate)
        self._arrange()
        self._typed = ""
        self._forget_typed = one_shot(self, _TYPE_AHEAD_MS, lambda: setattr(self, "_typed", ""))
        self._look = one_shot(self, 0, self.looked_at.emit)
        self._model = model
        self._kept = -1
        self._pressed: tuple[QPoint, int] | None = None
        self.chooses_by_itself = False
        """Whether the row that is chosen now was chosen by nobody."""
        self._was_painted = False
        self.setModel(model)
        model.modelAboutToBeReset.connect(self._keep_current)
        model.modelReset.connect(self._restore_current)
        model.rows_changed.connect(self._look.start)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._look.start())

    def _arrange(self) -> None:
        self.setShowGrid(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalHeader(TreeHeader(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(self._delegate.row_height)

    # Rows by their number in the outline

    def current(self) -> int:
        """The chosen row of the outline, -1 when there is none."""
        return self._model.row_at(self.currentIndex())

    def choose(self, row: int) -> None:
        """Makes `row` the current one and brings it into view, opening and un-searching what hides it."""
        if self._model.rows.place_of(row) is None:
            self._model.change(lambda rows: rows.reveal(row))
            self.columns.show_order(KEY, descending=False)
        place = self._model.rows.place_of(row)
        if place is not None:
            self._go(place)

    def choose_again(self, row: int) -> None:
        """Makes `row` the current one as it was before: no choice of a person."""
        self.chooses_by_itself = True
        self.choose(row)
        self.chooses_by_itself = False

    def choose_none(self) -> None:
        """Makes no row the current one."""
        self.setCurrentIndex(QModelIndex())

    def top(self) -> int:
        """The row of the outline at the top of what is in view, -1 for an empty tree."""
        place = self.rowAt(0)
        return self._model.rows.rows[place] if 0 <= place < self._model.rowCount() else -1

    def scroll_to_top(self, row: int) -> None:
        """Scrolls so that `row` is at the top, where it is on show."""
        place = self._model.rows.place_of(row) if row >= 0 else None
        if place is not None:
            self.scrollTo(self._model.index(place, KEY), QAbstractItemView.ScrollHint.PositionAtTop)

    def on_show(self) -> list[int]:
        """The rows of the outline that are in view now."""
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        return list(self._model.visible(first, last if last >= 0 else self._model.rowCount() - 1))

    def minimumSizeHint(self) -> QSize:
        """A few rows: what lies below it does not take all of its room."""
        least = self.horizontalHeader().sizeHint().height() + _LEAST_ROWS * self._delegate.row_height
        return QSize(super().minimumSizeHint().width(), least)

    def repaint_rows(self) -> None:
        """Paints what is in view again, as statistics arrived."""
        self.viewport().update()

    def toggle(self, place: int) -> None:
        """Opens the branch at `place`, or closes it."""
        row = self._model.rows.rows[place]
        (self._close if self._model.rows.is_open(row) else self._open)(place)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys: dict[int, Callable[[int], object]] = {
            Qt.Key.Key_Left: self._leftwards,
            Qt.Key.Key_Right: self._rightwards,
            Qt.Key.Key_Home: lambda place: self._go(0),
            Qt.Key.Key_End: lambda place: self._go(self._model.rowCount() - 1),
            Qt.Key.Key_Asterisk: self._open_below,
            Qt.Key.Key_Plus: self._open,
            Qt.Key.Key_Minus: self._close,
            Qt.Key.Key_Space: self.toggle,
            Qt.Key.Key_Return: self._ask,
            Qt.Key.Key_Enter: self._ask,
        }
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        act = keys.get(event.key())
        if act is None or modifiers or (event.key() == Qt.Key.Key_Space and self._typed):
            super().keyPressEvent(event)
        elif self._model.rowCount():
            act(max(0, self.currentIndex().row()))
            event.accept()

    def keyboardSearch(self, search: str) -> None:
        """Goes to the next row whose label begins with what was typed within a second."""
        self._typed += search.casefold()
        self._forget_typed.start()
        same = self._typed if len(set(self._typed)) > 1 else self._typed[:1]
        rows, labels = self._model.rows.rows, self._model.outline.labels
        start = max(0, self.currentIndex().row()) + (len(same) == 1)
        for step in range(len(rows)):
            place = (start + step) % len(rows)
            if labels[rows[place]].casefold().startswith(same):
                self._go(place)
                return

    def _close(self, place: int) -> None:
        """Closes a branch; if the chosen row is in it, the branch becomes the chosen one."""
        if place < self.currentIndex().row() <= place + self._model.rows.below(place):
            self._go(place)
        row = self._model.rows.rows[place]
        if self._model.rows.has_children(row) and self._model.rows.is_open(row):
            self._model.close(place)
            self.toggled.emit(row, False)

    def _open(self, place: int) -> None:
        row = self._model.rows.rows[place]
        if self._model.rows.has_children(row) and not self._model.rows.is_open(row):
            self._model.open(place)
            self.toggled.emit(row, True)

    def _leftwards(self, place: int) -> None:
        row = self._model.rows.rows[place]
        if self._model.rows.has_children(row) and self._model.rows.is_open(row):
            self._close(place)
        elif (parent := self._model.rows.place_of_parent(place)) is not None:
            self._go(parent)

    def _rightwards(self, place: int) -> None:
        row = self._model.rows.rows[place]
        if not self._model.rows.has_children(row):
            return
        if self._model.rows.is_open(row):
            self._go(place + 1)
        else:
            self._open(place)

    def _open_below(self, place: int) -> None:
        row = self._model.rows.rows[place]
        self._model.change(lambda rows: rows.open_below(row))
        self.toggled.emit(row, True)

    def _ask(self, place: int) -> None:
        self.asked.emit(self._model.rows.rows[place])

    def _go(self, place: int) -> None:
        index = self._model.index(place, KEY)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._expander_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.toggle(index.row())
        else:
            super().mousePressEvent(event)
            if event.button() == Qt.MouseButton.LeftButton and (row := self._row_under(event)) >= 0:
                self._pressed = event.position().toPoint(), row

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        super().mouseReleaseEvent(event)

    def _row_under(self, event: QMouseEvent) -> int:
        return self._model.row_at(self.indexAt(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        if self._expander_at(point) is not None:
            self.mousePressEvent(event)
        elif index.isValid() and self._model.rows.has_children(self._model.row_at(index)):
            self.toggle(index.row())
        elif index.isValid():
            self._ask(index.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(event.position().toPoint().y()))
        if not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)  # with the button held, Qt would choose each row on the way
        elif self._pressed is not None and _is_far(event.position().toPoint() - self._pressed[0]):
            row, self._pressed = self._pressed[1], None
            self.setState(QAbstractItemView.State.NoState)
            self.dragged.emit(row)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, place: int) -> None:
        if place != self._delegate.hovered:
            self._delegate.hovered = place
            self.viewport().update()

    def _expander_at(self, point: QPoint) -> QModelIndex | None:
        index = self.indexAt(point)
        if not index.isValid() or index.column() not in self._delegate.key_columns:
            return None
        row = self._model.row_at(index)
        if not self._model.rows.has_children(row):
            return None
        place = self._delegate.expander(self.visualRect(index), self._model.rows.depth(row))
        return index if place.contains(point) else None

    # What Qt tells

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first row the current one where none was: that is no choice of a person."""
        self.chooses_by_itself = True
        super().focusInEvent(event)
        self.chooses_by_itself = False

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row() or not previous.isValid():
            self.chosen.emit(self._model.row_at(current))

    def resizeEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().resizeEvent(event)
        self._delegate.seen = event.size().width()  # to ask for the viewport makes 57 enums before the first paint
        self._look.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._delegate.refresh()
            self.verticalHeader().setDefaultSectionSize(self._delegate.row_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.current = self.currentIndex().row()
        self._delegate.is_focused = self.hasFocus()
        self._paint_beyond(event.rect().bottom())
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def _paint_beyond(self, bottom: int) -> None:
        """What lies behind a row goes on behind the last column to the edge."""
        end, width = self.horizontalHeader().length() - self.horizontalHeader().offset(), self._delegate.seen
        if end >= width:
            return
        painter = QPainter(self.viewport())
        for place in range(max(0, self.rowAt(0)), self._model.rowCount()):
            top = self.rowViewportPosition(place)
            if top > bottom:
                break
            room = QRect(end, top, width - end, self.rowHeight(place))
            self._delegate.paint_beyond(painter, room, place, self._model.rows.rows[place])

    def _keep_current(self) -> None:
        self._kept = self.current()

    def _restore_current(self) -> None:
        """After a reset the same row is current again, if it is still on show; nobody is told, as nothing changed."""
        place = self._model.rows.place_of(self._kept) if self._kept >= 0 else None
        if place is not None and self._kept < len(self._model.outline):
            with QSignalBlocker(self):
                self._go(place)


def _is_far(way: QPoint) -> bool:
    """Whether the pointer went so far that it drags."""
    return way.manhattanLength() >= QApplication.startDragDistance()
