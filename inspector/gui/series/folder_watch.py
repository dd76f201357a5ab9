"""Tells when a training has written into its folder, once what it wrote has come to rest.

Why this way: as for a single file (`gui.watching`) Qt's watcher is only a nudge; what counts are the stamps of the
files, looked at again until they stay as they are. A training goes on saving for days, on disks that give no nudges
too: so while the page lives, it looks by itself now and then.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from ...errors import FileError
from ...series.following import Changes, changes
from ...series.members import Stamps
from ..timers import one_shot

REST_MS = 400
"""A file counts as written when it stayed the same for this long."""
LOOK_MS = 5_000
_MOST_WATCHED = 200
"""Files that the system is asked to watch; of more only the folder is."""


class FolderWatch(QObject):
    """Watches one folder, and the files of a training in it."""

    changed = Signal(object)
    """`Changes`: what is new, rewritten or gone. What was told is known from then on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = ""
        self._known: dict[str, Stamps] = {}
        self._waiting: Mapping[str, Stamps] = {}
        self._watcher: QFileSystemWatcher | None = None
        self._timer = one_shot(self, REST_MS, self._look)
        self._patrol = one_shot(self, LOOK_MS, self._look)

    def watch(self, folder: str, known: Mapping[str, Stamps]) -> None:
        """From now on watches this folder, of which this was known when it was read."""
        self._folder, self._known, self._waiting = folder, dict(known), {}
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._patrol.stop()
        self._folder = ""
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None

    def check(self) -> None:
        """Looks now, for where nobody nudges."""
        if self._folder:
            self._timer.start()

    def _look(self) -> None:
        if not self._folder:
            return
        try:
            news = changes(self._folder, self._known, self._waiting)
        except FileError:  # the folder is not there for the moment
            self._patrol.start()
            return
        self._waiting = news.waiting
        self._follow()
        (self._timer if news.waiting else self._patrol).start()
        if news.anything:
            self._learn(news)
            self.changed.emit(news)

    def _learn(self, news: Changes) -> None:
        self._known |= {found.path: found.stamps for found in (*news.new, *news.rewritten)}
        for path in news.gone:
            self._known.pop(path, None)

    def _follow(self) -> None:
        """Files that were replaced fall out of Qt's watcher: they are put back."""
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self.check)
            self._watcher.directoryChanged.connect(self.check)
        wanted = {path for path in (self._folder, *self._files()) if os.path.exists(path)}
        missing = wanted - set(self._watcher.files()) - set(self._watcher.directories())
        if missing:
            self._watcher.addPaths(sorted(missing))

    def _files(self) -> Iterable[str]:
        return list(self._known)[-_MOST_WATCHED:]
