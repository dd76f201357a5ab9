"""Tab goes through a part of the window as one reads it: in the order of its layouts.

Why this way: Qt goes in the order in which widgets were made, and rows that are made later come last.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def in_reading_order(root: QWidget) -> None:
    """Sets the tab order of everything below `root` that takes the keyboard by Tab."""
    for before, after in pairwise(_reached(root)):
        QWidget.setTabOrder(before, after)


def _reached(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    if isinstance(widget, QScrollArea) and widget.widget() is not None:
        yield from _reached(widget.widget())
    layout = widget.layout()
    if layout is not None:
        yield from _in(layout)


def _in(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        inner, widget = (item.layout(), item.widget()) if item is not None else (None, None)
        if inner is not None:
            yield from _in(inner)
        elif widget is not None:
            yield from _reached(widget)
