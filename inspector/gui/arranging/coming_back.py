"""The session as it was left: kept a moment after every change, and there again when the window starts.

    keeping = Keeping(window)        keeps, as long as the window lives
    come_back(window)                opens the tabs of the last window again; only the one looked at is read

Files that are gone come back too, and say so calmly when their tab is looked at, as a browser does with a page it
cannot reach: a disk that is not there today is there tomorrow, and `Try Again` stands beside the sentence.

Why this way: a crash can come at any time, so what is kept is written a moment after each change, from what the
panels say anyway, and not only at the end. It is a file of its own, replaced as a whole. Should the window end while
tabs come back - a driver, a file, this program - the next start goes to the start page and reads none of them until
they are looked at.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject

from ..timers import one_shot
from .open_later import KeptTab, OpenLater

if TYPE_CHECKING:
    from ..main_window import MainWindow
    from ..open_page import OpenPage
    from ..settings import Settings

RESTORE = ("yes", "no")
"""The setting `restore`: whether tabs come back."""
MOST_TABS = 60
MOST_BYTES = 4_000_000
"""A file larger than this was not written here, and is not read."""
_REST_MS = 1200
_SAFE_MS = 3000
"""Milliseconds after which tabs that came back are taken to do no harm."""
_VERSION = 1


class Kept(NamedTuple):
    """A session as it was left."""

    tabs: tuple[KeptTab, ...]
    shown: int
    """The number of the tab that was looked at, -1 for the start page."""
    details: dict[str, Any]
    """How the detail side was arranged."""


class Keeping(QObject):
    """Keeps what a window shows."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._written = b""
        self._rest = one_shot(self, _REST_MS, self.keep)
        session = window.session
        for told in (session.added, session.removed, session.replaced, session.shown, session.moved):
            told.connect(lambda *_: self._rest.start())
        window.undoing.arranged.connect(self._rest.start)
        self._rest.start()  # what was opened before the first paint

    def keep(self) -> None:
        """Writes what there is now, if it is not what was written last."""
        import json

        self._rest.stop()
        if not self._window.keeps_session:
            return
        made = json.dumps(_as_plain(_kept(self._window)), ensure_ascii=False).encode("utf-8", "surrogatepass")
        if made != self._written and write(self._window.settings, made):
            self._written = made

    def end(self) -> None:
        """Keeps the last of it: the window closes."""
        self.keep()
        self._window.settings.choose("came_back", "yes")


def kept_session(settings: Settings) -> Kept | None:
    """What was kept last, whatever in it cannot be right left out; None where there is nothing."""
    import json  # not needed for a first start

    try:
        path = settings.session_path
        if os.path.getsize(path) > MOST_BYTES:
            return None
        with open(path, "rb") as file:
            found = json.loads(file.read().decode("utf-8", "surrogatepass"))
    except (OSError, ValueError, RecursionError):
        return None
    return _read(found)


def come_back(window: MainWindow, *, is_shown: bool = True, is_asked: bool = False) -> None:
    """Opens the tabs again that the last window left, and looks at the one that was looked at; only that is read.

    Not where the settings say no, unless it `is_asked` for. Not `is_shown`: nothing of it is looked at.
    """
    session, settings = window.session, window.settings
    if not is_asked and settings.choice("restore", RESTORE) == "no":
        return
    kept = kept_session(settings) if os.path.exists(settings.session_path) else None
    if kept is None or not kept.tabs:
        return
    did_harm = settings.choice("came_back", ("yes", "no")) == "no"
    settings.choose("came_back", "no")
    settings.save()
    harmless = one_shot(window, _SAFE_MS, lambda: settings.choose("came_back", "yes"))
    harmless.start()
    with window.undoing.unheard():
        pages = [OpenLater(tab, session) for tab in kept.tabs]
        for page in pages:
            session.add(page)
        window.place.details.arrange_as(kept.details)
        if is_shown and not did_harm and 0 <= kept.shown < len(pages):
            session.show(pages[kept.shown])


def write(settings: Settings, made: bytes) -> bool:
    """Replaces what was kept; whether it could be written. A full disk loses what is new, and not what was there."""
    from PySide6.QtCore import QIODevice, QSaveFile  # nothing is written before the first paint

    with contextlib.suppress(OSError):  # then the file cannot be opened either
        os.makedirs(settings.folder, exist_ok=True)
    file = QSaveFile(settings.session_path)
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        return False
    file.write(made)
    return file.commit()


def _kept(window: MainWindow) -> Kept:
    tabs, shown = [], -1
    for page in window.session.pages[:MOST_TABS]:
        tab = kept_tab(window, page)
        if tab is not None:
            if page is window.session.current:
                shown = len(tabs)
            tabs.append(tab)
    return Kept(tuple(tabs), shown, window.place.details.arranged_as)


def kept_tab(window: MainWindow, page: OpenPage) -> KeptTab | None:
    """What is kept of the tab of a page; None where it does not come back."""
    recipe = page.recipe()
    panel = window.panels.get(page)
    if recipe is None or panel is None:
        return None
    return KeptTab(recipe, panel.arranged_as, page.name, page.place)


def _as_plain(kept: Kept) -> dict[str, Any]:
    tabs = [tab._asdict() for tab in kept.tabs]
    return {"version": _VERSION, "tabs": tabs, "shown": kept.shown, "details": kept.details}


def _read(found: object) -> Kept | None:
    if not isinstance(found, dict) or found.get("version") != _VERSION or not isinstance(found.get("tabs"), list):
        return None
    read = [_tab(each) for each in found["tabs"][:MOST_TABS]]
    tabs = [tab for tab in read if tab is not None]
    shown, details = found.get("shown"), found.get("details")
    place = shown if isinstance(shown, int) and 0 <= shown < len(read) and read[shown] is not None else -1
    if place >= 0:
        place = sum(tab is not None for tab in read[:place])
    return Kept(tuple(tabs), place, details if isinstance(details, dict) else {})


def _tab(found: object) -> KeptTab | None:
    """A tab; None for what has no recipe."""
    if not isinstance(found, dict) or not isinstance(found.get("recipe"), dict):
        return None
    arrangement = found.get("arrangement")
    texts = [text if isinstance(text := found.get(name), str) else "" for name in ("name", "place")]
    return KeptTab(found["recipe"], arrangement if isinstance(arrangement, dict) else {}, texts[0], texts[1])
