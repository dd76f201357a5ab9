"""Tabs that were closed or moved: undone, done again, and the last closed one opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ... import wording
from ...language import tr
from ..timers import one_shot

if TYPE_CHECKING:
    from ..main_window import MainWindow
    from ..open_page import OpenPage
    from ..panels.page_panel import PagePanel
    from .open_later import KeptTab

MOST_CLOSED = 25
_REST_MS = 400


class _Closed:
    """A tab that was closed, and perhaps is open again."""

    def __init__(self, tab: KeptTab, place: int) -> None:
        self.tab = tab
        self.place = place
        self.page: OpenPage | None = None


class TabDeeds(QObject):
    """What is done with the tabs of a window."""

    changed = Signal()
    """Whether there is anything to reopen may be another."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._closed: list[_Closed] = []
        self._order: list[PagePanel] = []
        self._rest = one_shot(self, _REST_MS, self._note_order)

    @property
    def can_reopen(self) -> bool:
        return bool(self._closed)

    def close(self, page: OpenPage) -> None:
        """Closes the tab of a page; it can be opened again as it was, unless it is of a kind that cannot."""
        from .coming_back import kept_tab

        tab = kept_tab(self._window, page)
        place = self._window.session.pages.index(page)
        self._window.session.close(page)
        if tab is not None:
            closed = _Closed(tab, place)
            self._remember(closed)
            words = tr("Close {name}", name=wording.safe(tab.name, 40))
            self._window.undoing.did(words, lambda: self._open(closed), lambda: self._close(closed))

    def reopen(self) -> None:
        """Opens the tab that was closed last, as it was and where it was."""
        if self._closed:
            closed = self._closed[-1]
            self._open(closed)
            words = tr("Reopen {name}", name=wording.safe(closed.tab.name, 40))
            self._window.undoing.did(words, lambda: self._close(closed), lambda: self._open(closed))

    def move(self, panels: list[PagePanel]) -> None:
        """The tabs were put into this order; a tab that is dragged passes others on its way."""
        if not self._rest.isActive():
            self._order = [self._window.panels[page] for page in self._window.session.pages]
        self._window.session.reorder([panel.page for panel in panels])
        self._rest.start()

    def _note_order(self) -> None:
        before = [panel.page for panel in self._order]
        after = list(self._window.session.pages)
        if before != after:
            self._window.undoing.did(tr("Move Tab"), lambda: self._reorder(before), lambda: self._reorder(after))

    def _reorder(self, pages: list[OpenPage]) -> None:
        window = self._window
        there = [page for page in pages if page in window.panels]
        there += [page for page in window.session.pages if page not in there]
        window.session.reorder(there)
        window.place.reorder([window.panels[page] for page in there])
        self._rest.stop()

    def _open(self, closed: _Closed) -> None:
        from ..recipes import page_of

        session = self._window.session
        if closed in self._closed:
            self._closed.remove(closed)
            self.changed.emit()
        page = page_of(closed.tab.recipe, session)
        if page is not None:
            page.arrangement = dict(closed.tab.arrangement)
            closed.page = page
            session.add(page, min(closed.place, len(session.pages)))
            session.show(page)

    def _close(self, closed: _Closed) -> None:
        from .coming_back import kept_tab

        page = closed.page
        if page is not None and page in self._window.panels:
            closed.tab = kept_tab(self._window, page) or closed.tab
            closed.place = self._window.session.pages.index(page)
            closed.page = None
            self._window.session.close(page)
            self._remember(closed)

    def _remember(self, closed: _Closed) -> None:
        self._closed = [*self._closed, closed][-MOST_CLOSED:]
        self.changed.emit()
