"""A tab that is there again, and is not read before it is looked at.

Why this way: somebody who left twelve large files open wants to see the one they look at, at once. The others are a
name on a tab; a page of their kind takes the place when the tab is chosen (`Session.show`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import QObject

from ..open_page import OpenPage


class KeptTab(NamedTuple):
    """What is kept of a tab."""

    recipe: Mapping[str, Any]
    """How its page is opened again: see `recipes`."""
    arrangement: dict[str, Any]
    name: str
    place: str
    """What stands on the tab, and the paths in full."""


class OpenLater(OpenPage):
    """A page in whose place another comes when it is looked at."""

    def __init__(self, tab: KeptTab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tab = tab
        self.arrangement = dict(tab.arrangement)

    @property
    def name(self) -> str:
        return self.tab.name

    @property
    def place(self) -> str:
        return self.tab.place

    def recipe(self) -> dict[str, Any]:
        return dict(self.tab.recipe)

    def open(self) -> None:
        """Nothing is read."""
