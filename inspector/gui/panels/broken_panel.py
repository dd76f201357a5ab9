"""In place of a panel that an error of the program kept from being made or filled: what happened, and what can be done.

Why this way: the page of the error tells it whole, but the tab it came from would stay empty, and nobody would know
whether something is still to come. Nothing of the panel that failed is kept, as nobody knows how far it came.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from ...language import tr
from ..open_page import OpenPage
from .page_panel import PagePanel
from .pages import RefusalPage


class BrokenPanel(PagePanel):
    """One sentence, and three ways on."""

    retry_asked = Signal()
    """The page is to be opened anew."""
    error_asked = Signal()
    """The error is to be told whole."""

    def __init__(self, page: OpenPage, error: Exception) -> None:
        super().__init__(page)
        self._sentence = tr(
            "An error in this program, {name}, kept this tab from being shown.", name=type(error).__name__
        )
        self.told = _BrokenPage(self)
        self.told.say(
            tr("This tab could not be shown"),
            self._sentence,
            tr("No file was changed by it, and all other tabs go on. The text of the error helps to mend it."),
            page.place,
        )
        self.addWidget(self.told)

    def summary(self) -> str:
        return self._sentence

    def able(self) -> frozenset[str]:
        return frozenset(("reload",))

    def deeds(self) -> dict[str, Callable[[], object]]:
        return {"reload": self.retry_asked.emit}


class _BrokenPage(RefusalPage):
    def __init__(self, panel: BrokenPanel) -> None:
        self._panel = panel
        super().__init__()

    def offers(self) -> tuple[tuple[str, str, Callable[[], object]], ...]:
        panel = self._panel
        return (
            (tr("Try &Again"), tr("Open this anew, as it was"), panel.retry_asked.emit),
            (tr("Show the Err&or"), tr("Go to the page that tells the error whole"), panel.error_asked.emit),
            (tr("Close &Tab"), tr("Close this tab (Ctrl+W)"), panel.close_requested.emit),
        )
