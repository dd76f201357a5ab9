"""The chosen entry as a file, by keyboard: saved under a name, or copied to be pasted in a file manager."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from ...checkpoint.entries import Tensor
from ...converting.entry_files import NPY, endings, file_name, write_entry
from ...errors import InspectorError
from ...language import marked, tr
from ...progress import Progress
from ...wording import safe, share
from ..export import asked_path, started
from .dragging_out import entry_of
from .entry_data import EntryData, Given

if TYPE_CHECKING:
    from ..main_window import MainWindow

FORMATS = {".npy": marked("Array for NumPy (*.npy)"), ".pt": marked("For torch.load (*.pt)")}


class EntryDeeds:
    """What is done with the chosen entry of a window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def save(self) -> None:
        """Asks for a name, and writes the entry under it."""
        entry = self._entry()
        if not entry.ending:
            self._say(tr("{key} holds no tensor: there is nothing to be saved", key=safe(entry.key, 60)))
            return
        path = self._asked(entry)
        if path:
            self.save_to(entry, path)

    def save_to(self, entry: Given, path: str) -> None:
        """Writes the entry, of the form that the ending of the name says."""
        contents = entry.contents
        work = write_entry(contents.checkpoint, contents.outline, entry.rows, path, overwrite=True)
        job = started(work, lambda written: self._tell_written(entry, written), self._window.commands.tell_failure)
        job.said.connect(lambda words: self._tell_progress(words[-1]))

    def copy(self) -> None:
        """Puts the entry on the clipboard: its key for an editor, a file for a file manager."""
        entry = self._entry()
        data = EntryData(entry, self._window.commands.tell_failure)
        QGuiApplication.clipboard().setMimeData(data)
        if entry.is_too_large or not entry.ending:
            self._say(tr("Copied the key: as a file it is not to be had from here"))
        else:
            self._say(tr("Copied, to be pasted as {name}", name=safe(entry.name, 60)))

    def _entry(self) -> Given:
        tree = self._window.tree()
        return entry_of(tree, tree.current())

    def _asked(self, entry: Given) -> str:
        possible = endings(entry.contents.outline, entry.rows)
        beside = os.path.dirname(os.path.abspath(entry.contents.checkpoint.path))
        name = os.path.join(beside, file_name(entry.key, entry.ending))
        return asked_path(self._window, tr("Save Entry As"), name, {FORMATS[each]: each for each in possible})

    def _tell_written(self, entry: Given, path: str) -> None:
        done, note = tr("Written to {path}", path=safe(path)), note_of(entry) if path.lower().endswith(NPY) else ""
        self._say(f"{done}   ·   {note}" if note else done)

    def _tell_progress(self, word: Progress) -> None:
        if word.unit == "bytes" and word.total:
            self._say(tr("Saving: {share}", share=share(word.done, word.total)))

    def _say(self, words: str) -> None:
        self._window.status.showMessage(words, 6000)


def note_of(entry: Given) -> str:
    """What the numbers become in a file for NumPy; empty where they stay what they are."""
    from ...checkpoint.npy_writing import note

    found = entry.contents.outline.entries[entry.rows[0]]
    try:
        return note(found) if isinstance(found, Tensor) else ""
    except InspectorError:
        return ""


@atexit.register
def leave_text() -> None:
    """At the end of the program the clipboard keeps the key, but no file that a program would make that is gone."""
    clipboard = QGuiApplication.clipboard() if QGuiApplication.instance() is not None else None
    if clipboard is not None and isinstance(clipboard.mimeData(), EntryData):
        clipboard.setText(clipboard.text())
