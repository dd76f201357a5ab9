"""Linux: entry, icons and types in the person's own folders, after the standards of freedesktop.org.

    install(home, command) -> Done        uninstall(home) -> Done       state(home) -> Installed

What was there before is written down in a receipt before anything is changed, so that `uninstall` gives it back byte
for byte, also when a set-up was broken off in its middle, and also after it was done twice.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from . import desktop_entry, mime_package, mimeapps
from .kinds import KINDS, MARK, NAME
from .receipts import Receipt, read_receipt, remove_receipt, write_receipt
from .said import Done, Installed
from .writing import put

ENTRY = f"{NAME}.desktop"
_TYPES = tuple(kind.type for kind in KINDS)
_PATIENCE = 60.0
"""Seconds that one of the desktop's programs may take."""


class Home(NamedTuple):
    """Where a person's own files are."""

    data: Path
    config: Path

    @property
    def defaults(self) -> Path:
        """The list of what opens what; where it is a link, what that leads to."""
        return Path(os.path.realpath(self.config / "mimeapps.list"))


def home_of(environment: Mapping[str, str]) -> Home:
    """As the XDG Base Directory Specification has it: a path that is not absolute counts as not there."""
    home = Path(environment.get("HOME") or Path.home())
    data, config = environment.get("XDG_DATA_HOME", ""), environment.get("XDG_CONFIG_HOME", "")
    return Home(
        Path(data) if os.path.isabs(data) else home / ".local" / "share",
        Path(config) if os.path.isabs(config) else home / ".config",
    )


def state(home: Home) -> Installed:
    """Whether it is set up, and what a double click starts then."""
    entry = home.data / "applications" / ENTRY
    if not entry.is_file() or not _receipt(home).is_file():
        return Installed(False)
    lines = entry.read_text("utf-8", "replace").splitlines()
    runs = next((line.partition("=")[2] for line in lines if line.startswith("TryExec=")), "")
    return Installed(True, desktop_entry.plain(runs))


def install(home: Home, command: Sequence[str]) -> Done:
    """Sets it up for this person. Raises OSError where it cannot be written."""
    files = _files(home, command)
    defaults = home.defaults
    text = mimeapps.with_ours(_bytes(defaults), _TYPES, ENTRY)
    receipt = _receipt_before(home, files).with_defaults(text)
    write_receipt(_receipt(home), receipt)
    for path, content in (*files.items(), (defaults, text)):
        put(path, content)
    before = set(_generated(home))
    notes = tuple(_tell_the_desktop(home))
    made = (os.path.relpath(path, home.data) for path in set(_generated(home)) - before)
    write_receipt(_receipt(home), receipt.with_made(made))
    return Done(written=tuple(map(str, (*files, defaults))), notes=notes)


def uninstall(home: Home) -> Done:
    """Takes away all that `install` wrote, and gives back what was there before. Raises OSError where it cannot."""
    receipt = read_receipt(_receipt(home))
    if receipt is None:
        return Done()
    removed = []
    for place, former in receipt.files.items():
        path = home.data / place
        if former is not None:
            put(path, former)
        elif path.exists():
            path.unlink()
            removed.append(str(path))
    _give_back_defaults(home, receipt)
    notes = tuple(_tell_the_desktop(home))
    _remove_made(home, receipt)
    remove_receipt(_receipt(home))
    for folder in sorted(receipt.folders, key=len, reverse=True):
        with contextlib.suppress(OSError):  # something else lies in it by now
            os.rmdir(folder)
    return Done(removed=tuple(removed), notes=notes)


def _receipt(home: Home) -> Path:
    return home.data / NAME / "double-click.json"


def _files(home: Home, command: Sequence[str]) -> dict[Path, bytes]:
    """What is written, and where."""
    from . import icon_files  # it loads Qt's drawing, which `state` has no need of

    icons = home.data / "icons" / "hicolor"
    return {
        home.data / "applications" / ENTRY: desktop_entry.text(command).encode(),
        home.data / "mime" / "packages" / f"{NAME}.xml": mime_package.text().encode(),
        icons / "scalable" / "apps" / f"{NAME}.svg": icon_files.svg(),
        **{icons / f"{size}x{size}" / "apps" / f"{NAME}.png": png for size, png in icon_files.pngs().items()},
    }


def _receipt_before(home: Home, files: Mapping[Path, bytes]) -> Receipt:
    """How everything is before the first change; what an earlier set-up wrote down about that stands."""
    text = _bytes(home.defaults)
    changed = (*files, home.defaults, _receipt(home))
    now = Receipt(
        files={os.path.relpath(path, home.data): _former(path, content) for path, content in files.items()},
        folders=tuple(dict.fromkeys(str(folder) for path in changed for folder in path.parents if not folder.exists())),
        defaults=text if home.defaults.exists() else None,
        programs=mimeapps.programs_of(text, _TYPES),
    )
    earlier = read_receipt(_receipt(home))
    if earlier is None:
        return now
    defaults = earlier.defaults if text == earlier.defaults_written else _defaults_without_ours(text, earlier)
    return earlier._replace(
        files=now.files | earlier.files,
        folders=tuple(dict.fromkeys((*earlier.folders, *now.folders))),
        defaults=defaults,
    )


def _former(path: Path, content: bytes) -> bytes | None:
    """What stands at a place of ours that another program wrote; None where nothing does, or where we did."""
    try:
        former = path.read_bytes()
    except FileNotFoundError:
        return None
    return None if former == content or MARK.encode() in former else former


def _defaults_without_ours(text: bytes, receipt: Receipt) -> bytes | None:
    """The list of what opens what, which somebody changed since we did; None: there need be none."""
    former = mimeapps.without_ours(text, _TYPES, ENTRY, receipt.programs)
    return former or (None if receipt.defaults is None else b"")


def _give_back_defaults(home: Home, receipt: Receipt) -> None:
    path = home.defaults
    text = _bytes(path)
    if text == receipt.defaults_written:
        former = receipt.defaults
    else:
        former = _defaults_without_ours(text, receipt)
    if former is None:
        path.unlink(missing_ok=True)
    elif former != text:
        put(path, former)


# What the desktop's own programs make of it


def _tell_the_desktop(home: Home) -> Iterator[str]:
    """Has the desktop read it all again; a sentence for each program that is not there or does not succeed."""
    icons = home.data / "icons" / "hicolor"
    commands = [
        ("update-mime-database", str(home.data / "mime")),
        ("update-desktop-database", "--quiet", str(home.data / "applications")),
    ]
    if (icons / "icon-theme.cache").exists():  # without one, icons are looked for in the folders themselves
        commands.append(("gtk-update-icon-cache", "--force", "--ignore-theme-index", "--quiet", str(icons)))
    for command in commands:
        if os.path.isdir(command[-1]):
            yield from _called(command)
    with contextlib.suppress(OSError):
        os.utime(icons)  # by which desktops notice that there are others


def _called(command: Sequence[str]) -> Iterator[str]:
    from ...language import tr

    program = shutil.which(command[0])
    if program is None:
        yield tr("{program} is not installed: the desktop may not notice at once.", program=command[0])
        return
    try:
        done = subprocess.run(
            [program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        yield tr("{program} did not succeed: the desktop may not notice at once.", program=command[0])
        return
    if done.returncode != 0:
        yield tr("{program} did not succeed: the desktop may not notice at once.", program=command[0])


def _generated(home: Home) -> Iterator[Path]:
    """What the desktop's programs made of the types and entries: files, and the folders that they lie in."""
    mime = home.data / "mime"
    yield from (path for path in mime.rglob("*") if path.parts[len(mime.parts)] != "packages")
    cache = home.data / "applications" / "mimeinfo.cache"
    if cache.exists():
        yield cache


def _remove_made(home: Home, receipt: Receipt) -> None:
    """Removes what the desktop's programs made for us, unless others need it by now."""
    mime, applications = home.data / "mime", home.data / "applications"
    own = {f"mime/{type}.xml" for type in mime_package.types()}
    for place in sorted(receipt.made, key=len, reverse=True):
        folder = mime / "packages" if place.startswith("mime") else applications
        is_needed = any(path.suffix in (".xml", ".desktop") for path in folder.rglob("*"))
        path = home.data / place
        with contextlib.suppress(OSError):
            if path.is_dir():
                path.rmdir()
            elif not is_needed or place in own:
                path.unlink()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
