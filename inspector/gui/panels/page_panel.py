"""What the window knows of a panel, whatever question it answers.

How a person arranged a panel - what is searched, sorted, chosen, open, pressed - is said by `arrangement` and taken
back by `arrange`. Both coming back another day and undoing are made of nothing else: a deed is what the arrangement
was before it and after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from ..arranging.folds import FOLDS, Folds
from ..arranging.rooms import ROOM, Rooms
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
    tests_asked = Signal(list)
    """The paths of checkpoints of one training that are to be tested, in order."""
    said = Signal(str)
    """A word for the status line, for a moment: `Copied`."""

    failed = Signal(object)
    """An exception that belongs to nothing that is shown: told in a box."""

    arranged = Signal(str)
    """A person changed the arrangement; in a few words, translated, what was done: `Sort by mean`, `Close branch`.
    Each is undone by itself. Never for what the program does by itself, nor for what belongs to a file."""
    rearranged = Signal()
    """The arrangement is another, by no deed of a person; `ready` tells that too."""
    arranging = Signal(str)
    """The same of something that goes on - typing, going from row to row, dragging a width: what changes the same
    names of the arrangement within a moment is undone together."""
    did = Signal(str, object, object)
    """A person did something that is no part of the arrangement: in a few words, what undoes it, what does it again."""
    altered = Signal(str)
    """The same of one of many things that stand under one name of the arrangement, and are told apart by these words:
    only what has the same words is undone together."""

    broke = Signal(object)
    """An error of the program kept it from getting its content: an exception. See `feeding`."""

    def __init__(self, page: OpenPage) -> None:
        super().__init__()
        self.page = page
        self.rooms = Rooms(self)
        """The parts whose room a person shares out."""
        self.folds = Folds(self)
        """What a person opens and closes by pressing its title."""
        self.folds.turned.connect(self.arranged)
        self._awaited: dict[str, Any] = {}

    # How a person arranged it

    def arrangement(self) -> dict[str, Any]:
        """How its content is arranged now, as plain values (what JSON has), small even for 100,000 keys.

        Asked only while there is content. A name for each thing that can be arranged by itself: `query`, `sorting`;
        what is as it is at first may be left out only if `arrange` then puts it back to that.
        """
        return {}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """Arranges the content so, as far as it still can be: whatever is not named stays, what makes no sense any
        more - a key that is gone, a column that is no more, a value of the wrong type - is passed over.

        Asked only while there is content. What it brings about may come later (a search is a job).
        """

    @property
    def arranged_as(self) -> dict[str, Any]:
        """The arrangement; while there is no content that which it is to have."""
        if not self.has_content:
            return dict(self._awaited)
        return {**self.arrangement(), **self.folds.arrangement(), **self.rooms.arrangement()}

    is_being_arranged = False
    """Whether what changes now is no deed of a person."""

    def arrange_as(self, wanted: Mapping[str, Any]) -> None:
        """Arranges the content so, at once or as soon as there is some."""
        if self.has_content:
            self._arrange_now(wanted)
            return
        if not self._awaited:
            self.ready.connect(self._arrange_awaited)
        self._awaited.update(wanted)

    def _arrange_awaited(self) -> None:
        if self.has_content and self._awaited:
            self.ready.disconnect(self._arrange_awaited)
            wanted, self._awaited = self._awaited, {}
            self._arrange_now(wanted)

    def _arrange_now(self, wanted: Mapping[str, Any]) -> None:
        self.is_being_arranged = True
        try:
            self.rooms.arrange(wanted.get(ROOM))
            self.folds.arrange(wanted.get(FOLDS))
            self.arrange(wanted)
        finally:
            self.is_being_arranged = False

    def holds(self, names: frozenset[str]) -> bool:
        """Whether what stands under these names of the arrangement must stay as it is for now: something uses it."""
        return False

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

    @property
    def takes_code(self) -> bool:
        """Whether a .py file that is dropped on it is taken now."""
        return False

    def take_code(self, path: str) -> None:
        """Takes a .py file that was dropped on it."""

    def take_sides(self, path_a: str, path_b: str) -> None:
        """Holds these two files against each other, one of which was dropped on a side; only of a comparison."""

    def asks_to_stay(self, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None) -> bool:
        """Whether it asks first, before its tab or the window is closed; then it does one of the two when it is told.

        `then` is to close again, `otherwise` that it stays.
        """
        return False

    def keep_state(self) -> None:
        """Remembers how a person arranged it."""

    def stop(self) -> None:
        """Ends all reading of its own, and waits for it: it is going, or the window is."""


Panel = TypeVar("Panel", bound=PagePanel)


def feeding(show: Callable[[Panel], None]) -> Callable[[Panel], None]:
    """A method that gives a panel its content: an error of the program in it is told in the place of the content, and
    the tab is not left empty."""

    @wraps(show)
    def fed(panel: Panel) -> None:
        try:
            show(panel)
        except Exception as error:
            panel.broke.emit(error)

    return fed
