"""An entry as others take it: its key as text, and a file of it, which is made when somebody asks for it.

Why this way: whoever drags over a desktop crosses many windows, and most drags end nowhere. So nothing is written when
the drag begins; a file manager asks for the paths when something is dropped on it, and then the file is made. It is
made at once, with the asker waiting, so what is large is not offered as a file: Save Entry As writes that, and says
how far it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QMimeData, QUrl

from ...converting.entry_files import PT, endings, file_name, write_entry
from ...errors import InspectorError
from ...progress import finish
from ..opening import Opened
from .entry_words import ENTRY, ENTRY_FILE, EntryWords
from .given_files import place_for_a_file

URLS, TEXT = "text/uri-list", "text/plain"
MOST_BYTES = 300_000_000
"""Bytes of an entry that is given as a file while somebody waits: for `.npy` 0.2 s, for `.pt` a second (measured)."""


class Given(NamedTuple):
    """An entry on its way to others."""

    contents: Opened
    rows: tuple[int, ...]
    """Of the unfolded outline; several where they are shown as one."""
    key: str
    """As it is shown."""
    ending: str
    """`.npy` or `.pt`; empty where there is no file of it."""

    @property
    def name(self) -> str:
        """That of its file; empty where there is none."""
        return file_name(self.key, self.ending) if self.ending else ""

    @property
    def as_pt(self) -> Given:
        """The same for `torch.load` and for this program, which opens no arrays."""
        return self._replace(ending=PT if self.ending else "")

    @property
    def nbytes(self) -> int:
        return sum(self.contents.outline.nbytes[row] for row in self.rows)

    @property
    def is_too_large(self) -> bool:
        return bool(self.ending) and self.nbytes > MOST_BYTES


def given(contents: Opened, rows: Sequence[int], key: str, *, as_pt: bool = False) -> Given:
    """An entry, as the usual kind of file or, if wanted, as `.pt`."""
    possible = endings(contents.outline, rows)
    return Given(contents, tuple(rows), key, PT if as_pt and PT in possible else possible[0] if possible else "")


class EntryData(QMimeData):
    """What is dragged, or lies on the clipboard. `failed` is told why the file that was asked for cannot be made."""

    def __init__(self, entry: Given, failed: Callable[[InspectorError], object] = lambda _error: None) -> None:
        super().__init__()
        self._failed = failed
        self._entry = entry
        self._made: dict[str, str] = {}
        self._has_file = bool(entry.ending) and not entry.is_too_large
        self.setText(entry.key)
        words = EntryWords(entry.as_pt.name if self._has_file else "")
        self.setData(ENTRY, QByteArray(words.encoded()))

    def formats(self) -> list[str]:
        return [*((URLS, ENTRY_FILE) if self._has_file else ()), TEXT, ENTRY]

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in self.formats()

    def retrieveData(self, mimetype: str, preferred: object) -> object:
        if mimetype == URLS:
            path = self.path(self._entry)
            return [QUrl.fromLocalFile(path)] if path else None
        if mimetype == ENTRY_FILE:
            return QByteArray(os.fsencode(self.path(self._entry.as_pt)))
        return super().retrieveData(mimetype, preferred)  # type: ignore[arg-type]

    def path(self, entry: Given) -> str:
        """The file, which is made when it is first asked for; empty where it cannot be."""
        if entry.ending not in self._made:
            self._made[entry.ending] = self._new_file(entry)
        return self._made[entry.ending]

    def _new_file(self, entry: Given) -> str:
        folder = place_for_a_file() if self._has_file else ""
        if not folder:
            return ""
        path = os.path.join(folder, entry.name)
        try:
            return finish(write_entry(entry.contents.checkpoint, entry.contents.outline, entry.rows, path))
        except InspectorError as error:
            self._failed(error)
            return ""
