"""The detail side: whatever is chosen in the tree, in pictures and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import QStackedLayout, QWidget

from ...checkpoint.entries import Branch, Checkpoint, Entry, Tensor
from ...checkpoint.outline import Outline
from ..widgets.labels import Label
from .group_page import GroupPage
from .tensor_page import TensorPage
from .value_page import ValuePage

if TYPE_CHECKING:
    from ...analysis.statistics import Statistics


class DetailPanel(QWidget):
    """Shows one entry or group. Reads values on threads; `stop` ends them when the window closes."""

    entry_requested = Signal(str)
    """The key of an entry or group that a person asked for here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Details")
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.tensor_page, self.value_page, self.group_page = TensorPage(), ValuePage(), GroupPage()
        self.nothing = Label("Choose a row of the tree to see what it holds.", tone="quiet", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        for page in (self.nothing, self.tensor_page, self.value_page, self.group_page):
            self._pages.addWidget(page)
        self._checkpoint: Checkpoint | None = None
        self._key = ""
        self.group_page.entry_requested.connect(self.entry_requested)
        self.tensor_page.part_chosen.connect(self._show_part)
        self._make_actions()

    def show_entry(self, checkpoint: Checkpoint, key: str, entry: Entry) -> None:
        """Shows the entry at `key`. A tensor's statistics come later, by `show_statistics`."""
        self._checkpoint, self._key = checkpoint, key
        if isinstance(entry, Tensor):
            self.tensor_page.show_tensor(checkpoint, key, entry)
            self._pages.setCurrentWidget(self.tensor_page)
        elif isinstance(entry, Branch):
            self.group_page.show_branch(checkpoint, key, entry)
            self._pages.setCurrentWidget(self.group_page)
        else:
            self.value_page.show_value(checkpoint, key, entry)
            self._pages.setCurrentWidget(self.value_page)

    def show_group(self, checkpoint: Checkpoint, outline: Outline, row: int) -> None:
        """Shows a row of `outline` that has others below it: a branch, or a group of keys that begin alike."""
        self._checkpoint, self._key = checkpoint, outline.key(row)
        self.group_page.show_row(checkpoint, outline, row)
        self._pages.setCurrentWidget(self.group_page)

    def show_statistics(self, key: str, statistics: Statistics | None, refusal: str = "") -> None:
        """Fills in what was measured of `key`, or the sentence why it was not; ignored if another is shown by now."""
        if key != self._key or self._pages.currentWidget() is not self.tensor_page:
            return
        if statistics is not None:
            self.tensor_page.show_statistics(statistics)
        elif refusal:
            self.tensor_page.show_refusal(refusal)

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._checkpoint, self._key = None, ""
        self._pages.setCurrentWidget(self.nothing)
        self.tensor_page.cancel()

    def copy_summary(self) -> None:
        """Puts the summary line of what is shown on the clipboard."""
        page = self._pages.currentWidget()
        if page is not self.nothing:
            page.head.copy_summary()  # type: ignore[attr-defined]

    def copy_as_python(self) -> None:
        """Puts the lines that load what is shown on the clipboard."""
        page = self._pages.currentWidget()
        if page is not self.nothing:
            page.head.copy_as_python()  # type: ignore[attr-defined]

    def stop(self) -> None:
        """Ends all reading, and waits for it. To be called before the window goes."""
        self.tensor_page.stop()

    def _show_part(self, key: str, part: Tensor) -> None:
        """A part is measured here, for the tree has no row for it."""
        assert self._checkpoint is not None
        self.show_entry(self._checkpoint, key, part)
        self.tensor_page.measure_here()

    def _make_actions(self) -> None:
        for text, keys, deed in (
            ("Show overview", "Alt+1", lambda: self.tensor_page.tabs.setCurrentIndex(0)),
            ("Show values", "Alt+2", lambda: self.tensor_page.tabs.setCurrentIndex(1)),
            ("Show storage", "Alt+3", lambda: self.tensor_page.tabs.setCurrentIndex(2)),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(deed)
            self.addAction(action)
