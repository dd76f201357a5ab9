"""What was done lately, for the report of an error: actions by their names, pages by their kinds. No names of files."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from ... import wording
from ..open_page import OpenPage
from ..session import Session

MOST = 20


class LastDeeds(QObject):
    """The last actions and openings, the latest last."""

    def __init__(self, actions: Iterable[QAction], session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._deeds: deque[tuple[float, str]] = deque(maxlen=MOST)
        for action in actions:
            action.triggered.connect(self._noting(f"action {action.objectName()}"))
        session.added.connect(lambda page: self.note(f"tab opened: {kind_of(page)}"))
        session.removed.connect(lambda page: self.note(f"tab closed: {kind_of(page)}"))
        session.shown.connect(lambda page: self.note(f"looked at: {kind_of(page)}"))

    def note(self, words: str) -> None:
        """Something was done."""
        self._deeds.append((time.time(), words))

    def lines(self) -> list[str]:
        """Each with its time of day."""
        return [f"{time.strftime('%H:%M:%S', time.localtime(when))}  {words}" for when, words in self._deeds]

    def open_pages(self) -> list[str]:
        """What is open: kind, format and size of each, and no names."""
        return [described(page) for page in self._session.pages]

    def _noting(self, words: str) -> Callable[[bool], None]:
        def note(_checked: bool = False) -> None:
            self.note(words)

        return note


def kind_of(page: OpenPage | None) -> str:
    """`file`, `comparison`, `fit` ..."""
    if page is None:
        return "start page"
    return getattr(page, "kind", "") or type(page).__name__.removeprefix("Open").lower()


def described(page: OpenPage) -> str:
    """The kind of a page, and what size of file it is about."""
    words = kind_of(page)
    contents = getattr(page, "contents", None)
    if contents is not None:
        checkpoint = contents.checkpoint
        words += f": {checkpoint.format}, {contents.outline.total_tensors} tensors, {wording.size(checkpoint.nbytes)}"
        words += ", damaged" if checkpoint.damage else ""
    return f"{words}, at work" if page.is_busy else words
