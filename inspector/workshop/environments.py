"""Where Python interpreters lie that a person may mean. None of them is started here.

    candidates("repo/nets.py")   the likeliest first: beside the file, the active environment, conda's, pyenv's, PATH's

Why this way: a program that was started by double click has no active environment and a bare PATH, so the folders in
which conda, pyenv and the others keep environments are looked into as well. On macOS /usr/bin/python3 is left out:
where Apple's tools are missing it is not Python, but asks whether to install them.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import installed

if TYPE_CHECKING:
    from typing import Protocol

    class Registry(Protocol):
        """What is used of Windows' registry."""

        def keys(self, path: str) -> list[str]:
            """The names of the keys right below `path`, empty where it is not there."""

        def text(self, path: str, name: str = "") -> str:
            """A value, empty where it is not there."""


_BESIDE = (".venv", "venv", "env", ".env")
_CONDAS = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", "opt/miniconda3", "opt/anaconda3")
"""What conda is called where its installers put it, below the home folder."""
_SHELVES = (".virtualenvs", ".local/share/virtualenvs", ".cache/pypoetry/virtualenvs", ".local/share/hatch/env/virtual")
"""Folders below the home folder in which virtualenvwrapper, pipenv, poetry and hatch keep environments."""
_FRAMEWORKS = (
    "/Library/Frameworks/Python.framework/Versions",
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/Library/Developer/CommandLineTools/usr/bin",
)
_MOST_OF_A_SHELF = 30


def candidates(file: str = "") -> tuple[str, ...]:
    """Interpreters that may be meant, the likeliest first, each once; `file` is the model's .py file or folder, if any.

    None of them is started; paths that lead to one and the same environment are told once. The bundle is never among
    them: what it calls its executable is no Python.
    """
    found: dict[str, str] = {}
    for path in _places(file):
        if os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK) and not is_ours(path):
            found.setdefault(_environment(path), path)
    return tuple(found.values())


def own() -> str:
    """The Python of this process; empty in the bundle, which has none for others."""
    return "" if installed.bundle() else sys.executable


def usual() -> str:
    """What models are built with unless another is chosen: this Python where it has torch.

    Empty where it has none: the first that has is looked for when it is needed, by `interpreters.first_with_torch`.
    """
    return own() if own() and importlib.util.find_spec("torch") is not None else ""


def is_ours(path: str) -> bool:
    """Whether `path` is a program of the bundle that is running."""
    return bool(installed.bundle()) and _environment(path) == _environment(sys.executable)


def _places(file: str) -> Iterator[str]:
    if file:
        yield from _beside(file if os.path.isdir(file) else os.path.dirname(os.path.abspath(file)))
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if os.environ.get(variable):
            yield from _pythons_of(os.environ[variable])
    yield own()
    yield from of_conda(os.path.expanduser("~"))
    yield from of_pyenv(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"))
    yield from _of_path()
    for shelf in _SHELVES:
        yield from _below(os.path.join(os.path.expanduser("~"), shelf))
    if sys.platform == "darwin":
        yield from of_macos(_FRAMEWORKS)
    if sys.platform == "win32":
        yield from of_windows(_WindowsRegistry())


def _beside(folder: str) -> Iterator[str]:
    """The environments in the file's folder and the folders above it."""
    while True:
        for name in _BESIDE:
            yield from _pythons_of(os.path.join(folder, name))
        if folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)


def of_conda(home: str) -> Iterator[str]:
    """All environments that conda knows of - it writes them down in the user's home - and where it lies by itself."""
    try:
        with open(os.path.join(home, ".conda", "environments.txt"), encoding="utf-8") as known:
            for line in known:
                if line.strip():
                    yield from _pythons_of(line.strip())
    except (OSError, UnicodeDecodeError):
        pass
    for name in _CONDAS:
        yield from _pythons_of(os.path.join(home, name))
        yield from _below(os.path.join(home, name, "envs"))


def of_pyenv(root: str) -> Iterator[str]:
    """The versions of pyenv, the one that is chosen for everything first, and the environments made with it."""
    versions = os.path.join(root, "versions")
    try:
        with open(os.path.join(root, "version"), encoding="utf-8") as chosen:
            names = chosen.read(10_000).split()
    except (OSError, UnicodeDecodeError):
        names = []
    for name in names:
        yield from _pythons_of(os.path.join(versions, name))
    yield from _below(versions)


def _of_path() -> Iterator[str]:
    names = ("python.exe",) if sys.platform == "win32" else ("python3", "python")
    for folder in os.get_exec_path():
        is_stub = sys.platform == "darwin" and folder == "/usr/bin"
        is_shim = os.path.basename(folder) == "shims"  # leads to one of the versions, which are there already
        yield from () if is_stub or is_shim else (os.path.join(folder, name) for name in names)


def of_macos(folders: tuple[str, ...]) -> Iterator[str]:
    """Where python.org, Homebrew and Apple's tools put Python: a folder of versions, or of programs."""
    for folder in folders:
        yield os.path.join(folder, "python3")
        for version in sorted(_names(folder), reverse=True):
            yield os.path.join(folder, version, "bin", "python3")


def of_windows(registry: Registry) -> Iterator[str]:
    """The Pythons that are registered as PEP 514 says, the newest of each company first."""
    for root in ("HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE"):
        top = rf"{root}\Software\Python"
        for company in registry.keys(top):
            for tag in sorted(registry.keys(rf"{top}\{company}"), reverse=True) if company != "PyLauncher" else ():
                place = rf"{top}\{company}\{tag}\InstallPath"
                folder = registry.text(place)
                yield registry.text(place, "ExecutablePath") or (folder and os.path.join(folder, "python.exe"))


def _below(shelf: str) -> Iterator[str]:
    """The interpreters of the environments in a folder, the last by name - of versions: the newest - first."""
    for name in sorted(_names(shelf), key=_by_numbers, reverse=True)[:_MOST_OF_A_SHELF]:
        yield from _pythons_of(os.path.join(shelf, name))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _by_numbers(name: str) -> list[tuple[int, str]]:
    """A key by which 3.9 comes before 3.11."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in name.split(".")]


def _pythons_of(environment: str) -> Iterator[str]:
    """Where the interpreter of an environment may lie: of venv and conda, on Windows and elsewhere."""
    if sys.platform == "win32":
        yield os.path.join(environment, "Scripts", "python.exe")
        yield os.path.join(environment, "python.exe")
    else:
        yield os.path.join(environment, "bin", "python")


def _environment(path: str) -> str:
    """What tells environments apart: the folder, as `python` there is often a link to one for all."""
    return os.path.realpath(os.path.dirname(os.path.abspath(path)))


class _WindowsRegistry:
    """The registry of the machine. What cannot be read counts as not there."""

    def keys(self, path: str) -> list[str]:
        import winreg as _winreg

        winreg: Any = _winreg
        root, _, rest = path.partition("\\")
        try:
            with winreg.OpenKey(getattr(winreg, root), rest) as key:
                return [str(winreg.EnumKey(key, place)) for place in range(winreg.QueryInfoKey(key)[0])]
        except OSError:
            return []

    def text(self, path: str, name: str = "") -> str:
        import winreg as _winreg

        winreg: Any = _winreg
        root, _, rest = path.partition("\\")
        try:
            with winreg.OpenKey(getattr(winreg, root), rest) as key:
                return str(winreg.QueryValueEx(key, name)[0])
        except OSError:
            return ""
