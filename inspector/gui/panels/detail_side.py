"""The side beside the tree: what the chosen entry is, and what the file is.

Both are made of plots and pictures, whose libraries take longer to load than all the rest of the window. So
they are made when the window has been painted (`dress`); until then the side is an empty place of its width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget

from ...checkpoint.outline import Outline
from ..open_file import OpenFile

if TYPE_CHECKING:
    from ..detail.facts_view import FactsView
    from ..detail.panel import DetailPanel


class DetailSide(QTabWidget):
    """Two tabs: the entry, the file."""

    entry_requested = Signal(str)
    """A key was clicked on that should be the chosen one."""

    def __init__(self, file: OpenFile) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.setMinimumWidth(320)
        self._file = file
        self._shown: tuple[Outline, int] | None = None
        self.entry: DetailPanel | None = None
        self.facts: FactsView | None = None
        file.measured.connect(self._measured)

    def dress(self) -> None:
        """Makes the panels and shows what was chosen meanwhile."""
        if self.entry is not None:
            return
        from ..detail.facts_view import FactsView
        from ..detail.panel import DetailPanel

        self.entry, self.facts = DetailPanel(), FactsView()
        self.facts.entry_requested.connect(self.entry_requested)
        self.addTab(self.entry, "Entry")
        self.addTab(self.facts, "File")
        self.setTabToolTip(0, "What the chosen entry is (Alt+2)")
        self.setTabToolTip(1, "What the file is (Alt+3)")
        self.show_file()
        self._show()

    def show_file(self) -> None:
        """Shows the facts of the file, as it was read last."""
        contents = self._file.contents
        if self.facts is not None and contents is not None:
            self.facts.show_checkpoint(contents.checkpoint, contents.outline)

    def show_row(self, outline: Outline, row: int) -> None:
        """Shows a row of `outline`, which may be folded; -1 for none."""
        self._shown = (outline, row)
        self._show()

    def go_to_entry(self) -> None:
        self._go(0)

    def go_to_file(self) -> None:
        self._go(1)

    def _go(self, place: int) -> None:
        self.setCurrentIndex(place)
        if (widget := self.widget(place)) is not None:
            widget.setFocus()

    def _show(self) -> None:
        contents = self._file.contents
        if self.entry is None or contents is None or self._shown is None:
            return
        outline, row = self._shown
        entry = outline.entries[row] if row >= 0 else None
        if row < 0:
            self.entry.show_nothing()
        elif entry is None or outline.ends[row] > row + 1:
            self.entry.show_group(contents.checkpoint, outline, row)
        else:
            self.entry.show_entry(contents.checkpoint, outline.key(row), entry)
        if row >= 0:
            self._measured([outline.origins[row]])

    def _measured(self, rows: list[int]) -> None:
        if self.entry is None or self._shown is None or self._shown[1] < 0:
            return
        outline, row = self._shown
        origin = outline.origins[row]
        if origin in rows and origin in self._file.statistics and row not in outline.blocks:
            self.entry.show_statistics(outline.key(row), self._file.statistics[origin])
