"""Undo and redo for everything that changes what is seen; files that were written and runs stay as they are.

    undoing.follow(panel)            its rearrangements can be undone from now on, while it is looked at
    undoing.did(words, undo, redo)   something of the whole window was done: a tab closed, another theme
    undoing.undo(), undoing.redo()   the latest thing of what is looked at, whichever it is

Why this way: each tab has a past of its own (a `QUndoStack`), for nobody expects Ctrl+Z to change a tab that is not
seen; the window has one too. Whichever of the two was added to last is undone first, so a person needs not know of
them. Going from row to row and typing are one deed as long as no rest is made (`MOMENT`): a walk through thirty rows
is one step back, a row that was looked at for a while is a place to come back to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, SignalInstance

from ...language import tr
from ..timers import one_shot

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoCommand, QUndoStack

    from ..widgets.shared_room import SharedRoom
    from .deeds import Arranged, Doing, Rearranging

MOST_DEEDS = 200
"""How many deeds of each tab are remembered."""
_FIELD_SECONDS = 1.5
"""So long after a field went back it may take until that is taken."""
_REST_MS = 250
"""What goes on is looked at when nothing came for this long, and not at every key."""


class Past:
    """The deeds of one tab or of the window, with the order in which they came among all."""

    def __init__(self, parent: QObject) -> None:
        self._parent = parent
        self.done: list[int] = []
        """For each deed that can be undone its number among all; the later the greater."""
        self.undone: list[int] = []
        """For each that can be done again the number of its undoing."""

    @cached_property
    def stack(self) -> QUndoStack:
        """Made for the first deed: a start has none."""
        from PySide6.QtGui import QUndoStack

        stack = QUndoStack(self._parent)
        stack.setUndoLimit(MOST_DEEDS)
        return stack

    def forget(self) -> None:
        """Whoever did these deeds is gone."""
        if "stack" in vars(self):
            self.stack.deleteLater()

    @property
    def can_undo(self) -> bool:
        return bool(self.done) and not _is_held(self.stack.command(self.stack.index() - 1))

    @property
    def can_redo(self) -> bool:
        return bool(self.undone) and not _is_held(self.stack.command(self.stack.index()))

    def pass_over(self) -> None:
        """Forgets what would change nothing any more, where it is next."""
        while self.done and _is_past(self.stack.command(self.stack.index() - 1)):
            self.done.pop()
            self.stack.command(self.stack.index() - 1).setObsolete(True)
            self.stack.undo()
        while self.undone and _is_past(self.stack.command(self.stack.index())):
            self.undone.pop()
            self.stack.command(self.stack.index()).setObsolete(True)
            self.stack.redo()

    def drop(self) -> None:
        """Forgets the latest: it came to nothing."""
        self.done.pop()
        self.stack.undo()

    def push(self, command: QUndoCommand, number: int) -> None:
        self.stack.push(command)
        self.done = [*self.done, number][-MOST_DEEDS:]
        self.undone.clear()

    def command(self, back: int) -> QUndoCommand | None:
        """What was done last, 0, or so many before it; -1: what was undone last. None where there is none."""
        is_there = -1 <= back < len(self.done) if back >= 0 else bool(self.undone)
        return self.stack.command(self.stack.index() - 1 - back) if is_there else None

    def undo(self, number: int) -> None:
        self.done.pop()
        self.undone.append(number)
        self.stack.undo()

    def redo(self, number: int) -> None:
        self.undone.pop()
        self.done.append(number)
        self.stack.redo()


class Undoing(QObject):
    """The past of a window and of its tabs."""

    changed = Signal()
    """Something else is undone or done again next."""
    arranged = Signal()
    """Anything is arranged otherwise than it was: by a person, or by undoing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = Past(self)
        self._pasts: dict[object, Past] = {}
        self._shown: Past | None = None
        self._known: dict[object, dict[str, Any]] = {}
        """How each was arranged when it was last looked at."""
        self._number = 0
        self._last: Rearranging | Doing | None = None
        """The deed that may still go on."""
        self._is_at_it = False
        self._goes_back_until = 0.0
        """Until when what changes may come of a field that goes back."""
        self._is_there_already = False
        """Whether what is undone, or done again, is as it is to be."""
        self._going_on: tuple[Arranged, str] | None = None
        self._rest = one_shot(self, _REST_MS, self.settle)

    # What is listened to

    def follow(self, whole: Arranged, *, has_past: bool = True) -> None:
        """Rearrangements of this can be undone; without a past of its own they belong to the window."""
        if has_past:
            self._pasts[whole] = Past(self)
        self.learn(whole)
        whole.arranged.connect(lambda words: self._take(whole, words))
        whole.arranging.connect(lambda words: self._take_more(whole, words))
        if isinstance(altered := getattr(whole, "altered", None), SignalInstance):
            altered.connect(lambda words: self._take_altered(whole, words))
        if isinstance(did := getattr(whole, "did", None), SignalInstance):
            did.connect(lambda words, undo, redo: self._take_doing(whole, words, undo, redo))
        whole.rooms.shared.connect(lambda room, before, after: self._take_shares(whole, room, before, after))

    def learn(self, whole: Arranged) -> None:
        """It is arranged as it is by the program: nothing that could be undone."""
        self._known[whole] = whole.arranged_as

    def forget(self, whole: Arranged) -> None:
        """It is gone, and its past with it."""
        self._settle_none_of(whole)
        self._known.pop(whole, None)
        past = self._pasts.pop(whole, None)
        if past is not None:
            past.forget()
        if past is self._shown:
            self.look_at(None)

    def look_at(self, whole: Arranged | None) -> None:
        """This is what is seen; None: only the window."""
        self.settle()
        self._shown = self._pasts.get(whole)
        self._last = None
        self.changed.emit()

    def did(self, words: str, undo: Callable[[], object], redo: Callable[[], object], *, goes_on: bool = False) -> None:
        """Something of the whole window was done; what `goes_on` is one deed with the same a moment before."""
        from .deeds import Doing

        self.settle()
        if self._is_at_it:
            return
        last, self._last = self._last, None
        if goes_on and isinstance(last, Doing) and last.takes(words):
            last.go_on(redo)
        else:
            last = Doing(words, undo, redo)
            self._push(self._window, last)
        self._last = last if goes_on else None

    # What is asked

    def undo(self) -> None:
        """Takes the latest back."""
        self._end_last()
        past = self._latest_done()
        if past is not None:
            with self.unheard():
                past.undo(self._next_number())
            self._tell()

    def redo(self) -> None:
        """Does again what was taken back last."""
        self._end_last()
        past = self._latest_undone()
        if past is not None:
            with self.unheard():
                past.redo(self._next_number())
            self._tell()

    @property
    def undo_words(self) -> str:
        """What would be undone, empty for nothing."""
        past = self._latest_done()
        return past.stack.undoText() if past is not None else ""

    @property
    def redo_words(self) -> str:
        """What would be done again, empty for nothing."""
        past = self._latest_undone()
        return past.stack.redoText() if past is not None else ""

    def field_goes_back(self) -> None:
        """A field takes back by itself what was typed in it, or does it again: what comes of it is no further deed."""
        self._goes_back_until = time.monotonic() + _FIELD_SECONDS

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """What is done inside is no deed of a person."""
        was, self._is_at_it = self._is_at_it, True
        try:
            yield
        finally:
            self._is_at_it = was

    def settle(self) -> None:
        """Takes in what goes on, as far as it has come."""
        self._rest.stop()
        going_on, self._going_on = self._going_on, None
        if going_on is not None:
            self._note(*going_on, may_go_on=True)

    # How it is taken in

    def _end_last(self) -> None:
        """Whatever comes is another deed."""
        self.settle()
        self._last = None

    def _take(self, whole: Arranged, words: str) -> None:
        self.settle()
        if not self._is_at_it and not whole.is_being_arranged:
            self._last = None
            self._note(whole, words, may_go_on=False)

    def _take_more(self, whole: Arranged, words: str) -> None:
        if self._is_at_it or whole.is_being_arranged:
            return
        if self._going_on is not None and self._going_on[0] is not whole:
            self.settle()
        self._going_on = (whole, words)
        if self._last is None:
            self.settle()  # the first of it at once, so that it can be undone at once
        else:
            self._rest.start()

    def _take_altered(self, whole: Arranged, words: str) -> None:
        self.settle()
        if not self._is_at_it and not whole.is_being_arranged:
            if self._last is not None and self._last.text() != words:
                self._last = None
            self._note(whole, words, may_go_on=True)

    def _take_shares(self, whole: Arranged, room: SharedRoom, before: list[float], after: list[float]) -> None:
        undo, redo = partial(room.share_out, before), partial(room.share_out, after)
        self._take_doing(whole, tr("Resize Panes"), undo, redo)

    def _take_doing(self, whole: Arranged, words: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        from .deeds import Doing

        self._end_last()
        if not self._is_at_it:
            self._push(self._pasts.get(whole, self._window), Doing(words, undo, redo))

    def _note(self, whole: Arranged, words: str, *, may_go_on: bool) -> None:
        from .deeds import Rearranging, differences

        now = whole.arranged_as
        before, after = differences(self._known.get(whole, {}), now)
        self._known[whole] = now
        if not after:
            return
        last = self._last
        if time.monotonic() < self._goes_back_until and self._went_back(whole, before, after):
            self._tell()
        elif may_go_on and isinstance(last, Rearranging) and last.takes(whole, frozenset(after)):
            last.go_on(words, before, after)
            if last.came_to_nothing:
                self._forget_last(self._pasts.get(whole, self._window))
            self._tell()
        else:
            deed = Rearranging(words, whole, before, after, self._arrange)
            self._push(self._pasts.get(whole, self._window), deed)
            self._last = deed if may_go_on else None

    def _went_back(self, whole: Arranged, before: dict[str, Any], after: dict[str, Any]) -> bool:
        """Takes in that it is as it was before its latest deeds, or after that which was undone last, if it is."""
        past, names = self._pasts.get(whole, self._window), frozenset(after)
        steps = 0
        while (done := _rearranging(past.command(steps), whole, names)) is not None:
            steps += 1
            if done.before == after:
                self._step_without_doing(past.undo, steps)
                return True
        undone = _rearranging(past.command(-1), whole, names)
        if undone is not None and (undone.before, undone.after) == (before, after):
            self._step_without_doing(past.redo, 1)
            return True
        return False

    def _step_without_doing(self, step: Callable[[int], None], times: int) -> None:
        self._last, self._is_there_already = None, True
        for _ in range(times):
            step(self._next_number())
        self._is_there_already = False

    def _forget_last(self, past: Past) -> None:
        self._last = None
        with self.unheard():
            past.drop()

    def _arrange(self, whole: Arranged, wanted: dict[str, Any]) -> None:
        if not self._is_there_already:
            whole.arrange_as(wanted)
        self._known[whole] = self._known.get(whole, {}) | wanted  # it may come later: a search is a job

    def _push(self, past: Past, command: QUndoCommand) -> None:
        past.push(command, self._next_number())
        for other in (self._window, self._shown):  # what was undone before this is not done again after it
            if other is not None and other is not past:
                other.undone.clear()
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self.arranged.emit()

    def _settle_none_of(self, whole: Arranged) -> None:
        if self._going_on is not None and self._going_on[0] is whole:
            self._going_on = None

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _seen(self) -> list[Past]:
        seen = [self._window] if self._shown is None else [self._shown, self._window]
        for past in seen:
            past.pass_over()
        return seen

    def _latest_done(self) -> Past | None:
        return max((past for past in self._seen() if past.can_undo), key=lambda past: past.done[-1], default=None)

    def _latest_undone(self) -> Past | None:
        return max((past for past in self._seen() if past.can_redo), key=lambda past: past.undone[-1], default=None)


def _rearranging(command: QUndoCommand | None, whole: Arranged, names: frozenset[str]) -> Rearranging | None:
    """The command, where it changed just these names of this."""
    from .deeds import Rearranging

    return command if isinstance(command, Rearranging) and command.of(whole, names) else None


def _is_past(command: QUndoCommand) -> bool:
    return getattr(command, "is_past", False)


def _is_held(command: QUndoCommand) -> bool:
    return getattr(command, "is_held", False)
