"""What is dragged out of the window: an entry of a tree, and the files of a tab.

An entry is its key for an editor and a file for a file manager: a tensor `.npy`, or with Shift held when the drag
begins `.pt`, as all that is no single tensor. A pair is its key. A tab is the path of its file, or of both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtWidgets import QWidget

from ...checkpoint.entries import Tensor
from ...errors import InspectorError
from ...language import tr
from ...wording import safe, size
from ..open_page import OpenPage
from .entry_data import EntryData, Given, given
from .words_card import card

if TYPE_CHECKING:
    from ..panels.tree_side import TreeSide

_WIDEST = 520
_ABOVE = 10
"""Dots that the card is above the pointer: below it stands what a drop would do."""


def entry_of(tree: TreeSide, row: int, *, as_pt: bool = False) -> Given:
    """The entry that a row of the tree shows."""
    return given(tree.contents, tree.cells.members(row), tree.outline.key(row), as_pt=as_pt)


def drag_entry(tree: TreeSide, row: int, failed: Callable[[InspectorError], object]) -> None:
    """Drags the entry of a row until it is let go; then `failed` is told why no file could be made of it."""
    shift = bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
    entry = entry_of(tree, row, as_pt=shift)
    failures: list[InspectorError] = []
    _drag(tree.view, EntryData(entry, failures.append), words_of(entry))
    if failures:
        failed(failures[0])


def words_of(entry: Given) -> str:
    """What the card under the pointer says of an entry."""
    if not entry.ending:
        return safe(entry.key, 60)
    if entry.is_too_large:
        return tr(
            "{key}  ·  {size}: too large to be dragged as a file, Save Entry As writes it",
            key=safe(entry.key, 40),
            size=size(entry.nbytes),
        )
    return "  ·  ".join([safe(entry.name, 60), size(entry.nbytes), *_note(entry)])


def _note(entry: Given) -> list[str]:
    found = entry.contents.outline.entries[entry.rows[0]]
    if not entry.ending.endswith("npy") or not isinstance(found, Tensor):
        return []
    from ...checkpoint.npy_writing import npy_type

    try:
        became = "float32" if found.extra.quantization is not None else npy_type(found).name
    except InspectorError:
        return []
    return [tr("{dtype} as {became}", dtype=found.dtype, became=became)] if became != found.dtype else []


def drag_files(tab_bar: QWidget, page: OpenPage) -> None:
    """Drags the files of a page, as their paths."""
    paths = paths_of(page)
    if paths:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in paths])
        _drag(tab_bar, data, safe(page.name, 80))


def drag_text(widget: QWidget, text: str) -> None:
    """Drags a text, such as the key of a pair, of which there are two files and so none."""
    data = QMimeData()
    data.setText(text)
    _drag(widget, data, safe(text, 80))


def paths_of(page: OpenPage) -> list[str]:
    """The files of a page, none for one that is of no file."""
    recipe = page.recipe() or {}
    found = recipe.get("paths") or [recipe.get("path")]
    return [path for path in found if isinstance(path, str) and path]


def _drag(widget: QWidget, data: QMimeData, words: str) -> None:
    drag = QDrag(widget)
    drag.setMimeData(data)
    picture = card("⋮", words, _WIDEST, widget.devicePixelRatioF())
    drag.setPixmap(picture)
    drag.setHotSpot(QPoint(-_ABOVE, int(picture.deviceIndependentSize().height()) + _ABOVE))
    drag.exec(Qt.DropAction.CopyAction)
