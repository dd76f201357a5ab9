"""What the actions do that are about the program and not about a file: palette, settings, log, tour, restart."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from .. import wording
from ..language import tr
from . import resources
from .recents.remembered import Recents, pictures_folder
from .tour.offering import is_wanted

if TYPE_CHECKING:
    from .main_window import MainWindow
    from .tour.guide import Guide

RESTART = "restart"
"""The property of a window that is to be opened anew when it has closed."""


class ProgramDeeds:
    """The deeds of one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.guide: Guide | None = None
        window.start.pin_requested.connect(self.pin_recent)
        window.start.remove_requested.connect(self.remove_recent)
        window.start.action_requested.connect(lambda name: window.actions_[name].trigger())

    def handlers(self) -> dict[str, Callable[[], object]]:
        """By the names of their actions."""
        return {
            "palette": self.show_palette,
            "settings": self.show_settings,
            "log": self.show_log,
            "tour": self.begin_tour,
            "restart": self.restart,
        }

    def show_palette(self) -> None:
        from .palette.gathering import palette_of

        palette_of(self._window).open()

    def show_settings(self, name: str = "") -> None:
        """Looks at the settings; at the one called `name`."""
        from . import own_pages

        page = own_pages.show(self._window.session, own_pages.SETTINGS, name or None)
        go_to = getattr(self._window.panels.get(page), "go_to", None)
        if name and go_to is not None:
            go_to(name)

    def show_log(self) -> None:
        from . import own_pages

        own_pages.show(self._window.session, own_pages.LOG)

    def begin_tour(self) -> None:
        from .tour.guide import Guide

        if self.guide is None:
            self.guide = Guide(self._window)
        self.guide.begin()

    def pin_recent(self, path: str, pinned: bool) -> None:
        """Keeps a recent file at the head of the list, or no longer; that can be undone."""

        def pin(pinned: bool) -> None:
            Recents(self._window.settings).pin(path, pinned)
            self._window.fill_start()

        pin(pinned)
        name = wording.safe(os.path.basename(path), 40)
        words = tr("Pin {name}", name=name) if pinned else tr("Unpin {name}", name=name)
        self._window.undoing.did(words, partial(pin, not pinned), partial(pin, pinned))

    def remove_recent(self, path: str) -> None:
        """Takes a file from the list of recent files, which can be undone."""
        window, before = self._window, self._window.settings.kept_recents()
        was_pinned = any(each.path == path and each.is_pinned for each in Recents(window.settings).listed())
        Recents(window.settings).remove(path)
        window.fill_start()

        def bring_back() -> None:
            window.settings.bring_back_recents(before)
            Recents(window.settings).pin(path, was_pinned)
            window.fill_start()

        def remove() -> None:
            Recents(window.settings).remove(path)
            window.fill_start()

        window.undoing.did(tr("Remove from Recent Files"), bring_back, remove)

    def fill_start(self) -> None:
        """Lists the recent files and the samples on the start page."""
        window, settings = self._window, self._window.settings
        files = Recents(settings).listed(), resources.samples(), resources.sample_pairs()
        window.start.show_files(*files, pictures_folder(settings))
        window.start.show_tour_link(is_wanted(settings))

    def restart(self) -> None:
        """Closes the window, to be opened anew with its tabs; where something keeps it open, it stays."""
        self._window.setProperty(RESTART, True)
        if not self._window.close():
            self._window.setProperty(RESTART, False)
