"""The Python interpreters that a person may mean, and whether they have torch.

    candidates("repo/nets.py")   the paths that there are: beside the file, the active environment, conda's, PATH's
    look("/usr/bin/python3")     which Python it is, and its torch; a tenth of a second, as nothing of it is imported

Why this way: torch is asked for by what pip wrote down when it was installed. To import it would take seconds in each
of them; whether it works shows when it is used.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

from ..errors import InspectorError
from ..language import tr
from .requests import Interpreter

PATIENCE = 20.0
"""Seconds that an interpreter may take to say what it is."""
_BESIDE = (".venv", "venv", "env", ".env")
_QUESTION = """
import json, platform, sys
from importlib import metadata
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
print(json.dumps([platform.python_version(), sys.executable, version("torch"), version("torchvision")]))
"""


def this_interpreter() -> Interpreter:
    """What this process runs on."""
    return Interpreter(platform.python_version(), sys.executable, version_of("torch"), version_of("torchvision"))


def version_of(package: str) -> str:
    """The version of an installed package, without importing it; empty when it is not there."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def look(executable: str) -> Interpreter:
    """Which Python `executable` is, and what it has. Raises InspectorError when it is none, or too old (3.8 is not)."""
    try:
        command = [executable, "-c", _QUESTION]
        told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
        return Interpreter(*json.loads(told.stdout))
    except subprocess.TimeoutExpired as error:
        raise InspectorError(
            tr("{executable} did not answer within {patience:.0f} s.", executable=executable, patience=PATIENCE)
        ) from error
    except OSError as error:
        raise InspectorError(
            tr("{executable} cannot be started: {strerror}.", executable=executable, strerror=error.strerror or error)
        ) from error
    except (ValueError, TypeError) as error:
        raise InspectorError(
            tr("{executable} is no Python 3.8 or newer.", executable=executable), hint=tr("Choose another.")
        ) from error


def candidates(file: str = "") -> tuple[str, ...]:
    """Interpreters that may be meant, the likeliest first, each once; `file` is the model's .py file, if there is one.

    None of them is started; paths that lead to one and the same environment are told once.
    """
    found: dict[str, str] = {}
    for path in _places(file):
        if os.path.isfile(path) and os.access(path, os.X_OK):
            found.setdefault(_environment(path), path)
    return tuple(found.values())


def _places(file: str) -> Iterator[str]:
    yield from _beside(os.path.dirname(os.path.abspath(file))) if file else ()
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if os.environ.get(variable):
            yield _python_of(os.environ[variable])
    yield sys.executable
    yield from _of_conda()
    for folder in os.get_exec_path():
        yield from (os.path.join(folder, name) for name in ("python3", "python"))


def _beside(folder: str) -> Iterator[str]:
    """The environments in the file's folder and the folders above it."""
    while True:
        yield from (_python_of(os.path.join(folder, name)) for name in _BESIDE)
        if folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)


def _of_conda() -> Iterator[str]:
    """All environments that conda knows of: it writes them down in the user's home."""
    try:
        with open(os.path.expanduser("~/.conda/environments.txt"), encoding="utf-8") as known:
            yield from (_python_of(line.strip()) for line in known if line.strip())
    except (OSError, UnicodeDecodeError):
        return


def _python_of(environment: str) -> str:
    return os.path.join(environment, "bin", "python")


def _environment(path: str) -> str:
    """What tells environments apart: the folder, as `python` there is often a link to one for all."""
    return os.path.realpath(os.path.dirname(os.path.abspath(path)))
