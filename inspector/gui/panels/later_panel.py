"""The place of a tab that came back and was not looked at yet: its name, in case it is seen for a moment."""

from __future__ import annotations

from ..arranging.open_later import OpenLater
from .page_panel import PagePanel
from .pages import LoadingPage


class LaterPanel(PagePanel):
    """Nothing of the page is there but how it is to be arranged."""

    def __init__(self, page: OpenLater) -> None:
        super().__init__(page)
        self.addWidget(LoadingPage(page.name))
