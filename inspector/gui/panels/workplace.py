"""The middle of the window: a tab for each page, the one looked at, and the detail side beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QTabBar, QToolButton, QVBoxLayout, QWidget

from ...language import tr
from ..dropping.page_tabs import PageTabs
from ..settings import Settings
from ..theme import px
from ..widgets.labels import plain_tip
from ..widgets.roomy import PageStack, RoomyArea
from ..widgets.shared_room import SharedRoom
from .detail_side import DetailSide


class Workplace(QWidget):
    """Pages with tabs above them. The first page is the start page, whose tab cannot be closed."""

    page_shown = Signal(object)
    """Another page (a widget) is looked at, because its tab was chosen."""
    close_requested = Signal(object)
    """The button on the tab of this page was pressed."""
    moved = Signal(object)
    """The tabs are in another order: the pages, the start page left out."""

    def __init__(self, start: QWidget, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._start = start
        self.tabs = PageTabs()
        self.tabs.setDocumentMode(True)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setMovable(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.tabs.setAccessibleName(tr("Open pages"))
        self.pages = PageStack()
        self.details = DetailSide()
        self._splitter = SharedRoom(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.pages)
        self._splitter.addWidget(self.details)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([960, 440])
        state = settings.state("splitter")
        if state is not None:
            self._splitter.restoreState(state)
        self.details.rooms.add("window", self._splitter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(RoomyArea(self._splitter), 1)
        self.add(start, tr("Start"), tr("Recent files and samples (Ctrl+T)"))
        self.show_details(False)
        self.tabs.currentChanged.connect(self._show_tab)
        self.tabs.tabMoved.connect(lambda _from, _to: self.moved.emit(self.order()))

    def add(self, page: QWidget, title: str, tip: str, at: int | None = None) -> None:
        """Adds a page, at the end or as so many-th; its tab has a button that closes it unless it is the first."""
        self.pages.addWidget(page)
        place = self.tabs.count() if at is None else self._place_for(at)
        with QSignalBlocker(self.tabs):
            place = self.tabs.insertTab(place, title.replace("&", "&&"))
        self.tabs.setTabData(place, page)
        self.tabs.setTabToolTip(place, plain_tip(tip))
        if page is not self._start:
            self.tabs.setTabButton(place, QTabBar.ButtonPosition.RightSide, self._closing_button(page))
        self.tabs.setVisible(self.tabs.count() > 1)

    def rename(self, page: QWidget, title: str, tip: str) -> None:
        """Puts another title on the tab of a page."""
        self.tabs.setTabText(self._place(page), title.replace("&", "&&"))
        self.tabs.setTabToolTip(self._place(page), plain_tip(tip))

    def replace(self, former: QWidget, page: QWidget, title: str, tip: str) -> None:
        """Puts a page where another one is."""
        place = self._place(former)
        self.pages.addWidget(page)
        self.tabs.setTabData(place, page)
        button = self.tabs.tabButton(place, QTabBar.ButtonPosition.RightSide)
        self.tabs.setTabButton(place, QTabBar.ButtonPosition.RightSide, self._closing_button(page))
        button.deleteLater()
        self.rename(page, title, tip)
        self.pages.removeWidget(former)

    def order(self) -> list[QWidget]:
        """The pages in the order of their tabs, the start page left out."""
        pages = [self.tabs.tabData(place) for place in range(self.tabs.count())]
        return [page for page in pages if page is not self._start]

    def reorder(self, pages: Sequence[QWidget]) -> None:
        """Puts the tabs in this order; the start page stays where it is."""
        with QSignalBlocker(self.tabs):
            for place, page in zip(self._places(), pages):
                self.tabs.moveTab(self._place(page), place)
        self.moved.emit(self.order())

    def remove(self, page: QWidget) -> None:
        """Takes a page away."""
        self.tabs.removeTab(self._place(page))
        self.pages.removeWidget(page)
        self.tabs.setVisible(self.tabs.count() > 1)

    def show_page(self, page: QWidget) -> None:
        """Looks at this page."""
        self.pages.setCurrentWidget(page)
        self.tabs.setCurrentIndex(self._place(page))

    def step(self, step: int) -> None:
        """Goes to the next tab, or the one before, round and round."""
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + step) % self.tabs.count())

    def show_details(self, shown: bool) -> None:
        """Shows or hides the detail side."""
        self.details.setVisible(shown)

    def keep_state(self) -> None:
        """Remembers how the place is shared."""
        if self.details.isVisibleTo(self):
            self._settings.keep_state("splitter", self._splitter.saveState())

    def _show_tab(self, place: int) -> None:
        page = self.tabs.tabData(place)
        if page is not None:
            self.page_shown.emit(page)

    def _place(self, page: QWidget) -> int:
        return next(place for place in range(self.tabs.count()) if self.tabs.tabData(place) is page)

    def _place_for(self, at: int) -> int:
        """Where a tab is put so that `at` of the pages are before it."""
        places = self._places()
        return places[at] if at < len(places) else self.tabs.count()

    def _places(self) -> list[int]:
        """The places of the tabs but that of the start page."""
        return [place for place in range(self.tabs.count()) if self.tabs.tabData(place) is not self._start]

    def _closing_button(self, page: QWidget) -> QToolButton:
        button = QToolButton()
        button.setText("×")
        button.setAutoRaise(True)
        button.setFixedSize(px(20), px(20))
        button.setToolTip(tr("Close this tab (Ctrl+W)"))
        button.setAccessibleName(tr("Close this tab"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.close_requested.emit(page))
        return button
