"""What of the window goes into the log: pages that are opened, refused, closed; work that begins and ends."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ..open_page import OpenPage
from ..own_pages import OwnPage
from ..session import Session

_FILES, _WORK = logging.getLogger("inspector.files"), logging.getLogger("inspector.work")

_TOLD = {
    "opened": "opened",
    "compared": "compared",
    "read": "read",
    "refused": "refused",
    "began": "began",
    "ended": "ended",
    "tested": "tested",
    "converted": "converted",
    "saved": "saved",
    "written": "wrote",
    "failed": "failed",
    "measured_all": "measured",
}
"""The signals that pages have, as far as they have them, and the word for each."""


class LogEvents(QObject):
    """Writes down what the pages of a session tell."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        session.added.connect(self._follow)
        session.removed.connect(lambda page: _FILES.info("closed %s", _named(page)))
        for page in session.pages:
            self._follow(page)
            if getattr(page, "contents", None) is not None:  # it was read before the log was open
                _FILES.info("opened %s%s", _named(page), _size_of(page))

    def _follow(self, page: OpenPage) -> None:
        _FILES.info("opening %s", _named(page))
        for name, words in _TOLD.items():
            signal = getattr(page, name, None)
            if signal is not None and hasattr(signal, "connect"):
                signal.connect(_said(page, words))


def _said(page: OpenPage, words: str) -> Callable[..., None]:
    def tell(*told: object) -> None:
        error = next((each for each in told if isinstance(each, Exception)), None)
        error = error or (getattr(page, "error", None) if words == "refused" else None)
        log = _FILES if words in ("opened", "compared", "read", "refused") else _WORK
        if error is not None:
            log.warning("%s %s: %s", words, _named(page), _reason(error))
        else:
            log.info("%s %s%s", words, _named(page), _size_of(page))

    return tell


def _reason(error: BaseException) -> str:
    """Why, without what the message may quote from the file; in English, as all of the log, where it is as usual."""
    if not isinstance(error, InspectorError):
        return type(error).__name__
    usual = type(error).title
    return usual if error.title == tr(usual) else error.title


def _named(page: OpenPage) -> str:
    """What kind of page, and of which files."""
    if isinstance(page, OwnPage):
        return page.kind
    kind = type(page).__name__.removeprefix("Open").lower()
    if kind == "error":
        return "pasted error"
    return f"{kind} {page.place}".replace("\n", " and ")


def _size_of(page: OpenPage) -> str:
    """How large what was read is: no value of it, and no name."""
    contents = getattr(page, "contents", None)
    if contents is None:
        return ""
    checkpoint, outline = contents.checkpoint, contents.outline
    return f": {checkpoint.format}, {outline.total_tensors} tensors, {wording.size(checkpoint.nbytes)}"
