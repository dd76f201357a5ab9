"""The keys that cards and layers share: arrows, Enter, C, Space."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from .choice import Choice

_MOST = 1_000_000
_PAGE = 12


def take_key(event: QKeyEvent, choice: Choice) -> bool:
    """Does what a key asks for; whether it meant anything here."""
    key = Qt.Key(event.key())
    steps = {
        Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        Qt.Key.Key_Home: (-_MOST, 0), Qt.Key.Key_End: (_MOST, 0),
        Qt.Key.Key_PageUp: (0, -_PAGE), Qt.Key.Key_PageDown: (0, _PAGE),
    }  # fmt: skip
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    if key in steps:
        choice.step(*steps[key])
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        choice.asked.emit("open")
    elif key == Qt.Key.Key_C:
        choice.asked.emit("compare")
    elif key == Qt.Key.Key_Space:
        choice.toggle_mark(choice.place)
    elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
        choice.toggle(choice.row, key == Qt.Key.Key_Plus)
    else:
        return False
    return True
