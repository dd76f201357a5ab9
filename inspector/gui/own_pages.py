"""Pages of the program itself: its settings, its log, its errors. Each is open once at most."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from ..language import marked, tr
from .open_page import OpenPage
from .session import Session

SETTINGS, LOG, ERRORS = "settings", "log", "errors"

_NAMES = {SETTINGS: marked("Settings"), LOG: marked("Log File"), ERRORS: marked("Something went wrong")}
_PLACES = {
    SETTINGS: marked("What the program does, and how it looks"),
    LOG: marked("What the program did"),
    ERRORS: marked("Errors of the program itself"),
}
_COME_BACK = (SETTINGS, LOG)


class OwnPage(OpenPage):
    """One of them, by its kind."""

    def __init__(self, kind: str, parent: QObject | None = None, *, shows: Any = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.shows = shows
        """What it shows, where that is no file: the reports of errors, the setting to begin with."""

    @property
    def name(self) -> str:
        return tr(_NAMES[self.kind])

    @property
    def place(self) -> str:
        return tr(_PLACES[self.kind])

    def recipe(self) -> dict[str, Any] | None:
        return {"kind": self.kind} if self.kind in _COME_BACK else None

    def open(self) -> None:
        """There is nothing to read."""


def show(session: Session, kind: str, shows: Any = None) -> OwnPage:
    """Looks at the page of this kind, which is opened if it is not there."""
    found = next((page for page in session.pages if isinstance(page, OwnPage) and page.kind == kind), None)
    if found is None:
        found = OwnPage(kind, session, shows=shows)
        session.add(found)
    session.show(found)
    return found
