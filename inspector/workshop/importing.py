"""The user's modules, imported as they would be if the user ran their script.

    nets.py beside train.py     its folder comes first on sys.path, and is the current folder
    pkg/nets.py with __init__   imported as `pkg.nets`, from the folder that holds `pkg`
    repo/models/nets.py         the folder of the repository (.git, pyproject.toml ...) comes last on sys.path

Why this way: compiled modules are neither read nor written for the user's folders. Python takes a .pyc for right when
time (in whole seconds) and size of the source agree, and a person who edits a class saves twice in a second; and a
tool that looks at code leaves no files behind.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import sys
from collections.abc import Container
from importlib import machinery
from types import ModuleType

from ..language import tr
from .failures import Refusal, is_own

_ROOTS = (".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
"""What lies at the top of a repository."""


class _Uncached(machinery.SourceFileLoader):
    """Compiles the source each time."""

    def path_stats(self, path: str) -> dict[str, object]:
        raise OSError  # what the source's time is not known of has no .pyc


_LOADERS = (
    (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
    (_Uncached, machinery.SOURCE_SUFFIXES),
    (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
)
"""As Python's own, in its order."""
_afresh: list[str] = []
"""The folders whose modules are compiled from their source."""


def import_file(path: str) -> ModuleType:
    """The module in the file `path`. Raises Refusal when there is no such file, and whatever its code raises."""
    path = os.path.abspath(os.path.expanduser(path))
    if not os.path.isfile(path):
        raise Refusal(tr("There is no file {path}.", path=path), hint=_similar_file(path))
    root, name = _package_of(path)
    _make_at_home(os.path.dirname(path), root)
    stem = os.path.basename(path)[: -len(".py")]
    if name != stem:
        return importlib.import_module(name)
    known = sys.modules.get(stem)
    if known is not None and getattr(known, "__file__", None) == path:
        return known
    return _import_as(_free(stem), path)


def import_package(name: str) -> ModuleType:
    """The module `name`, of an installed package or below the current folder."""
    sys.path.insert(0, os.getcwd())
    _compile_afresh(os.getcwd())
    return importlib.import_module(name)


def user_files() -> tuple[str, ...]:
    """The source files that were imported and are the user's own: what to watch."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    ours = (file for file in files if isinstance(file, str) and os.path.isabs(file) and is_own(file))
    return tuple(dict.fromkeys(os.path.realpath(file) for file in ours))


def installed_modules(without: Container[str]) -> tuple[str, ...]:
    """The modules of Python and of installed packages that were imported, beyond those in `without`."""
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    found = ((name, file) for name, file in files.items() if name not in without and isinstance(file, str))
    return tuple(name for name, file in found if not is_own(file))


def _package_of(path: str) -> tuple[str, str]:
    """(the folder that sys.path needs, the dotted name from there)."""
    folder, file = os.path.split(path)
    parts = [] if file == "__init__.py" else [file[: -len(".py")]]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
    return folder, ".".join(parts)


def _make_at_home(folder: str, root: str) -> None:
    """Sets current folder and sys.path as they are for a script there."""
    os.chdir(root)
    sys.argv = [""]
    ends = [each for each in dict.fromkeys((folder, _repository(root))) if each and each != root]
    sys.path[:] = dict.fromkeys([root, *sys.path, *ends])
    for each in (root, *ends):
        _compile_afresh(each)


def _repository(folder: str) -> str:
    """The folder above that looks like the top of a repository; empty when there is none."""
    while folder != os.path.dirname(folder):
        if any(os.path.exists(os.path.join(folder, sign)) for sign in _ROOTS):
            return folder
        folder = os.path.dirname(folder)
    return ""


def _compile_afresh(folder: str) -> None:
    """From now on, modules below `folder` are compiled from their source."""
    prefix = os.path.join(folder, "")
    if prefix.startswith(tuple(_afresh)):
        return
    _afresh.append(prefix)
    finder = machinery.FileFinder.path_hook(*_LOADERS)

    def hook(path: str) -> object:
        if not os.path.join(os.path.abspath(path), "").startswith(prefix) or not is_own(os.path.join(path, "x.py")):
            raise ImportError
        return finder(path)

    sys.path_hooks.insert(0, hook)  # type: ignore[arg-type]
    for path in [path for path in sys.path_importer_cache if os.path.join(path, "").startswith(prefix)]:
        del sys.path_importer_cache[path]


def _import_as(name: str, path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path, loader=_Uncached(name, path))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _free(stem: str) -> str:
    """A name for a module that no other has: a user's `random.py` is not Python's."""
    name = stem if stem.isidentifier() else "user_model"
    while name in sys.modules:
        name = f"user_{name}"
    return name


def _similar_file(path: str) -> str:
    folder, name = os.path.split(path)
    try:
        names = [each for each in os.listdir(folder) if each.endswith(".py")]
    except OSError:
        return ""
    similar = difflib.get_close_matches(name, names, 1)
    return tr("Did you mean {similar}?", similar=similar[0]) if similar else ""
