"""What is in this file? The page of one open file: being read, refused, or its tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal

from ... import wording
from ...language import tr
from ..actions import FOR_A_FILE, FOR_A_ROW, Actions
from ..open_file import OpenFile
from ..settings import Settings
from .page_panel import PagePanel, feeding
from .pages import LoadingPage, RefusalPage
from .tree_side import TreeSide


class InspectPanel(PagePanel):
    """One open file. What its chosen entry is stands beside it, in the detail side."""

    entry_asked = Signal()
    """The details of the chosen row are wanted."""
    facts_asked = Signal()
    """The facts of the file are wanted."""
    salvage_asked = Signal()
    """What is whole of the file is to be saved."""

    def __init__(self, file: OpenFile, actions: Actions, settings: Settings) -> None:
        super().__init__(file)
        self.file = file
        self._actions = actions
        self._settings = settings
        self.tree: TreeSide | None = None
        self._refusal: RefusalPage | None = None
        self._loading = LoadingPage(file.name)
        self.addWidget(self._loading)
        file.opened.connect(self._show_tree)
        file.refused.connect(self._show_refusal)
        file.chosen.connect(lambda _row: self.ability_changed.emit())

    @property
    def has_content(self) -> bool:
        return self.tree is not None and self.currentWidget() is self.tree

    @property
    def has_tree(self) -> bool:
        """Whether the tree is what is shown."""
        return self.has_content

    def able(self) -> frozenset[str]:
        if not self.has_content:
            return frozenset(("reload",))
        return FOR_A_FILE if self.file.row >= 0 else FOR_A_FILE - frozenset(FOR_A_ROW)

    def summary(self) -> str:
        """The file in one line, for the status line."""
        contents = self.file.contents
        if contents is None or not self.has_tree:
            return ""
        outline = contents.outline
        parts = [
            wording.plural(outline.total_tensors, "tensor"),
            wording.plural(outline.total_parameters, "parameter"),
            wording.size(contents.checkpoint.nbytes),
            contents.checkpoint.format,
        ]
        if outline.total_nbytes > self.file.automatic and -1 not in self.file.statistics:
            parts.append(tr("statistics of what is in view: Ctrl+M measures all"))
        return "   ·   ".join(parts)

    def choose_key(self, key: str) -> None:
        """Makes the row with this key the chosen one."""
        contents = self.file.contents
        row = contents.outline.row(key) if contents is not None else None
        if row is not None and self.tree is not None:
            self.tree.choose(row)

    def arrangement(self) -> dict[str, Any]:
        return self.tree.arrangement() if self.tree is not None else {}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        if self.tree is not None:
            self.tree.arrange(wanted)

    def keep_state(self) -> None:
        """Remembers the columns."""
        if self.tree is not None:
            self.tree.keep_columns()

    @feeding
    def _show_tree(self) -> None:
        contents = self.file.contents
        assert contents is not None
        if self.tree is None:
            self.tree = TreeSide(self.file, contents, self._actions, self._settings)
            self.tree.asked.connect(lambda _row: self.entry_asked.emit())
            self.tree.dragged.connect(self._drag)
            self.tree.facts_asked.connect(self.facts_asked)
            self.tree.salvage_asked.connect(self.salvage_asked)
            self.tree.view.painted.connect(self.painted)
            self.tree.arranged.connect(self.arranged)
            self.tree.arranging.connect(self.arranging)
            self.tree.rearranged.connect(self.rearranged)
            self.addWidget(self.tree)
            self.tree.view.setFocus()
        else:
            self.tree.show_again(contents)
        self.setCurrentWidget(self.tree)
        self.ready.emit()

    def _drag(self, row: int) -> None:
        from ..dropping.dragging_out import drag_entry

        assert self.tree is not None
        drag_entry(self.tree, row, self.failed.emit)

    @feeding
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
