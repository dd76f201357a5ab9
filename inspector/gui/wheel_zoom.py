"""Ctrl and the wheel: everything larger or smaller, whatever is under the pointer.

Why this way: lists and plots take the wheel for themselves before the window hears of it. So it is taken where it
enters the program, at the window's handle, and only from the first paint on: what Python hears there, it hears of
every event.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QWheelEvent, QWindow

_NOTCH = 120
"""What a wheel turns by for each notch, in eighths of a degree; a touch pad turns by less at a time."""


class WheelZoom(QObject):
    """Listens at one window."""

    def __init__(self, handle: QWindow, turned: Callable[[int], object], parent: QObject) -> None:
        """`turned` is told how many notches: positive for larger."""
        super().__init__(parent)
        self._turned = turned
        self._rest = 0
        handle.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(event, QWheelEvent):
            return False
        if event.modifiers() != Qt.KeyboardModifier.ControlModifier:
            self._rest = 0
            return False
        self._rest += event.angleDelta().y()
        notches = int(self._rest / _NOTCH)
        if notches:
            self._rest -= notches * _NOTCH
            self._turned(notches)
        return True
