"""Where the keyboard was before something came in front of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid


class KeyboardPlace:
    """The place as it is when this is made."""

    def __init__(self) -> None:
        self._widget = QApplication.focusWidget()

    def give_back(self) -> None:
        """Puts the keyboard there again, unless that is gone by now or cannot be seen."""
        if self._widget is not None and isValid(self._widget) and self._widget.isVisible():
            self._widget.setFocus(Qt.FocusReason.PopupFocusReason)
