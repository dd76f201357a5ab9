"""What the window remembers between days: recent files, its place on the screen, columns, colours.

An INI file in the user's configuration folder, or in the folder that the environment variable
`CHECKPOINT_INSPECTOR_SETTINGS` names. Whatever stands in it that cannot be right counts as not there.
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

FOLDER_VARIABLE = "CHECKPOINT_INSPECTOR_SETTINGS"
RECENTS = 12
"""How many files are remembered."""
_GROUPS = ("choice", "state")
MOST_RECENTS = ("12", "6", "24", "48")
"""What a person may choose instead; the usual one first."""


class Settings:
    """The remembered things, each with a method that reads and one that writes."""

    def __init__(self, folder: str | None = None) -> None:
        self.folder = folder or _folder()
        self._store = QSettings(str(Path(self.folder) / "window.ini"), QSettings.Format.IniFormat)

    def recents(self) -> list[str]:
        """Absolute paths of the files opened last, the latest first; also those that are gone."""
        return self.listed("recent_files", self._most_recents)

    def remember(self, path: str) -> None:
        """Puts `path` at the head of the recent files."""
        self.list_first("recent_files", os.path.abspath(path), self._most_recents)

    @property
    def _most_recents(self) -> int:
        return int(self.choice("recents", MOST_RECENTS))

    @property
    def path(self) -> str:
        """The file that they are kept in."""
        return self._store.fileName()

    def forget_recents(self) -> None:
        self._store.remove("recent_files")

    @property
    def session_path(self) -> str:
        """The file that keeps what is open: see `arranging.coming_back`."""
        return os.path.join(self.folder, "session.json")

    def kept_recents(self) -> object:
        """The recent files as they are kept, for `bring_back_recents`."""
        return self._store.value("recent_files")

    def bring_back_recents(self, kept: object) -> None:
        """Puts them back as they were kept."""
        self._store.setValue("recent_files", kept)

    def listed(self, name: str, most: int = RECENTS) -> list[str]:
        """The texts that were put into the list called `name`, the latest first."""
        found = self._store.value(name)
        items = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return [item for item in items if isinstance(item, str) and item][:most]

    def list_first(self, name: str, item: str, most: int = RECENTS) -> None:
        """Puts `item` at the head of the list called `name`, which holds at most so many."""
        others = [each for each in self.listed(name, most) if each != item]
        self._store.setValue(name, [item, *others][:most])

    def keep_list(self, name: str, items: list[str]) -> None:
        """Keeps this list under `name`, in place of what was there."""
        self._store.setValue(name, items)

    def forget(self, name: str) -> None:
        """Forgets the list called `name`."""
        self._store.remove(name)

    def reset(self) -> None:
        """Forgets all choices and states; the lists stay."""
        for group in _GROUPS:
            self._store.remove(group)

    def kept_choices(self) -> dict[str, object]:
        """All choices and states as they are kept, for `bring_back_choices`."""
        return {key: self._store.value(key) for key in self._store.allKeys() if key.partition("/")[0] in _GROUPS}

    def bring_back_choices(self, kept: dict[str, object]) -> None:
        """Puts these back, and forgets all others."""
        self.reset()
        for key, value in kept.items():
            self._store.setValue(key, value)

    def state(self, name: str) -> QByteArray | None:
        """What `saveState`, `saveGeometry` and the like gave for the thing called `name`."""
        found = self._store.value(f"state/{name}")
        return found if isinstance(found, QByteArray) and not found.isEmpty() else None

    def keep_state(self, name: str, state: QByteArray) -> None:
        self._store.setValue(f"state/{name}", state)

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """The one of `options` that was chosen for `name`; the first when none was."""
        found = self._store.value(f"choice/{name}")
        return found if isinstance(found, str) and found in options else options[0]

    def choose(self, name: str, option: str) -> None:
        self._store.setValue(f"choice/{name}", option)

    def last_folder(self) -> str:
        """Where the file dialog opens: the folder of the latest file that is still there."""
        for path in self.recents():
            if os.path.isdir(folder := os.path.dirname(path)):
                return folder
        return str(Path.home())

    def save(self) -> None:
        """Writes to disk what was changed; happens by itself too, a moment later."""
        self._store.sync()


def _folder() -> str:
    named = os.environ.get(FOLDER_VARIABLE, "")
    if named:
        return named
    location = QStandardPaths.StandardLocation.GenericConfigLocation
    return os.path.join(QStandardPaths.writableLocation(location), "checkpoint-inspector")
