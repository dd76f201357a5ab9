"""What the pointer is over, in a window: a tab, a half of a comparison, a page, a field that takes texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from ..recipes import text
from .meaning import Target

if TYPE_CHECKING:
    from ..main_window import MainWindow
    from ..open_page import OpenPage
    from ..panels.page_panel import PagePanel


def target_at(window: MainWindow, point: QPoint) -> Target:
    """What is at a point of the window."""
    panel = tab_at(window, point)
    if panel is not None:
        return _of_page(panel.page)._replace(is_tab=True)
    shown = window.shown_panel()
    place, tabs = window.place, window.place.tabs
    is_on_page = _is_over(window, place, point) and not (tabs.isVisible() and _is_over(window, tabs, point))
    if shown is None or not is_on_page:
        return Target()
    target = _of_page(shown.page)._replace(takes_code=shown.takes_code)
    if target.kind == "comparison":
        return target._replace(half=int(shown.mapFrom(window, point).x() > shown.width() // 2))
    return target


def tab_at(window: MainWindow, point: QPoint) -> PagePanel | None:
    """The panel whose tab is at a point of the window; None over the start page's, and where there is no tab."""
    tabs = window.place.tabs
    if not tabs.isVisible() or not _is_over(window, tabs, point):
        return None
    found: object = tabs.tabData(tabs.tabAt(tabs.mapFrom(window, point)))
    return next((panel for panel in window.panels.values() if panel is found), None)


def takes_text(window: MainWindow, point: QPoint) -> bool:
    """Whether a field that a text can be dropped into is at a point of the window."""
    widget = window.childAt(point)
    while widget is not None and not isinstance(widget, (QLineEdit, QPlainTextEdit, QTextEdit)):
        widget = widget.parentWidget()
    return widget is not None and widget.acceptDrops() and not widget.isReadOnly() and widget.isEnabled()


def _is_over(window: MainWindow, widget: QWidget, point: QPoint) -> bool:
    return widget.rect().contains(widget.mapFrom(window, point))


def _of_page(page: OpenPage) -> Target:
    recipe = page.recipe() or {}
    paths = recipe.get("paths") or ([recipe["path"]] if "path" in recipe else [])
    chosen = getattr(getattr(page, "chosen", None), "choice", None)
    return Target(text(recipe, "kind"), tuple(paths), model=chosen.text if chosen is not None else "")
