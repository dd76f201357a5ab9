"""The side beside the tree: what the chosen entry is, and what the file is. One for all tabs.

Both are made of plots and pictures, whose libraries take longer to load than all the rest of the window. So
they are loaded by a job once the tree has been painted (`load`); until then the side is an empty place.

Why this way: making the panels takes the window's thread a tenth of a second. With one for each tab every file
that is opened would hold the window up; the one there is shows whatever tab is looked at.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QTabWidget

from ...language import tr
from ..arranging.rooms import ROOM, Rooms
from ..class_making import Importing
from ..open_file import Opened, OpenFile
from ..theme import px
from ..timers import one_shot

if TYPE_CHECKING:
    from ..detail import DetailPanel, FactsView
    from .tree_side import TreeSide


_LEAST_WIDTH, _MOST_NEEDED = 320, 480
"""Pixels that it has at least: where everything is of the usual size, and where it is large."""


class DetailSide(QTabWidget):
    """Two tabs, the entry and the file, for the file that is looked at."""

    entry_requested = Signal(str)
    """A key was clicked on that should be the chosen one."""
    failed = Signal(object)
    """The plots cannot be loaded: an exception that is an error of the installation or the program."""
    arranged = Signal(str)
    arranging = Signal(str)
    did = Signal(str, object, object)
    """As of a panel: a person looks at something else, or otherwise."""
    ready = Signal()
    """Another entry is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.setAccessibleName(tr("Details"))
        self.rooms = Rooms(self)
        """The room that it has of the window, and what its parts have of it."""
        self._file: OpenFile | None = None
        self._tree: TreeSide | None = None
        self._facts_of: Opened | None = None
        self._is_loading = self._is_loaded = False
        self._made_facts: FactsView | None = None
        self._making = one_shot(self, 0, self._make)
        self._awaited: dict[str, Any] = {}
        """How it is to be arranged, as far as there was nothing yet to be arranged so."""
        self._asked: int | None = None
        """Which of the two a person wanted to look at before they were made."""
        self.entry: DetailPanel | None = None
        self.facts: FactsView | None = None
        self.currentChanged.connect(self._turn)

    def minimumSizeHint(self) -> QSize:
        """Half of a small window is for the tree, however large everything is."""
        return QSize(min(px(_LEAST_WIDTH), _MOST_NEEDED), super().minimumSizeHint().height())

    def load(self) -> None:
        """Loads what the panels are made of, beside the window, and makes them then."""
        if not self._is_loading:
            self._is_loading = True
            job = Importing(loading())
            job.succeeded.connect(self._take_loaded)
            job.failed.connect(self.failed)
            job.start()

    def look_at(self, file: OpenFile, tree: TreeSide) -> None:
        """Shows what is chosen in this file from now on."""
        if file is not self._file:
            if self._file is not None:
                self._file.chosen.disconnect(self._show_row)
                self._file.measured.disconnect(self._hear)
            self._file, self._tree = file, tree
            file.chosen.connect(self._show_row)
            file.measured.connect(self._hear)
            if self._is_loaded and self.entry is None:
                self._making.start()
        self._show_row()
        self._show_facts()

    def forget(self) -> None:
        """The file that was looked at is going."""
        if self._file is not None:
            self._file.chosen.disconnect(self._show_row)
            self._file.measured.disconnect(self._hear)
        self._file = self._tree = self._facts_of = self._asked = None
        if self.entry is not None:
            self.entry.show_nothing()

    def stop(self) -> None:
        """Ends all reading, and waits for it. For the closing of the window."""
        self._making.stop()
        self._is_loaded = False
        for panel in (self.entry, self.facts):
            if panel is not None:
                panel.stop()

    def go_to_entry(self) -> None:
        self._go(0)

    def go_to_file(self) -> None:
        self._go(1)

    @property
    def arranged_as(self) -> dict[str, Any]:
        """Which of the two is looked at, and how the entry is."""
        shown = {"side": self.currentIndex(), "entry": self.entry.looked_at()} if self.entry is not None else {}
        return {**shown, **self._awaited, **self.rooms.arrangement()}

    is_being_arranged = False

    def holds(self, names: frozenset[str]) -> bool:
        """As of a panel: nothing has to stay as it is."""
        return False

    def arrange_as(self, wanted: Mapping[str, Any]) -> None:
        """Arranges it so, now or when it is loaded and the entry is shown that this is about."""
        self.rooms.arrange(wanted.get(ROOM))
        self._awaited = {name: wanted[name] for name in ("side", "entry") if name in wanted}
        self._arrange_awaited()

    def _arrange_awaited(self) -> None:
        self.is_being_arranged = True
        try:
            self._arrange()
        finally:
            self.is_being_arranged = False

    def _arrange(self) -> None:
        if self.entry is None or not self._awaited:
            return
        side, entry = self._awaited.pop("side", None), self._awaited.get("entry")
        if isinstance(side, int) and 0 <= side < self.count():
            self.setCurrentIndex(side)
        if isinstance(entry, dict) and self._is_shown(entry):
            self.entry.look(entry)
            del self._awaited["entry"]
        elif self._tree is not None and self._tree.current() >= 0:
            self._awaited.clear()  # something else was chosen: what it was about is past

    def _is_shown(self, entry: Mapping[str, Any]) -> bool:
        """Whether what this is about is there by now: nothing in particular, or the tensor that is looked at."""
        assert self.entry is not None
        return "of" not in entry or self.entry.looked_at().get("of") == entry["of"]

    def _turn(self, place: int) -> None:
        self._show_facts()
        if self.entry is not None:
            self.arranged.emit(tr("Show {page}", page=self.tabText(place)))

    def _take_loaded(self, _result: object) -> None:
        self._is_loaded = True
        if self._file is not None:
            self._making.start()

    def _make(self) -> None:
        """Makes the two, for the first file that is looked at: one after the other, as each takes a moment."""
        from ..detail import DetailPanel, FactsView

        if self._made_facts is None:
            self._made_facts = FactsView()
            self._making.start()
            return
        if self.entry is not None:
            return
        self.entry, self.facts = DetailPanel(), self._made_facts
        for place, (panel, title, tip) in enumerate(
            (
                (self.entry, tr("Entry"), tr("What the chosen entry is (Ctrl+2)")),
                (self.facts, tr("File"), tr("What the file is (Ctrl+3)")),
            )
        ):
            panel.entry_requested.connect(self.entry_requested)
            self.addTab(panel, title)
            self.setTabToolTip(place, tip)
        self.entry.turned.connect(self.arranged)
        self.entry.did.connect(self.did)
        self.entry.shares_room.connect(lambda room: self.rooms.add("overview", room))
        self._show_row()
        if self._asked is not None:
            self._go(self._asked)

    def _go(self, place: int) -> None:
        self._asked = place if self.entry is None else None
        self.setCurrentIndex(place)
        if (widget := self.widget(place)) is not None:
            widget.setFocus()

    def _show_row(self, _row: int = -1) -> None:
        contents = self._file.contents if self._file is not None else None
        if self.entry is None or self._tree is None or contents is None:
            return
        outline, row = self._tree.outline, self._tree.current()
        entry = outline.entries[row] if row >= 0 else None
        if row < 0:
            self.entry.show_nothing()
        elif entry is None or outline.ends[row] > row + 1:
            self.entry.show_group(contents.checkpoint, outline, row)
        else:
            self.entry.show_entry(contents.checkpoint, contents.outline.key(outline.origins[row]), entry)
            self._hear([outline.origins[row]])
        self._arrange_awaited()
        self.ready.emit()

    def _show_facts(self) -> None:
        """Shows the facts of the file when they can be seen, once for each reading of the file."""
        contents = self._file.contents if self._file is not None else None
        if self.facts is None or not self.facts.isVisible() or contents is None:
            return
        if contents is not self._facts_of:
            self._facts_of = contents
            self.facts.show_checkpoint(contents.checkpoint, contents.outline, contents.optimizers)

    def _hear(self, rows: list[int]) -> None:
        """Passes on the statistics of the chosen entry, or why it has none."""
        file = self._file
        if self.entry is None or file is None or file.contents is None or file.row not in rows:
            return
        key = file.contents.outline.key(file.row)
        self.entry.show_statistics(key, file.statistics.get(file.row), file.refusals.get(file.row, ""))


def loading() -> Generator[str, None, None]:
    """Imports what plots and pictures need, one library after the other."""
    import numpy

    yield numpy.__name__
    import pyqtgraph

    yield pyqtgraph.__name__
    from .. import detail

    yield detail.__name__
    from . import compare_panel  # not wanted yet, but when it is it should be there at once

    yield compare_panel.__name__
