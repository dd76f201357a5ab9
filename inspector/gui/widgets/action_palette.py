"""All actions of the window in a list that narrows as one types (Ctrl+K)."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from ...language import tr


class ActionPalette(QFrame):
    """Find an action by any part of its words, and do it with Enter. Goes when it is done, left, or put away by Esc.

    It is a part of the window and no window of its own: a popup that grabs the keyboard is not to be had everywhere.
    """

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAutoFillBackground(True)
        self.setAccessibleName(tr("All actions"))
        self.resize(min(720, parent.width() - 40), min(420, parent.height() - 80))
        self.field = QLineEdit(placeholderText=tr("Type what you want to do"), parent=self)
        self.list = QTreeWidget(self)
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setAllColumnsShowFocus(True)
        self.list.setUniformRowHeights(True)
        self.list.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self._chosen: QAction | None = None
        self._fill(actions)
        self.field.textChanged.connect(self._narrow)
        self.field.installEventFilter(self)
        self.list.itemActivated.connect(lambda item, _column: self._do(item))
        self.list.itemClicked.connect(lambda item, _column: self._do(item))
        self._narrow("")

    def open(self) -> None:
        """Shows the palette at the upper middle of its window, with the keyboard in its field."""
        self.move((self.parentWidget().width() - self.width()) // 2, 56)
        self.show()
        self.raise_()
        self.field.setFocus()

    def _fill(self, actions: Iterable[QAction]) -> None:
        for action in actions:
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem([action.text().replace("&", "").rstrip("…"), action.statusTip(), keys])
            item.setData(0, Qt.ItemDataRole.UserRole, action)
            item.setDisabled(not action.isEnabled())
            item.setSizeHint(0, QSize(0, self.fontMetrics().height() + 12))
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(1, self.palette().placeholderText())
            self.list.addTopLevelItem(item)
        figure = self.fontMetrics().horizontalAdvance("n")
        self.list.header().setStretchLastSection(False)
        self.list.setColumnWidth(0, 24 * figure)
        self.list.setColumnWidth(2, 16 * figure)
        self.list.header().setSectionResizeMode(1, self.list.header().ResizeMode.Stretch)

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        first: QTreeWidgetItem | None = None
        for place in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(place)
            said = " ".join(item.text(column) for column in range(3)).casefold()
            item.setHidden(not all(word in said for word in words))
            if first is None and not item.isHidden() and not item.isDisabled():
                first = item
        self.list.setCurrentItem(first)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentItem())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        if watched is self.field and event.type() == QEvent.Type.FocusOut and not self.list.hasFocus():
            self.close()
        return super().eventFilter(watched, event)

    def _do(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and not item.isDisabled():
            self.close()
            item.data(0, Qt.ItemDataRole.UserRole).trigger()
