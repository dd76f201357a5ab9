"""What an entry that is dragged says of itself to another window of this program, before its file is made."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from PySide6.QtCore import QMimeData

from ...language import tr
from ...wording import safe
from .meaning import OPEN, Drop, refused

ENTRY = "application/x-checkpoint-inspector-entry"
ENTRY_FILE = "application/x-checkpoint-inspector-entry-file"
"""The path of a file of it that this program opens, made when it is asked for."""
_MOST_BYTES = 10_000


class EntryWords(NamedTuple):
    """An entry on its way."""

    name: str
    """That of its file; empty where it comes as a text only."""

    def drop(self) -> Drop:
        """What dropping it on a window that it is not of means."""
        if not self.name:
            return refused(tr("Of this entry there is only its key to be dropped"))
        return Drop(OPEN, tr("Open {name} as a file of its own", name=safe(self.name, 48)))

    def encoded(self) -> bytes:
        return json.dumps({"name": self.name}).encode()


def path_in(data: QMimeData) -> str:
    """The file of the entry; empty where it could not be made."""
    return os.fsdecode(bytes(data.data(ENTRY_FILE).data()))


def words_in(data: QMimeData) -> EntryWords | None:
    """The entry that is dragged; None where something else is."""
    if not data.hasFormat(ENTRY):
        return None
    try:
        read = json.loads(bytes(data.data(ENTRY).data())[:_MOST_BYTES])
    except ValueError:
        return None
    name = read.get("name") if isinstance(read, dict) else None
    return EntryWords(name if isinstance(name, str) else "")
