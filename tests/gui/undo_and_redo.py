"""Undo and redo as a person does them in a test, and what the menu says they would do."""

from __future__ import annotations

from inspector.gui.app import Application


def undo(inspector: Application) -> None:
    """Edit > Undo."""
    inspector.window.actions_["undo"].trigger()


def redo(inspector: Application) -> None:
    """Edit > Redo."""
    inspector.window.actions_["redo"].trigger()


def says(inspector: Application, name: str = "undo") -> str:
    """The words of Undo, or of `redo`; empty where there is nothing."""
    action = inspector.window.actions_[name]
    return action.text().replace("&", "") if action.isEnabled() else ""
