"""How a person moves and zooms what a plot or a picture shows: one step of undo for each gesture.

    gesture = Gesture(widget, view, look)    `view()` says what is seen, `look(view)` shows that again
    gesture.begin()                          before anything moves: the wheel, a key, the mouse that takes hold
    gesture.went_on()                        it moved
    gesture.forget()                         the program shows something else: what was done before is past

Why this way: wheels turn in bursts. The first of one is a step at once, so that it can be undone at once; what comes
before it rests goes into that step. What the program moves by itself - new values, a training that goes on - tells
nobody, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..timers import one_shot

REST_MS = 400
"""Milliseconds after which what comes is another gesture."""


class Gesture(QObject):
    """The gestures of one widget. What is seen is told apart by `==`."""

    did = Signal(str, object, object)
    """A person looks otherwise: in a few words, what shows the former view, what shows the later one. As of a panel."""

    def __init__(self, widget: QWidget, view: Callable[[], Any], look: Callable[[Any], object]) -> None:
        super().__init__(widget)
        self.widget = widget
        self.view, self.look = view, look
        self.subject = 0
        """Another number where something else is shown."""
        self._before: Any = None
        self._is_on = self._is_held = False
        self._step: _Step | None = None
        self._rest = one_shot(self, REST_MS, self._end)

    def begin(self, *, is_held: bool = False) -> None:
        """A person is about to move it; `is_held`: with the mouse, until `let_go`."""
        if not self._is_on:
            self._is_on, self._before = True, self.view()
        self._is_held = self._is_held or is_held
        self._rest.start()

    def went_on(self) -> None:
        """It moved."""
        if not self._is_on:
            return
        now = self.view()
        if self._step is not None:
            self._step.after = now
        elif now != self._before:
            self._step = _Step(self, self._before, now)
            words = tr("Zoom: {plot}", plot=self.widget.accessibleName())
            self.did.emit(words, Showing(self._step, is_later=False), Showing(self._step, is_later=True))
        self._rest.start()

    def let_go(self) -> None:
        """The mouse lets go: the gesture is at its end."""
        self._is_held = False
        self._end()

    def forget(self) -> None:
        """Something else is shown: no former view of it makes sense."""
        self.subject += 1
        self.stop()

    def stop(self) -> None:
        """Whatever comes is another gesture."""
        self._rest.stop()
        self._is_on, self._step = False, None

    def _end(self) -> None:
        if not self._is_held:
            self.stop()


class _Step:
    """One gesture: what was seen before and after it."""

    def __init__(self, gesture: Gesture, before: Any, after: Any) -> None:
        self.gesture = gesture
        self.subject = gesture.subject
        self.before, self.after = before, after


class Showing:
    """Shows what was seen before a gesture, or after it."""

    def __init__(self, step: _Step, *, is_later: bool) -> None:
        self._step, self._is_later = step, is_later

    @property
    def is_past(self) -> bool:
        """Whether it would change nothing that is seen: something else is shown, or nothing."""
        gesture = self._step.gesture
        return gesture.subject != self._step.subject or not gesture.widget.isVisible()

    def __call__(self) -> None:
        if not self.is_past:
            self._step.gesture.stop()
            self._step.gesture.look(self._step.after if self._is_later else self._step.before)
