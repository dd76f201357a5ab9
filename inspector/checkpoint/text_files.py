"""Text as a file, whole or not at all: written beside its place and renamed.

Why this way: a file that is half written when the disk is full, or when the window is closed, would stand where
a whole one stood before. `os.replace` puts the new one there in a single step, or not at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterable

from ..errors import FileError
from ..language import tr
from ..progress import Progress

_PIECES = 2000
"""Pieces of text that are written before it is said how far it is."""


def writing(path: str, pieces: Iterable[str], failure: str) -> Generator[Progress, None, str]:
    """Writes `pieces` to `path`, whole or not at all, and returns the path. Raises FileError, titled `failure`."""
    folder = os.path.dirname(os.path.abspath(path))
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        with open(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            for number, piece in enumerate(pieces):
                out.write(piece)
                if number % _PIECES == 0:
                    yield Progress(number, 0, "rows", "writing")
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
        beside = ""
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(tr("The file cannot be written: {reason}.", reason=reason), path=path, title=failure) from None
    finally:
        if beside:
            os.unlink(beside)
    return path


def _umask() -> int:
    """What new files of this process are not allowed; it can only be asked by setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
