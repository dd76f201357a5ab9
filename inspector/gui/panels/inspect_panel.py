"""What is in this file? The tree, and beside it what the chosen entry and the file are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget

from ... import wording
from ..actions import Actions
from ..open_file import OpenFile
from ..settings import Settings
from .detail_side import DetailSide
from .pages import LoadingPage, RefusalPage
from .tree_side import TreeSide


class InspectPanel(QStackedWidget):
    """One open file: being read, refused, or the tree with its detail side."""

    close_requested = Signal()
    ready = Signal()
    """The tree is there (for the first time, or read anew)."""

    def __init__(self, file: OpenFile, actions: Actions, settings: Settings) -> None:
        super().__init__()
        self.file = file
        self._actions = actions
        self._settings = settings
        self._is_dressed = False
        self.tree: TreeSide | None = None
        self.details: DetailSide | None = None
        self._splitter: QSplitter | None = None
        self._refusal: RefusalPage | None = None
        self._loading = LoadingPage(file.name)
        self.addWidget(self._loading)
        file.opened.connect(self._show_tree)
        file.refused.connect(self._show_refusal)

    def dress(self) -> None:
        """Makes what the first paint did not need: icons, pictures, plots."""
        self._is_dressed = True
        if self.tree is not None and self.details is not None:
            self.tree.dress()
            self.details.dress()

    def summary(self) -> str:
        """The file in one line, for the status bar."""
        contents = self.file.contents
        if contents is None:
            return ""
        outline = contents.outline
        parts = [
            wording.plural(outline.total_tensors, "tensor"),
            wording.plural(outline.total_parameters, "parameter"),
            wording.size(contents.checkpoint.nbytes),
            contents.checkpoint.format,
        ]
        return "   ·   ".join(parts)

    def show_details(self, shown: bool) -> None:
        """Shows or hides the detail side."""
        if self.details is not None:
            self.details.setVisible(shown)

    def keep_state(self) -> None:
        """Remembers widths and columns."""
        if self.tree is not None and self._splitter is not None:
            self.tree.keep_columns()
            self._settings.keep_state("splitter", self._splitter.saveState())

    def _show_tree(self) -> None:
        contents = self.file.contents
        assert contents is not None
        if self.tree is None or self.details is None:
            self._make_tree()
        else:
            self.tree.show_again(contents)
            self.details.show_file()
        self.setCurrentWidget(self._splitter)
        self.ready.emit()

    def _make_tree(self) -> None:
        contents = self.file.contents
        assert contents is not None
        self.tree = TreeSide(self.file, contents, self._actions, self._settings)
        self.details = DetailSide(self.file)
        self.file.chosen.connect(self._show_row)
        self.tree.asked.connect(lambda _row: self._go_to_entry())
        self.details.entry_requested.connect(self._choose_key)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.tree)
        self._splitter.addWidget(self.details)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([900, 460])
        state = self._settings.state("splitter")
        if state is not None:
            self._splitter.restoreState(state)
        self.details.setVisible(self._actions["details"].isChecked())
        self.addWidget(self._splitter)
        if self._is_dressed:
            self.dress()

    def _show_refusal(self) -> None:
        if self._refusal is None:
            self._refusal = RefusalPage()
            self._refusal.retry_requested.connect(self.file.open)
            self._refusal.close_requested.connect(self.close_requested)
            self.addWidget(self._refusal)
        if self.file.error is not None:
            self._refusal.show_error(self.file.error, self.file.path)
        self.setCurrentWidget(self._refusal)
        self.ready.emit()

    def _show_row(self, _row: int) -> None:
        if self.tree is not None and self.details is not None:
            self.details.show_row(self.tree.outline, self.tree.current())

    def _go_to_entry(self) -> None:
        self._actions["details"].setChecked(True)
        if self.details is not None:
            self.details.setVisible(True)
            self.details.go_to_entry()

    def _choose_key(self, key: str) -> None:
        contents = self.file.contents
        row = contents.outline.row(key) if contents is not None else None
        if row is not None and self.tree is not None:
            self.tree.choose(row)
