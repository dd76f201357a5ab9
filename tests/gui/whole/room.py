"""Whether each text has the room that it needs, and each widget lies where it is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QTabBar,
    QTreeView,
    QWidget,
)

from inspector.gui.widgets.boxes import ChoiceBox
from inspector.gui.widgets.labels import ElidedLabel

from .reading import name_of, seen

_AROUND_CHOICE = 31
"""Pixels of frame and arrow that `ChoiceBox` draws."""
_SLACK = 2
_NAME = re.compile(r"\.\w|\(")
"""Names of files and models, which may be longer than any column."""
"""Pixels that a font may draw beyond the width that it says."""


def clipped(root: QWidget) -> Iterator[str]:
    """A sentence for each text without room, and for each widget that reaches out of what it is in."""
    for widget in seen(root):
        for text, needed, room in _needs(widget):
            if needed > room + _SLACK and not widget.visibleRegion().isEmpty():
                yield f"{name_of(widget)}: {text!r} needs {needed} of {room}"
        yield from _outside(widget, root)


def _needs(widget: QWidget) -> Iterator[tuple[str, int, int]]:
    """Each text of a widget with the pixels that it needs and has."""
    if isinstance(widget, QLabel):
        yield from _label(widget)
    elif isinstance(widget, QPushButton):
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        room = widget.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, widget).width()
        yield widget.text(), _width(widget, widget.text()), room
    elif isinstance(widget, QAbstractButton):
        if widget.text() and not getattr(widget, "wraps", False):
            yield widget.text(), min(widget.sizeHint().width(), _width(widget, widget.text())), widget.width()
            yield widget.text(), widget.fontMetrics().height(), widget.height()
    elif isinstance(widget, QTabBar):
        if widget.elideMode() == Qt.TextElideMode.ElideNone:
            for place in range(widget.count()):
                yield widget.tabText(place), _width(widget, widget.tabText(place)), widget.tabRect(place).width()
            inside = widget.tabRect(widget.count() - 1).right()
            yield "the tabs", inside, widget.width()
    elif isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, widget).width()
        if isinstance(widget, ChoiceBox):  # which cuts a text that a tip has whole, once half of it is seen
            room = 2 * (widget.width() - _AROUND_CHOICE)
        yield widget.currentText(), _width(widget, widget.currentText()), room
    elif isinstance(widget, QHeaderView):
        yield from _header(widget)
    elif isinstance(widget, QGroupBox):
        yield widget.title(), _width(widget, widget.title()), widget.width()
    elif isinstance(widget, QLineEdit):
        if not widget.text() and widget.placeholderText():
            sides = widget.textMargins()
            room = widget.contentsRect().width() - sides.left() - sides.right() - 8
            yield widget.placeholderText(), _width(widget, widget.placeholderText()), room


def _label(label: QLabel) -> Iterator[tuple[str, int, int]]:
    if isinstance(label, ElidedLabel) or not label.text() or label.textFormat() == Qt.TextFormat.RichText:
        return
    inside = label.contentsRect()
    if label.wordWrap():
        needed = label.fontMetrics().boundingRect(
            QRect(0, 0, inside.width(), 100_000), int(Qt.TextFlag.TextWordWrap), label.text()
        )
        yield label.text(), needed.height(), inside.height()
    else:
        yield label.text(), max(_width(label, line) for line in label.text().splitlines()), inside.width()
        yield label.text(), label.fontMetrics().height(), inside.height() + _SLACK


def _header(header: QHeaderView) -> Iterator[tuple[str, int, int]]:
    """Titles may be cut where a person makes a column narrow, and not as the table is laid out by itself."""
    if header.orientation() != Qt.Orientation.Horizontal or header.model() is None:
        return
    for section in range(header.count()):
        title = header.model().headerData(section, header.orientation())
        is_name = isinstance(title, str) and _NAME.search(title) is not None
        if isinstance(title, str) and title and not header.isSectionHidden(section) and not is_name:
            yield title, _width(header, title) + 8, header.sectionSize(section)


def _width(widget: QWidget, text: str) -> int:
    """Of a text as it is drawn, its mnemonic's & left out."""
    if isinstance(widget, (QAbstractButton, QTabBar, QGroupBox)):
        text = text.replace("&&", "\0").replace("&", "").replace("\0", "&")
    return widget.fontMetrics().horizontalAdvance(text)


def _outside(widget: QWidget, root: QWidget) -> Iterator[str]:
    parent = widget.parentWidget()
    if widget is root or parent is None or widget.isWindow() or _is_scrolled(widget) or _lies_above(widget):
        return
    if not parent.rect().adjusted(-1, -1, 1, 1).contains(widget.geometry()) and not widget.geometry().isEmpty():
        yield f"{name_of(widget)}: {_plain(widget.geometry())} reaches out of {_plain(parent.rect())}"


def _is_scrolled(widget: QWidget) -> bool:
    """Whether it is what a view moves about."""
    parent = widget.parentWidget()
    over = parent.parentWidget() if parent is not None else None
    return isinstance(over, QAbstractScrollArea) or isinstance(parent, (QAbstractScrollArea, QTabBar, QTreeView))


def _lies_above(widget: QWidget) -> bool:
    return widget.parentWidget() is widget.window() and widget.objectName() in ("palette", "card")


def _plain(rect: QRect) -> tuple[int, int, int, int]:
    return rect.x(), rect.y(), rect.width(), rect.height()


def place_in(widget: QWidget, root: QWidget) -> QPoint:
    """Where its upper left corner lies in the window."""
    return widget.mapTo(root, QPoint(0, 0))
