"""What goes into the folder that starts by double click, and what of Qt stays out of it.

`checkpoint-inspector.spec` asks this module while PyInstaller builds, and the tests ask it without building.

Why this way: the interpreter that builds a person's model is another one, and reads our package as plain text. So what
the child process needs lies in the folder as source too, in the same place in which the window believes its modules to
be: whoever starts the child need not know that the program was packed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "inspector"
CHILD = ("__init__.py", "errors.py", "installed.py", "language.py", "progress.py", "wording.py", "workshop")
"""What of the package the child process reads; a test holds it against what the child's doors import."""

EXCLUDED = (
    "IPython",
    "PIL",
    "PySide6.QtDesigner",
    "PySide6.QtHelp",
    "PySide6.QtPrintSupport",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtQuickControls2",
    "PySide6.QtQuickWidgets",
    "PySide6.QtSql",
    "PySide6.QtTest",
    "PySide6.QtUiTools",
    "PySide6.QtXml",
    "colorcet",
    "cupy",
    "h5py",
    "jupyter_rfb",
    "matplotlib",
    "numba",
    "numpy.f2py",
    "numpy.testing",
    "pandas",
    "psutil",
    "pygments",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "pytest",
    "scipy",
    "setuptools",
    "tensorboard",
    "tkinter",
    "torch",
    "torchvision",
)
"""Modules that are looked for by what we use, and not used by us."""
BY_NAME = ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets")
"""Modules that pyqtgraph imports by names that it puts together."""

_TRANSLATIONS = tuple(f"{part}_{language}.qm" for part in ("qt", "qtbase") for language in ("en", "zh_CN"))
_PLUGINS = {
    "iconengines": "qsvgicon",
    "imageformats": "qgif qico qicns qjpeg qsvg qwebp",
    "platforminputcontexts": "composeplatforminputcontextplugin ibusplatforminputcontextplugin",
    "platforms": "qxcb qwayland qoffscreen qwindows qcocoa",
    "platformthemes": "qxdgdesktopportal",
    "styles": "qmodernwindowsstyle qmacstyle",
    "wayland-decoration-client": "adwaita bradient",
    "wayland-graphics-integration-client": "qt-plugin-wayland-egl",
    "wayland-shell-integration": "xdg-shell",
    "xcbglintegrations": "qxcb-egl-integration qxcb-glx-integration",
}
"""Qt's plugins that are of use, by their kind, on all systems. The theme for GTK would bring all of GTK."""
_SYSTEMS = (
    *("libX11", "libXau", "libXdmcp", "libbsd", "libmd."),  # with libxcb, which PyInstaller leaves out
    *("libfontconfig", "libfreetype", "libpng16", "libbrotli", "libexpat"),  # read what the system has set up
    *("libgcc_s", "libstdc++", "libz."),
)
"""Libraries that every system with a screen has; its drivers and its fonts are made for those and for no older ones."""


def is_wanted(place: str) -> bool:
    """Whether the file that PyInstaller would put at `place` in the folder is of use there."""
    parts = Path(place.replace("\\", "/")).parts
    name = parts[-1]
    if "plugins" in parts and "PySide6" in parts:
        stem = name.partition(".")[0].removeprefix("lib")
        return stem in _PLUGINS.get(parts[parts.index("plugins") + 1], "").split()
    if "translations" in parts and "PySide6" in parts:
        return name in _TRANSLATIONS
    if "qml" in parts and "PySide6" in parts:
        return False
    return not name.startswith(_SYSTEMS)


def needed(libraries: Mapping[str, str], needs: Callable[[str], Iterable[str]]) -> set[str]:
    """Those of `libraries` (place -> the file that is put there) that something loads; `needs` names what a file needs.

    PyInstaller finds what each plugin of Qt needs before we leave the plugin out. Who begins are Python's modules,
    the plugins and libpython; a mere library stays only if it is asked for.
    """
    by_name: dict[str, list[str]] = {}
    for place in libraries:
        by_name.setdefault(Path(place).name, []).append(place)
    found: set[str] = set()
    to_visit = [place for place in libraries if not _is_mere(place)]
    while to_visit:
        place = to_visit.pop()
        if place not in found:
            found.add(place)
            to_visit += (other for name in needs(libraries[place]) for other in by_name.get(name, ()))
    return found


def _is_mere(place: str) -> bool:
    """Whether it is a library that others load, and no module, plugin or Python itself."""
    parts = Path(place).parts
    is_ours = len(parts) == 1 or parts[-2] == "lib"
    return is_ours and parts[-1].startswith("lib") and not parts[-1].startswith("libpython")


def modules() -> list[str]:
    """Every module of the package by its name, also those that are only imported in the middle of a function."""
    found = (path.relative_to(ROOT).with_suffix("").parts for path in PACKAGE.rglob("*.py"))
    names = (".".join(parts[:-1] if parts[-1] == "__init__" else parts) for parts in found)
    return sorted(name for name in names if name not in ("inspector.__main__", "inspector.workshop.__main__"))


def data_files() -> list[tuple[str, str]]:
    """Files that go in as they are: each one's path, and the folder that it goes to."""
    found = [(path, Path("inspector") / path.relative_to(PACKAGE)) for path in child_sources()]
    for folder, inside in (("resources", "_resources"), ("sample_checkpoints", "_samples")):
        found += [(path, Path("inspector", inside) / path.relative_to(ROOT / folder)) for path in _files(ROOT / folder)]
    return [(str(path), str(place.parent)) for path, place in found]


def child_sources() -> list[Path]:
    """The modules that the child process may load."""
    named = (PACKAGE / name for name in CHILD)
    return sorted(path for each in named for path in (each.rglob("*.py") if each.is_dir() else (each,)))


def doors() -> dict[str, str]:
    """The programs of the package, as pyproject.toml names them: what each is called, and `module:function`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {**project["gui-scripts"], **project["scripts"]}


def windows() -> set[str]:
    """Those of the programs that need no terminal."""
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["gui-scripts"])


def script_of(program: str) -> str:
    """The name of the script that a program of the folder begins with: not that of a module."""
    return f"start_{program.replace('-', '_')}"


def door_text(door: str) -> str:
    """The lines of Python with which a program of the folder begins."""
    module, _, function = door.partition(":")
    return (
        "import sys\n\nfrom inspector import installed\n\ninstalled.leave_bundle()\n"
        f"from {module} import {function}\n\nsys.exit({function}())\n"
    )


def _files(folder: Path) -> list[Path]:
    left_out = {"__pycache__", "screenshots"}
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and left_out.isdisjoint(path.parts)]
