"""Windows: the person's own part of the registry, HKEY_CURRENT_USER, after Microsoft's guide to file associations.

    install(registry, command, folder) -> Done     uninstall(registry, folder) -> Done     state(registry) -> Installed

`folder` takes the icon. The program is offered for each ending ("Open with"), and opens those that nothing else of
this person's opened; which of several programs a double click starts, Windows lets only the person choose.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from . import kinds
from .said import Done, Installed
from .writing import put

CLASSES = r"Software\Classes"
PROGRAM_ID = "CheckpointInspector.Checkpoint.1"
_OWN = rf"{CLASSES}\{PROGRAM_ID}"
_EXE = f"{kinds.NAME}.exe"
_APPLICATION = rf"{CLASSES}\Applications\{_EXE}"
_APP_PATH = rf"Software\Microsoft\Windows\CurrentVersion\App Paths\{_EXE}"
_CAPABILITIES = r"Software\CheckpointInspector\Capabilities"
_REGISTERED = r"Software\RegisteredApplications"
_FORMER = rf"{_OWN}\Former"
"""Which endings had nothing that opened them, and which keys were not there."""


class Registry(Protocol):
    """The person's part of the registry: keys by their path, and in each of them texts by name ("" is its default)."""

    def text(self, key: str, name: str) -> str | None:
        """A text; None where there is none."""

    def put(self, key: str, name: str, text: str) -> None:
        """Writes a text, and makes the keys that it needs."""

    def drop(self, key: str, name: str) -> None:
        """Removes a text, where there is one."""

    def remove(self, key: str) -> None:
        """Removes a key with all that is in it, where there is one."""

    def has(self, key: str) -> bool:
        """Whether there is such a key."""

    def is_empty(self, key: str) -> bool:
        """Whether a key that is there holds neither texts nor keys."""


def state(registry: Registry) -> Installed:
    """Whether it is set up, and what a double click starts then."""
    command = registry.text(rf"{_OWN}\shell\open\command", "")
    if command is None:
        return Installed(False)
    return Installed(True, command[1:].partition('"')[0] if command.startswith('"') else command.partition(" ")[0])


def install(registry: Registry, command: Sequence[str], folder: Path) -> Done:
    """Sets it up for this person. Raises OSError where it cannot be written."""
    from . import icon_files

    icon = folder / f"{kinds.NAME}.ico"
    put(icon, icon_files.ico())
    for ending in kinds.ENDINGS:
        _note_former(registry, rf"{CLASSES}\.{ending}")
    texts = list(_texts(command, icon))
    for key, name, text in texts:
        registry.put(key, name, text)
    _tell_the_desktop()
    return Done(written=(str(icon), *dict.fromkeys(rf"HKEY_CURRENT_USER\{key}" for key, _name, _text in texts)))


def uninstall(registry: Registry, folder: Path) -> Done:
    """Takes away all that `install` wrote. Raises OSError where it cannot."""
    removed = [key for key in (_OWN, _APPLICATION, _APP_PATH, _CAPABILITIES) if registry.has(key)]
    for ending in kinds.ENDINGS:
        _leave_ending(registry, rf"{CLASSES}\.{ending}")
    registry.drop(_REGISTERED, kinds.TITLE[""])
    for key in (_OWN, _APPLICATION, _APP_PATH, _CAPABILITIES):
        registry.remove(key)
        if key != _OWN:
            _remove_empty(registry, key.rpartition("\\")[0])
    _remove_empty(registry, _REGISTERED)
    icon = folder / f"{kinds.NAME}.ico"
    with contextlib.suppress(FileNotFoundError):
        icon.unlink()
        removed.append(str(icon))
    with contextlib.suppress(OSError):
        folder.rmdir()
    _tell_the_desktop()
    return Done(removed=tuple(removed))


def _texts(command: Sequence[str], icon: Path) -> Iterator[tuple[str, str, str]]:
    """Key, name and text of all that is written."""
    opened = subprocess.list2cmdline(command) if " " in command[0] else f'"{command[0]}"'
    opened = opened if len(command) == 1 or " " in command[0] else f"{opened} {subprocess.list2cmdline(command[1:])}"
    opened = f'{opened} "%1"'
    title, kind = kinds.TITLE[""], kinds.ARCHIVE.names[""]
    yield _OWN, "", kind
    yield _OWN, "FriendlyTypeName", kind
    yield rf"{_OWN}\DefaultIcon", "", f'"{icon}",0'
    yield rf"{_OWN}\shell\open", "FriendlyAppName", title
    yield rf"{_OWN}\shell\open\command", "", opened
    yield _APPLICATION, "FriendlyAppName", title
    yield rf"{_APPLICATION}\DefaultIcon", "", f'"{icon}",0'
    yield rf"{_APPLICATION}\shell\open\command", "", opened
    yield _CAPABILITIES, "ApplicationName", title
    yield _CAPABILITIES, "ApplicationDescription", kinds.COMMENT[""]
    yield _CAPABILITIES, "ApplicationIcon", f'"{icon}",0'
    yield _REGISTERED, title, _CAPABILITIES
    if len(command) == 1:
        yield _APP_PATH, "", command[0]
    for ending in kinds.ENDINGS:
        yield rf"{CLASSES}\.{ending}\OpenWithProgids", PROGRAM_ID, ""
        yield rf"{_APPLICATION}\SupportedTypes", f".{ending}", ""
        yield rf"{_CAPABILITIES}\FileAssociations", f".{ending}", PROGRAM_ID


def _note_former(registry: Registry, key: str) -> None:
    """Takes an ending that nothing opens; what it was like is noted once."""
    if registry.text(_FORMER, key) is None:
        there = [each for each in (key, rf"{key}\OpenWithProgids") if registry.has(each)]
        registry.put(_FORMER, key, "|".join((registry.text(key, "") or "", *there)))
    if not registry.text(key, ""):
        registry.put(key, "", PROGRAM_ID)


def _leave_ending(registry: Registry, key: str) -> None:
    former, *there = (registry.text(_FORMER, key) or "").split("|")
    registry.drop(rf"{key}\OpenWithProgids", PROGRAM_ID)
    if registry.text(key, "") == PROGRAM_ID:
        registry.drop(key, "")
        if former:
            registry.put(key, "", former)
    for each in (rf"{key}\OpenWithProgids", key):
        if each not in there:
            _remove_empty(registry, each)


def _remove_empty(registry: Registry, key: str) -> None:
    if registry.has(key) and registry.is_empty(key):
        registry.remove(key)


def local_folder() -> Path:
    """Where the icon goes."""
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / kinds.NAME


def _tell_the_desktop() -> None:
    """Has the Explorer look again (SHCNE_ASSOCCHANGED)."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shell32.SHChangeNotify(0x08000000, 0, None, None)


class CurrentUser:
    """HKEY_CURRENT_USER as Windows has it."""

    def text(self, key: str, name: str) -> str | None:
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
                return str(winreg.QueryValueEx(opened, name)[0])  # type: ignore[attr-defined]
        except FileNotFoundError:
            return None

    def put(self, key: str, name: str, text: str) -> None:
        import winreg

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
            winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)  # type: ignore[attr-defined]

    def drop(self, key: str, name: str) -> None:
        import winreg

        access = winreg.KEY_SET_VALUE  # type: ignore[attr-defined]
        with (
            contextlib.suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, access) as opened,  # type: ignore[attr-defined]
        ):
            winreg.DeleteValue(opened, name)  # type: ignore[attr-defined]

    def remove(self, key: str) -> None:
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
                below = [winreg.EnumKey(opened, n) for n in range(winreg.QueryInfoKey(opened)[0])]  # type: ignore[attr-defined]
        except FileNotFoundError:
            return
        for name in below:
            self.remove(rf"{key}\{name}")
        winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)  # type: ignore[attr-defined]

    def has(self, key: str) -> bool:
        import winreg

        try:
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, key).Close()  # type: ignore[attr-defined]
        except FileNotFoundError:
            return False
        return True

    def is_empty(self, key: str) -> bool:
        import winreg

        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
            keys, values, _changed = winreg.QueryInfoKey(opened)  # type: ignore[attr-defined]
        return not keys and not values
