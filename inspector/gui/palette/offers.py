"""What the palette offers: one thing to do or to go to, of one of a few kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ... import wording
from ...language import marked, tr

ACTION, TAB, FILE, SAMPLE, KEY, SECTION, SETTING, HELP = (
    "action", "tab", "file", "sample", "key", "section", "setting", "help",
)  # fmt: skip

KIND_NAMES = {
    ACTION: marked("Action"),
    TAB: marked("Tab"),
    FILE: marked("File"),
    SAMPLE: marked("Sample"),
    KEY: marked("Key"),
    SECTION: marked("Section"),
    SETTING: marked("Setting"),
    HELP: marked("Help"),
}
"""Kind -> what it is called, on the row and by a screen reader."""
ICONS = {
    ACTION: "command",
    TAB: "details",
    FILE: "file",
    SAMPLE: "sample",
    KEY: "keyboard",
    SECTION: "fold",
    SETTING: "theme",
    HELP: "info",
}
ONLY = {">": frozenset((ACTION, SETTING, HELP)), "@": frozenset((KEY, SECTION)), "#": frozenset((TAB, FILE, SAMPLE))}
"""What is typed first -> the kinds that are then looked through."""


class Offer(NamedTuple):
    """One row of the palette."""

    kind: str
    title: str
    """What is looked through and stands first. Inert already (`wording.safe`)."""
    line: str
    """One quiet line about it."""
    name: str
    """What it is remembered by, when it was done."""
    act: Callable[[], object]
    keys: str = ""
    """Its shortcut."""
    icon: str = ""
    enabled: bool = True
    reason: str = ""
    """Why it cannot be done now."""

    @property
    def spoken(self) -> str:
        """The row for a screen reader."""
        parts = [tr(KIND_NAMES[self.kind]), self.title, self.line, self.keys]
        if not self.enabled:
            parts.append(self.reason or tr("not possible now"))
        return wording.row_of([part for part in parts if part])
