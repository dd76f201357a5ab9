"""Ctrl+Z in a field: what was typed there is taken back first; where nothing was, the window undoes.

Why this way: Qt's fields keep these keys for themselves while they have the keyboard, whether or not there is anything
in them to undo. One filter, put on a field when the keyboard comes to it, serves every field of every panel.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QSpinBox, QWidget


class TypedFields(QObject):
    """Lets the window have the keys of undo and redo that a field has no use for."""

    def __init__(self, parent: QObject, goes_back: Callable[[], object]) -> None:
        """`goes_back` is told that a field takes back what was typed in it, or types it again."""
        super().__init__(parent)
        self._goes_back = goes_back
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)
        self._watch(None, application.focusWidget())

    def _watch(self, _before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, (QLineEdit, QSpinBox, QPlainTextEdit)):
            now.installEventFilter(self)  # a second time is none

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys, (can_undo, can_redo) = QKeySequence.StandardKey, _offers(watched)
            if (event.matches(keys.Undo) and not can_undo) or (event.matches(keys.Redo) and not can_redo):
                event.ignore()
                return True
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                self._goes_back()
        return False


def _offers(field: QObject) -> tuple[bool, bool]:
    """Whether there is something typed in it to undo, and to do again."""
    if isinstance(field, QPlainTextEdit):
        return field.document().isUndoAvailable(), field.document().isRedoAvailable()
    line = field.lineEdit() if isinstance(field, QSpinBox) else field
    return (line.isUndoAvailable(), line.isRedoAvailable()) if isinstance(line, QLineEdit) else (True, True)
