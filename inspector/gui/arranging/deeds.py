"""What can be undone: another arrangement of something, or a pair of functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QUndoCommand

from .rooms import ROOM, Rooms

MOMENT = 1.5
"""Seconds of rest after which what goes on - typing, going from row to row - is another deed."""
_PASSING = frozenset(("scroll",))
"""Names that change with everything, and make no difference between deeds."""


class Arranged(Protocol):
    """Something that a person arranges: a panel, the detail side. See `PagePanel` for the two signals."""

    arranged: SignalInstance
    arranging: SignalInstance
    rooms: Rooms

    is_being_arranged: bool

    @property
    def arranged_as(self) -> dict[str, Any]: ...
    def holds(self, names: frozenset[str]) -> bool: ...
    def arrange_as(self, wanted: Mapping[str, Any]) -> None: ...


class Rearranging(QUndoCommand):
    """Something is arranged otherwise; only what differs is kept, and put back."""

    def __init__(
        self,
        words: str,
        whole: Arranged,
        before: dict[str, Any],
        after: dict[str, Any],
        arrange: Callable[[Arranged, dict[str, Any]], object],
    ) -> None:
        """`arrange` puts the whole back."""
        super().__init__(words)
        self._whole = whole
        self._arrange = arrange
        self._before, self._after = before, after
        self._until = time.monotonic()
        self._is_fresh = True

    def takes(self, whole: Arranged, names: frozenset[str]) -> bool:
        """Whether a change of these names, which goes on, is still a part of this."""
        is_the_same = whole is self._whole and names - _PASSING == frozenset(self._after) - _PASSING
        return is_the_same and time.monotonic() - self._until < MOMENT

    def go_on(self, words: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Takes a further change in."""
        self.setText(words)
        self._before = before | self._before
        self._after |= after
        self._until = time.monotonic()

    def of(self, whole: Arranged, names: frozenset[str]) -> bool:
        """Whether it changed just these names of this."""
        return whole is self._whole and names == frozenset(self._after)

    @property
    def before(self) -> dict[str, Any]:
        """How it was before, as far as it changed."""
        return self._before

    @property
    def after(self) -> dict[str, Any]:
        """How it is by it."""
        return self._after

    @property
    def is_held(self) -> bool:
        """Whether it can be neither undone nor done again for now."""
        return self._whole.holds(frozenset(self._before))

    @property
    def came_to_nothing(self) -> bool:
        """Whether all that it changed is as it was before."""
        return self._before == self._after

    def undo(self) -> None:
        self._arrange(self._whole, self._before)

    def redo(self) -> None:
        if not self._is_fresh:  # Qt does what is pushed; a person did this already
            self._arrange(self._whole, self._after)
        self._is_fresh = False


class Doing(QUndoCommand):
    """Something that was done already, and is undone and done again by these functions."""

    def __init__(self, words: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        super().__init__(words)
        self._undo, self._redo = undo, redo
        self._until = time.monotonic()
        self._is_fresh = True

    @property
    def is_past(self) -> bool:
        """Whether undoing it would change nothing any more: it says so itself (see `Gesture`)."""
        return getattr(self._undo, "is_past", False)

    def takes(self, words: str) -> bool:
        """Whether the same that is done again now is still a part of this."""
        return words == self.text() and time.monotonic() - self._until < MOMENT

    def go_on(self, redo: Callable[[], object]) -> None:
        """Takes in that it went on."""
        self._redo = redo
        self._until = time.monotonic()

    def undo(self) -> None:
        self._undo()

    def redo(self) -> None:
        if not self._is_fresh:
            self._redo()
        self._is_fresh = False


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of two arrangements is not the same: as it was, and as it is. Empty where nothing but the passing is."""
    names = [name for name in after if name in before and before[name] != after[name] and name != ROOM]
    if not set(names) - _PASSING:
        return {}, {}
    return {name: before[name] for name in names}, {name: after[name] for name in names}
