"""Tells when a file that is open was changed on disk, once it has come to rest.

Why this way: a checkpoint is written over minutes, or beside and renamed, or on a disk that another
machine writes to. So Qt's watcher is only a nudge; what counts is the stamp (device, inode, size, time) of
each file that was read, compared when the nudges have stopped for a moment, and whenever the window is
looked at again (`check`), because network disks give no nudges.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from ..checkpoint.sources import Stamp
from .timers import one_shot

REST_MS = 400
"""A file counts as written when it stayed the same for this long."""


class FileWatch(QObject):
    """Watches the files of one checkpoint."""

    changed = Signal()
    """The files are not what was read. Said once for each new state they come to rest in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watcher: QFileSystemWatcher | None = None
        self._timer = one_shot(self, REST_MS, self._look)
        self._known: dict[str, Stamp | None] = {}
        self._seen: dict[str, Stamp | None] = {}

    def watch(self, stamps: Iterable[tuple[str, Stamp | None]]) -> None:
        """From now on, watches these files, which were like this when they were read."""
        self.stop()
        self._known = dict(stamps)
        self._seen = dict(self._known)
        self._timer.start()  # the watcher is made after the first paint; `_look` tells what happened until then

    def stop(self) -> None:
        self._timer.stop()
        self._known = {}
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None

    def check(self) -> None:
        """Looks now, for where nobody nudges."""
        if self._stamps() != self._known:
            self._nudge()

    def _nudge(self) -> None:
        if self._known:
            self._seen = self._stamps()
            self._timer.start()

    def _look(self) -> None:
        found = self._stamps()
        if found != self._seen:  # still being written
            self._nudge()
            return
        self._follow()
        if found != self._known and any(found.values()):
            self._known = found
            self.changed.emit()

    def _follow(self) -> None:
        """A file that was replaced falls out of Qt's watcher: put it back. Its folder tells of its return."""
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._nudge)
            self._watcher.directoryChanged.connect(self._nudge)
        wanted = {path for path in self._known if os.path.exists(path)}
        wanted |= {folder for path in self._known if os.path.isdir(folder := os.path.dirname(path) or ".")}
        missing = wanted - set(self._watcher.files()) - set(self._watcher.directories())
        if missing:
            self._watcher.addPaths(sorted(missing))

    def _stamps(self) -> dict[str, Stamp | None]:
        return {path: stamp_of(path) for path in self._known}


def stamp_of(path: str) -> Stamp | None:
    """What `path` is like now; None when it is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
