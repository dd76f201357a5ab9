"""What the window knows of a panel, whatever question it answers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from ..open_page import OpenPage


class PagePanel(QStackedWidget):
    """The panel of one page: being read, refused, or its content."""

    close_requested = Signal()
    ready = Signal()
    """The content is there (for the first time, or made anew), or the sentence why there is none."""
    painted = Signal()
    """The content was painted for the first time."""
    ability_changed = Signal()
    """What can be done here (`able`) is not what it was."""

    open_asked = Signal(str)
    """A file is wanted in a tab of its own."""
    compare_asked = Signal(str, str)
    """Two files are to be held against each other."""
    fit_asked = Signal(str, str)
    """The path of a checkpoint that is to be fitted to a model, and that model as it is written."""
    run_asked = Signal()
    """What it shows is to be trained on."""
    train_on_asked = Signal(str)
    """This file is to be trained on."""
    said = Signal(str)
    """A word for the status line, for a moment: `Copied`."""

    failed = Signal(object)
    """An exception that belongs to nothing that is shown: told in a box."""

    def __init__(self, page: OpenPage) -> None:
        super().__init__()
        self.page = page

    @property
    def has_content(self) -> bool:
        """Whether the content is what is shown, and not a page that says why there is none."""
        return False

    def summary(self) -> str:
        """The page in one line, for the status line."""
        return ""

    def able(self) -> frozenset[str]:
        """The names of the actions for pages that make sense here now."""
        return frozenset()

    def deeds(self) -> dict[str, Callable[[], object]]:
        """What the panel itself does for an action, by its name; the others are done as for a file."""
        return {}

    def take_code(self, path: str) -> bool:
        """Takes a .py file that was dropped on it; False where nothing can be done with one."""
        return False

    def asks_to_stay(self, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None) -> bool:
        """Whether it asks first, before its tab or the window is closed; then it does one of the two when it is told.

        `then` is to close again, `otherwise` that it stays.
        """
        return False

    def keep_state(self) -> None:
        """Remembers how a person arranged it."""

    def stop(self) -> None:
        """Ends all reading of its own, and waits for it: it is going, or the window is."""
