"""What is open: the files in the order of their tabs, and which of them is looked at.

The only object that changes. Panels call its methods and those of its `OpenFile`s, and listen to their
signals; they never call each other and never start threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from .jobs import wait_for_all
from .open_file import OpenFile
from .settings import Settings


class Session(QObject):
    """The open files of one window."""

    added = Signal(object)
    """An `OpenFile` that was not there before; it is being read."""
    removed = Signal(object)
    """An `OpenFile` that was closed."""
    shown = Signal(object)
    """The `OpenFile` that is looked at now, None for the start page."""
    broken = Signal(object)
    """An exception that is an error of this program."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.files: list[OpenFile] = []
        self.current: OpenFile | None = None

    def open(self, paths: Iterable[str]) -> None:
        """Opens each of these, and shows the first; one that is open already is only shown."""
        first: OpenFile | None = None
        for path in paths:
            file = self._find(path) or self._add(path)
            first = first or file
        if first is not None:
            self.show(first)

    def show(self, file: OpenFile | None) -> None:
        """Looks at this file; None: at the start page."""
        if file is not self.current:
            self.current = file
            self.shown.emit(file)

    def close(self, file: OpenFile) -> None:
        """Closes a file, and shows its neighbour."""
        place = self.files.index(file)
        self.files.remove(file)
        if file is self.current:
            self.show(self.files[min(place, len(self.files) - 1)] if self.files else None)
        file.close()
        self.removed.emit(file)
        file.deleteLater()

    def check_disk(self) -> None:
        """Looks whether any file changed on disk."""
        for file in self.files:
            file.check_disk()

    def end(self) -> None:
        """Stops everything that runs, and waits for it. For the closing of the window."""
        for file in self.files:
            file.close()
        wait_for_all()
        self.settings.save()

    def _find(self, path: str) -> OpenFile | None:
        path = os.path.abspath(path)
        return next((file for file in self.files if file.path == path), None)

    def _add(self, path: str) -> OpenFile:
        file = OpenFile(path, self)
        file.broken.connect(self.broken)
        file.opened.connect(lambda: self.settings.remember(file.path))
        self.files.append(file)
        self.added.emit(file)
        file.open()
        return file
