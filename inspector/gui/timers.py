"""Timers that fire once, made so that they cost nothing at the start.

Why this way: `QTimer(parent, singleShot=True)` - any property given as a keyword, to any Qt class - makes PySide
build some 130 enums when it is first used: 30 ms before the first paint (measured). Setters do not.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def one_shot(parent: QObject, milliseconds: int, act: Callable[[], object]) -> QTimer:
    """A timer that, once started, does `act` after so many milliseconds; starting it again begins anew."""
    timer = QTimer(parent)
    timer.setInterval(milliseconds)
    timer.setSingleShot(True)
    timer.timeout.connect(act)
    return timer
