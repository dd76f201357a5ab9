"""What a new panel and its page tell, and who hears it: the window, its session, its status line, its past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..open_page import OpenPage
from .inspect_panel import InspectPanel
from .page_panel import PagePanel

if TYPE_CHECKING:
    from ..main_window import MainWindow


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
