"""A hard end - a segmentation fault, an abort - leaves a file with where it was; the next start offers to show it.

Why this way: nothing of Python runs any more when a library crashes. `faulthandler` writes the Python stacks of all
threads into a file that is open already. A start that ends as it should takes its file away; one whose process is
gone, and whose file has something in it, ended hard.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from ..log.log_file import state_folder

_NAME = re.compile(r"hard_end_(\d+)\.txt")
_MOST_LETTERS = 100_000


class HardEnd(NamedTuple):
    """What a former start left: the file, and what stands in it."""

    path: Path
    text: str


class HardEndFile:
    """The file of this process, between `begin` and `end`."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None

    def begin(self) -> None:
        """From now on a hard end is written down."""
        if faulthandler.is_enabled():
            return  # somebody wants to see it in the terminal
        try:
            state_folder().mkdir(parents=True, exist_ok=True)
            self._file = open(state_folder() / f"hard_end_{os.getpid()}.txt", "w", encoding="utf-8")
        except OSError:
            return
        faulthandler.enable(self._file)

    def end(self) -> None:
        """The program ends as it should."""
        if self._file is not None:
            faulthandler.disable()
            path = self._file.name
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                os.unlink(path)


def left_behind() -> list[HardEnd]:
    """What former starts left that ended hard; the empty files of those that were killed are taken away."""
    found = []
    for path, process in _files():
        if process == os.getpid() or _is_alive(process):
            continue
        try:
            text = path.read_text(encoding="utf-8", errors="replace")[:_MOST_LETTERS]
        except OSError:
            continue
        if text.strip():
            found.append(HardEnd(path, text))
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return found


def forget(ends: list[HardEnd]) -> None:
    """They were shown, or are not wanted."""
    for each in ends:
        with contextlib.suppress(OSError):
            each.path.unlink()


def _files() -> Iterator[tuple[Path, int]]:
    try:
        names = sorted(os.listdir(state_folder()))
    except OSError:
        return
    for name in names:
        if (found := _NAME.fullmatch(name)) is not None:
            yield state_folder() / name, int(found[1])


def _is_alive(process: int) -> bool:
    if os.name == "nt":
        return False  # a file that is open there cannot be taken away: that says as much
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's
    return True
