"""What a window says, and where: every text that is seen or read aloud, by the widget that says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTableView,
    QTreeView,
    QWidget,
)

_MOST_ROWS, _MOST_COLUMNS = 40, 16
_ASKED = ("text", "title", "placeholderText", "specialValueText", "windowTitle")
_ROLES = {
    "cell": Qt.ItemDataRole.DisplayRole,
    "tip of a cell": Qt.ItemDataRole.ToolTipRole,
    "spoken cell": Qt.ItemDataRole.AccessibleTextRole,
}


class Text(NamedTuple):
    """One text: who says it, as what, and what."""

    who: str
    kind: str
    text: str


def seen(root: QWidget) -> list[QWidget]:
    """The widgets of a window that are there to be seen, itself included."""
    return [each for each in (root, *root.findChildren(QWidget)) if each.isVisible()]


def name_of(widget: QWidget) -> str:
    """Which widget it is, for who has to find it."""
    parents = []
    one: QWidget | None = widget
    while one is not None and len(parents) < 3:
        if type(one) is not QWidget:
            parents.append(type(one).__name__ + (f"#{one.objectName()}" if one.objectName() else ""))
        one = one.parentWidget()
    return " < ".join(parents)


def texts(root: QWidget) -> Iterator[Text]:
    """Every text of the window below `root` that can be read from it."""
    for widget in seen(root):
        who = name_of(widget)
        for kind, text in _texts_of(widget):
            if isinstance(text, str) and text.strip():
                yield Text(who, kind, text)


def _texts_of(widget: QWidget) -> Iterator[tuple[str, object]]:
    if not isinstance(widget, (QPlainTextEdit, QHeaderView)):
        for kind in _ASKED:
            asked = getattr(widget, kind, None)
            if callable(asked):
                yield kind, asked()
    yield "tip", widget.toolTip()
    yield "name", widget.accessibleName()
    yield "description", widget.accessibleDescription()
    if isinstance(widget, QComboBox):
        for place in range(widget.count()):
            yield "choice", widget.itemText(place)
            yield "tip of a choice", widget.itemData(place, Qt.ItemDataRole.ToolTipRole)
    if isinstance(widget, QTabBar):
        for place in range(widget.count()):
            yield "tab", widget.tabText(place)
            yield "tip of a tab", widget.tabToolTip(place)
    if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        yield from _texts_of_model(widget)
    axis = getattr(widget, "getPlotItem", None)
    if callable(axis):
        for side in ("left", "bottom"):
            yield "axis", axis().getAxis(side).labelText


def _texts_of_model(view: QAbstractItemView) -> Iterator[tuple[str, object]]:
    model: QAbstractItemModel | None = view.model()
    if model is None:
        return
    for column in range(columns_of(view)):
        yield "header", model.headerData(column, Qt.Orientation.Horizontal)
        yield "tip of a header", model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        for row in range(min(model.rowCount(QModelIndex()), _MOST_ROWS)):
            for kind, role in _ROLES.items():
                yield f"{kind} {column}", model.data(model.index(row, column), role)


def columns_of(view: QAbstractItemView) -> int:
    """How many columns of a view are looked at; a list has one, and its model does not tell."""
    if not isinstance(view, (QTableView, QTreeView)) or isinstance(view.model(), QAbstractListModel):
        return 1
    return min(view.model().columnCount(QModelIndex()), _MOST_COLUMNS)


def texts_of_menus(menus: list[QMenu]) -> Iterator[Text]:
    """What the menus say."""
    for menu in menus:
        yield Text("menu", "title", menu.title())
        for action in menu.actions():
            for kind, text in (("text", action.text()), ("tip", action.toolTip()), ("status", action.statusTip())):
                if text:
                    yield Text(f"menu {menu.title()}", kind, text)
