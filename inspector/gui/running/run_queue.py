"""Which of the window's trainings goes, and which wait for it.

Why this way: two trainings at once on one machine are each less than half as fast, and which was first is what people
expect to be ready first. So one goes at a time, and the others wait in the order in which they were started; whoever
waits is told for whom, and may leave.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal


class Waiting(Protocol):
    """What can stand in the queue."""

    @property
    def name(self) -> str: ...

    def begin(self) -> None:
        """It is its turn."""


class RunQueue(QObject):
    """One that runs, and those that wait."""

    changed = Signal()
    """`running` or `waiting` is another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: Waiting | None = None
        self.waiting: list[Waiting] = []
        self._is_held = False

    def enter(self, one: Waiting) -> None:
        """Has `one` begin as soon as it is its turn: at once, where nothing runs."""
        if one is not self.running and one not in self.waiting:
            self.waiting.append(one)
            self._go_on()

    def leave(self, one: Waiting) -> None:
        """`one` is done, or gives up its place."""
        if one in self.waiting:
            self.waiting.remove(one)
        if one is self.running:
            self.running = None
        self._go_on()

    def hold(self, is_held: bool = True) -> None:
        """Lets nobody begin, or those again whose turn it is: the window is about to close."""
        self._is_held = is_held
        self._go_on()

    def before(self, one: Waiting) -> str:
        """The name of what `one` waits for; empty when it does not wait."""
        if one not in self.waiting:
            return ""
        ahead = [*([self.running] if self.running is not None else []), *self.waiting]
        return ahead[max(ahead.index(one) - 1, 0)].name

    def _go_on(self) -> None:
        if self.running is None and self.waiting and not self._is_held:
            self.running = self.waiting.pop(0)
            self.changed.emit()
            self.running.begin()
        else:
            self.changed.emit()
