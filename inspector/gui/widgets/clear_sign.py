"""The cross that empties a text field, in the colours in force: Qt's own is hardly seen in the dark."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QToolButton

_NAME = "_q_qlineeditclearaction"
"""What Qt calls its action."""


def offer_clearing(line: QLineEdit) -> None:
    """Puts a cross into the field while there is something in it."""
    line.setClearButtonEnabled(True)
    dress_cross(line)


def dress_cross(line: QLineEdit) -> None:
    """Draws the cross of a field that has one as the other signs of the window."""
    from ..icons import icon

    action = line.findChild(QAction, _NAME)
    if action is None:
        return
    action.setIcon(icon("close"))
    for button in line.findChildren(QToolButton):
        if button.defaultAction() is action:
            button.setVisible(bool(line.text()))  # another picture shows it, and it takes room in an empty field
