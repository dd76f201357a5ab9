"""Sees to the system libraries that Qt's windows need on Linux; says nothing when all are there.

    python tools/system_libraries.py [--check | --chinese]

What is missing is found by asking the dynamic linker about Qt's own files, so a library counts as there
when Qt would find it, whatever package manager put it there. Then Debian's packages for it are named, and
installed with apt where that is allowed. With --check nothing is installed.

Then the same for the programs that the tests of the desktop start: a screen, a window manager, what a file manager
calls. Without them those tests are skipped, and nothing else is amiss.

With --chinese it sees to a font with Chinese characters and to nothing else: `make screenshots` takes pictures in
Chinese too, and without one leaves them out.

Exit 1: no window can be drawn, not even into memory (with --check: something is missing). What only an
X11 screen needs is named and no reason to stop, since tests and pictures do without.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import debian

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}
"""Debian's package (12, bookworm) for each library that Qt's wheel expects of the system."""

DESKTOP_PROGRAMS = {
    "Xvfb": "xvfb",
    "desktop-file-validate": "desktop-file-utils",
    "gio": "libglib2.0-bin",
    "openbox": "openbox",
    "update-desktop-database": "desktop-file-utils",
    "update-mime-database": "shared-mime-info",
    "xdg-mime": "xdg-utils",
    "xdotool": "xdotool",
    "xprop": "x11-utils",
}
"""Debian's package for each program that only the tests of the desktop need."""

FONT_PACKAGE = "fonts-dejavu-core"
CHINESE_PACKAGE = "fonts-wqy-microhei"
CHINESE = ("wqy", "cjk", "sourcehan", "notosanssc", "droidsansfallback", "uming", "ukai")
"""What the files of fonts with Chinese characters are called after."""
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_ENDINGS = {".ttf", ".otf", ".ttc", ".pfb"}

WINDOW_FILES = ("QtWidgets.abi3.so", "QtSvg.abi3.so", "Qt/plugins/platforms/libqoffscreen.so")
"""The files of PySide6 without whose needs there is no window, not even one drawn into memory."""

X11_FILES = ("Qt/plugins/platforms/libqxcb.so",)
"""What a window on an X11 screen loads besides."""


def main(arguments: list[str]) -> int:
    if not sys.platform.startswith("linux"):
        return 0
    if "--chinese" in arguments:
        see_to_chinese()
        return 0
    missing = missing_parts()
    if missing:
        print("Qt's windows need what this machine lacks:", ", ".join(missing), flush=True)
        if "--check" not in arguments and debian.install(packages_for(missing)):
            missing = missing_parts()
    if missing:
        print(debian.advice(packages_for(missing)))
    if "--check" not in arguments:
        see_to_desktop(Path(sys.prefix, ".desktop_asked"))
    return 1 if missing and ("--check" in arguments or missing_libraries(WINDOW_FILES)) else 0


def see_to_desktop(asked: Path) -> None:
    """Installs what the tests of the desktop need and is missing, or says what to type: no error, and said once.

    `asked` is the file that remembers it, so that nobody waits each time for an apt that cannot help.
    """
    packages = desktop_packages()
    if packages and not asked.exists():
        asked.touch()
        if not debian.install(packages):
            print("The tests of the desktop are skipped without some programs.", debian.advice(packages))


def see_to_chinese() -> None:
    """Installs a font with Chinese characters where there is none, or says what to type: pictures can do without."""
    if not has_font(CHINESE) and not debian.install([CHINESE_PACKAGE]):
        print("There will be no pictures in Chinese without a font for it.", debian.advice([CHINESE_PACKAGE]))


def desktop_packages() -> list[str]:
    """Debian's packages for the programs of the desktop that are not there."""
    return sorted({package for name, package in DESKTOP_PROGRAMS.items() if not shutil.which(name)})


def missing_parts() -> list[str]:
    """The names of the libraries that Qt would not find, and `a font` when there is none."""
    libraries = missing_libraries((*WINDOW_FILES, *X11_FILES))
    return libraries if has_font() else [*libraries, "a font"]


def packages_for(missing: Iterable[str]) -> list[str]:
    """Debian's packages for what `missing_parts` names; a library we have no package for stands for itself."""
    return sorted({FONT_PACKAGE if name == "a font" else PACKAGES.get(name, name) for name in missing})


def missing_libraries(files: Iterable[str]) -> list[str]:
    """What the dynamic linker does not find of all that these `files` of PySide6 need, directly or through others."""
    command = ["ldd", *(str(qt_folder() / file) for file in files)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return sorted({row.split()[0] for row in answer.splitlines() if row.endswith("not found")})


def qt_folder() -> Path:
    """Where PySide6 is installed, found without importing it: without its libraries it would not import."""
    found = importlib.util.find_spec("PySide6")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("PySide6 is not installed in this environment: run `make`.")
    return Path(found.submodule_search_locations[0])


def has_font(named: Iterable[str] = ("",)) -> bool:
    """Whether there is a font; with `named` one whose file is called after any of these."""
    fonts = (path for folder in FONT_FOLDERS for path in _files_below(folder) if path.suffix.lower() in FONT_ENDINGS)
    return any(word in path.name.lower() for path in fonts for word in named)


def _files_below(folder: str) -> Iterator[Path]:
    path = Path(folder).expanduser()
    return path.rglob("*") if path.is_dir() else iter(())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
