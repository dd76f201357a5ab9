"""The model classes that a .py file defines, or all .py files of a folder."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

from ..language import tr
from .building import constructors
from .failures import Refusal, failure_of
from .importing import import_file
from .requests import Classes

MOST_FILES = 2000
SECONDS_A_FILE = 5
"""For which one file of many may keep the others waiting."""
_SKIPPED = {"node_modules", "build", "dist", "site-packages", "venv", "env"}


def list_classes(path: str) -> Classes:
    """Every `nn.Module` class of the file or folder `path`. Raises Refusal when there is none such."""
    path = os.path.abspath(os.path.expanduser(path))
    if not os.path.isdir(path):
        return Classes(tuple(f"{path}:{name}" for name in constructors(import_file(path))))
    sources: list[str] = []
    failures: list[tuple[str, str]] = []
    signal.signal(signal.SIGALRM, _too_long)
    for file in tuple(_files(path)):
        signal.alarm(SECONDS_A_FILE)
        try:
            sources += [f"{file}:{name}" for name in constructors(import_file(file))]
        except BaseException as error:
            failures.append((file, failure_of(error).message))
        finally:
            signal.alarm(0)
    return Classes(tuple(sources), tuple(failures))


def _too_long(*_: object) -> None:
    raise TimeoutError(tr("it was not imported within {seconds} s", seconds=SECONDS_A_FILE))


def _files(folder: str) -> Iterator[str]:
    """The .py files below `folder` that may define a model, with their paths; at most `MOST_FILES`."""
    left = MOST_FILES
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED and not each.startswith((".", "__")))
        for name in sorted(names):
            path = os.path.join(here, name)
            if name.endswith(".py") and _may_define(path):
                left -= 1
                yield path
            if left == 0:
                raise Refusal(
                    tr("There are more than {number} files in {folder}.", number=MOST_FILES, folder=folder),
                    hint=tr("Choose a folder below it."),
                )


def _may_define(path: str) -> bool:
    """Whether the text of the file speaks of modules at all: nothing else need be run."""
    try:
        with open(path, "rb") as file:
            text = file.read(2_000_000)
    except OSError:
        return False
    return b"Module" in text and b"class " in text
