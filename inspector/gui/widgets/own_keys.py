"""Keys that a widget keeps for itself while it has the keyboard, though the window has an action on them.

Why this way: two shortcuts on the same keys make Qt do neither. A widget that claims the keys when Qt asks
(`ShortcutOverride`), as text fields do, gets them as plain key presses.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget


class OwnKeys(QObject):
    """Has `deed` done when `keys` are pressed in `widget`."""

    def __init__(self, widget: QWidget, keys: QKeySequence.StandardKey, deed: Callable[[], None]) -> None:
        super().__init__(widget)
        self._keys, self._deed = keys, deed
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.matches(self._keys):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._deed()
                return True
        return False
