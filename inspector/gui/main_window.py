"""The window: puts the panels in place and connects them to the session and the actions; nothing else.

Why this way: only what the first paint needs is made before it. Icons, plots and pictures come a moment after
(`_arrange_for_later`), so that a file opened from the command line is seen as soon as Qt itself can show a window.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QMainWindow

from .. import wording
from ..language import tr
from . import resources, zooming
from .actions import DRESSES, FOR_A_PAGE, FOR_ANY_PAGE, Actions
from .arranging.tab_deeds import TabDeeds
from .arranging.undoing import Undoing
from .commands import THEMES, Commands
from .open_file import OpenFile
from .open_page import OpenPage
from .panels.connecting import made_panel
from .panels.inspect_panel import InspectPanel
from .panels.page_panel import PagePanel
from .panels.start_panel import StartPanel
from .panels.status_line import StatusLine
from .panels.tree_side import TreeSide
from .panels.workplace import Workplace
from .session import Session
from .settings import Settings
from .slices import Slices

if TYPE_CHECKING:
    from .arranging.coming_back import Keeping
    from .dropping.taking import Taking

TITLE = "Checkpoint Inspector"


class MainWindow(QMainWindow):
    """One window with a tab for each open page."""

    errors_asked = Signal()
    """The errors of the program are to be shown."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session = session
        self.settings = settings
        self.actions_ = Actions(self)
        self.panels: dict[OpenPage, PagePanel] = {}
        self.undoing = Undoing(self)
        self.tab_deeds = TabDeeds(self)
        self._is_dressed = False
        self.slices = Slices(self)
        """Does from the first paint on what that did not need."""
        self.keeps_session = True
        """Whether what is open here is what comes back; not for a second window."""
        self.taking: Taking | None = None
        """Takes what is dropped, and says what that means; from the first paint on."""
        self.keeping: Keeping | None = None
        """Keeps what is open, for another day; from the first paint on."""
        self.setWindowTitle(TITLE)
        self.start = StartPanel()
        self.place = Workplace(self.start, settings)
        self.setCentralWidget(self.place)
        self.status = StatusLine(self.actions_["stop"])
        self.setStatusBar(self.status)
        self.actions_.fill(self.menuBar())
        self.commands = Commands(self)
        self.actions_.connect(self.commands.handlers())
        for action in self.actions_:
            self.addAction(action)
        self._restore()
        self._connect()
        self._show(None)
        self._arrange_for_later()

    def _connect(self) -> None:
        self.session.added.connect(self._add)
        self.session.removed.connect(self._remove)
        self.session.replaced.connect(self._replace)
        self.session.shown.connect(self._show)
        self.undoing.changed.connect(self._show_undo)
        self.tab_deeds.changed.connect(self._show_undo)
        self.start.open_requested.connect(self.session.take)
        self.start.compare_requested.connect(self.session.compare)
        self.start.dialog_requested.connect(self.commands.open)
        self.start.about_to_show.connect(self.fill_start)
        self.place.page_shown.connect(lambda panel: self.session.show(getattr(panel, "page", None)))
        self.place.close_requested.connect(self.close_panel)
        self.place.moved.connect(self.tab_deeds.move)
        self.place.details.entry_requested.connect(lambda key: self.inspect_panel().choose_key(key))
        self.place.details.failed.connect(self.session.broken)
        self.undoing.follow(self.place.details, has_past=False)
        self.place.details.ready.connect(lambda: self.undoing.learn(self.place.details))
        QGuiApplication.instance().applicationStateChanged.connect(self._look_again)  # type: ignore[union-attr]

    def _restore(self) -> None:
        self.resize(1380, 860)
        geometry = self.settings.state("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.actions_["details"].setChecked(self.settings.choice("details", ("yes", "no")) == "yes")
        self.actions_["fold"].setChecked(self.settings.choice("fold", ("no", "yes")) == "yes")
        self.actions_[f"theme_{self.settings.choice('theme', THEMES)}"].setChecked(True)

    # Pages and tabs

    def _add(self, page: OpenPage) -> None:
        self.place.add(self._made_panel(page), *_tab_of(page), self.session.pages.index(page))

    def _replace(self, former: OpenPage, page: OpenPage) -> None:
        self.exchange(self.panels.pop(former), self._made_panel(page))

    def exchange(self, former: PagePanel, panel: PagePanel) -> None:
        """Puts a panel in the place of another one."""
        self.undoing.forget(former)
        self.place.replace(former, panel, *_tab_of(panel.page))
        former.deleteLater()
        if panel.page is self.session.current:
            self._show(panel.page)

    def _made_panel(self, page: OpenPage) -> PagePanel:
        panel = self.panels[page] = made_panel(self, page)
        return panel

    def rename(self, page: OpenPage) -> None:
        self.place.rename(self.panels[page], *_tab_of(page))
        self.refresh_if_shown(page)

    def _remove(self, page: OpenPage) -> None:
        panel = self.panels.pop(page)
        self.undoing.forget(panel)
        panel.keep_state()
        panel.stop()
        self.place.remove(panel)
        panel.deleteLater()

    def close_panel(self, panel: PagePanel) -> None:
        """Closes its tab, unless something goes on there that is asked about first."""
        if panel.asks_to_stay(lambda: self.close_panel(panel)):
            self.session.show(panel.page)
        else:
            self.tab_deeds.close(panel.page)

    def _show(self, page: OpenPage | None) -> None:
        """Goes to the tab of `page`; None: to the start page."""
        self.place.show_page(self.panels[page] if page is not None else self.start)
        self.undoing.look_at(self.shown_panel())
        self.status.show_pace(None)
        self.refresh()

    def refresh_if_shown(self, page: OpenPage) -> None:
        if page is self.session.current:
            self.refresh()

    def enable_if_shown(self, page: OpenPage) -> None:
        if page is self.session.current:
            self._enable(self.panels[page])

    def refresh(self) -> None:
        """Title, status, details and what can be done, for what is looked at now."""
        panel = self.shown_panel()
        name = f"{wording.safe(panel.page.name, 120).replace('[*]', '[*][*]')}  –  " if panel is not None else ""
        self.setWindowTitle(f"{name}{TITLE}")
        self.status.show_summary(panel.summary() if panel is not None else "")
        tree = panel.tree if isinstance(panel, InspectPanel) and panel.has_content else None
        if tree is not None:
            self.place.details.look_at(self.file(), tree)
        else:
            self.place.details.forget()
        self.place.show_details(tree is not None and self.actions_["details"].isChecked())
        self._enable(panel)

    def _enable(self, panel: PagePanel | None) -> None:
        able = panel.able() if panel is not None else frozenset()
        for name in FOR_A_PAGE:
            self.actions_[name].setEnabled(name in able)
        self.actions_.enable(FOR_ANY_PAGE, panel is not None)

    def _show_undo(self) -> None:
        """What would be undone, done again and reopened."""
        undo, redo = self.undoing.undo_words, self.undoing.redo_words
        self.actions_.name("undo", tr("&Undo {deed}") if undo else tr("&Undo"), undo)
        self.actions_.name("redo", tr("R&edo {deed}") if redo else tr("R&edo"), redo)
        self.actions_.enable(("reopen",), self.tab_deeds.can_reopen)

    def shown_panel(self) -> PagePanel | None:
        """The panel that is looked at, None on the start page."""
        return self.panels[self.session.current] if self.session.current is not None else None

    def panel(self) -> PagePanel:
        """The panel that is looked at; there must be one."""
        assert self.session.current is not None
        return self.panels[self.session.current]

    def inspect_panel(self) -> InspectPanel:
        """The panel that is looked at, which must be that of a file."""
        panel = self.panel()
        assert isinstance(panel, InspectPanel)
        return panel

    def file(self) -> OpenFile:
        return self.inspect_panel().file

    def tree(self) -> TreeSide:
        tree = self.inspect_panel().tree
        assert tree is not None
        return tree

    def fill_start(self) -> None:
        """Lists the recent files and the samples on the start page."""
        self.commands.program.fill_start()

    # What Qt tells

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_dressed:
            self._is_dressed = True
            QTimer.singleShot(0, self._dress)

    def _dress(self) -> None:
        from .arranging.coming_back import Keeping
        from .arranging.typed_fields import TypedFields

        self.keeping = Keeping(self)
        TypedFields(self, self.undoing.field_goes_back)
        self.slices.begin()

    def _arrange_for_later(self) -> None:
        """What the first paint does not need; where a file is on its way, the plots wait for its tree."""
        then = self.slices.then
        then(self._take_drops, "dropping.taking", "wheel_zoom")
        then(lambda: self.setWindowIcon(resources.app_icon()), "icons")
        for part in range(DRESSES):
            then(partial(self.actions_.dress, part))
        then(self.start.dress, *self.start.for_dress)
        then(lambda: self.place.details.load() if not self.panels else None)

    def _take_drops(self) -> None:
        from .dropping.taking import Taking
        from .wheel_zoom import WheelZoom

        self.taking = Taking(self)
        WheelZoom(self.windowHandle(), self.commands.zoom_by, self)

    def _look_again(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.session.check_disk()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ThemeChange:  # of the desktop: perhaps its font
            QTimer.singleShot(0, self, zooming.follow_system)
        if event.type() == QEvent.Type.StatusTip:  # the tips are in the tool tips; the status bar keeps its summary
            return True
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_kept_open():
            event.ignore()
            return
        self.slices.stop()
        self.settings.keep_state("window", self.saveGeometry())
        if self.keeping is not None:
            self.keeping.end()
        self.place.keep_state()
        for panel in self.panels.values():
            panel.keep_state()
            panel.stop()
        self.hide()
        self.place.details.stop()
        self.session.end()
        super().closeEvent(event)

    def _is_kept_open(self) -> bool:
        """Whether something goes on that is asked about first; it closes the window when that has ended."""
        self.session.queue.hold()  # whoever waits is not to begin when the one that runs is stopped
        for page, panel in self.panels.items():
            if panel.asks_to_stay(self.close, lambda: self.session.queue.hold(False)):
                self.session.show(page)
                return True
        return False


def _tab_of(page: OpenPage) -> tuple[str, str]:
    """The title and the tip of the tab of a page."""
    return wording.safe(page.name, 60), "\n".join(wording.safe(line, 500) for line in page.place.splitlines())
