"""What a new panel and its page tell, and who hears it: the window, its session, its status line, its past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from ..open_page import OpenPage
from .inspect_panel import InspectPanel
from .making import panel_for
from .page_panel import PagePanel

if TYPE_CHECKING:
    from ..main_window import MainWindow


def made_panel(window: MainWindow, page: OpenPage) -> PagePanel:
    """The panel for a page, connected; where an error of the program keeps it from being made, one that says so."""
    try:
        panel = panel_for(page, window.actions_, window.settings)
        connect_panel(window, page, panel)
    except Exception as error:
        window.session.broken.emit(error)
        return _broken_panel(window, page, error)
    return panel


def connect_panel(window: MainWindow, page: OpenPage, panel: PagePanel) -> None:
    """Connects a panel that was just made, and has it arranged as its page says."""
    session = window.session
    panel.close_requested.connect(lambda: window.close_panel(panel))
    panel.ready.connect(lambda: window.refresh_if_shown(page))
    panel.ability_changed.connect(lambda: window.enable_if_shown(page))
    panel.open_asked.connect(lambda path: session.open([path]))
    panel.compare_asked.connect(session.compare)
    panel.fit_asked.connect(lambda path, model: session.fit(path, model=model))
    panel.train_on_asked.connect(session.run)
    panel.tests_asked.connect(session.test_all)
    panel.run_asked.connect(lambda: session.run(page.path, fit=page))  # type: ignore[attr-defined]
    panel.said.connect(lambda words: window.status.showMessage(words, 3000))
    panel.failed.connect(window.commands.tell_failure)
    panel.broke.connect(lambda error: _give_up(window, panel, error))
    page.paced.connect(lambda pace: window.status.show_pace(pace) if page is session.current else None)
    page.renamed.connect(lambda: window.rename(page))
    if isinstance(panel, InspectPanel):
        panel.painted.connect(window.place.details.load)
        panel.entry_asked.connect(window.commands.go_to_entry)
        panel.facts_asked.connect(window.commands.go_to_file)
        panel.salvage_asked.connect(lambda: session.convert(panel.file.path, salvage=True))
    _follow(window, page, panel)


def _follow(window: MainWindow, page: OpenPage, panel: PagePanel) -> None:
    """What is done to it can be undone; what it does by itself is no deed."""
    panel.arrange_as(page.arrangement)
    window.undoing.follow(panel)
    panel.ability_changed.connect(window.undoing.changed)
    for told in (panel.ready, panel.rearranged):
        told.connect(lambda: window.undoing.learn(panel))


def _give_up(window: MainWindow, panel: PagePanel, error: Exception) -> None:
    """Puts one that says so in the place of a panel that could not be filled."""
    window.session.broken.emit(error)
    page = panel.page
    if window.panels.get(page) is panel:
        page.arrangement = panel.arranged_as if not panel.has_content else {}
        window.panels[page] = _broken_panel(window, page, error)
        window.exchange(panel, window.panels[page])
        panel.stop()


def _broken_panel(window: MainWindow, page: OpenPage, error: Exception) -> PagePanel:
    from .broken_panel import BrokenPanel

    panel = BrokenPanel(page, error)
    connect_panel(window, page, panel)
    panel.retry_asked.connect(lambda: window.session.renew(page))
    panel.error_asked.connect(window.errors_asked)
    QTimer.singleShot(0, page, page.close)  # nobody is there to take what it would read
    return panel
