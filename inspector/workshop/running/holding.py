"""One run at a time saves into a folder.

    with Hold(folder) as hold:
        yield from hold.take()

Two runs in one folder would take each other's half-written files for rubbish, and overwrite each other's good ones. So
a run holds a lock on a file there, which it removes at its end.

Why this way: the lock is the process's (`lockf`), not the file's: when a run is killed it is gone, whatever is left in
the folder, and processes that load data for it do not keep it. One that was killed while it wrote to a slow disk takes
a moment to go, so a little is waited. Where nothing can be locked - some network disks - nothing is held.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Generator
from typing import Any

from ...progress import Progress
from ..failures import Refusal

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

NAME = ".running"
_PATIENCE = 5.0
"""Seconds in which whoever was killed has gone."""
_NAP = 0.1
_HELD = (errno.EACCES, errno.EAGAIN)


class Hold:
    """The lock on a folder that is there. Closed, it lets go."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, NAME)
        self._descriptor = -1

    def take(self) -> Generator[Progress, None, None]:
        """Waits a little where another run holds it. Raises Refusal when that goes on."""
        began = time.monotonic()
        while not self._is_taken():
            if time.monotonic() - began > _PATIENCE:
                raise Refusal(
                    f"Another run saves into {os.path.dirname(self._path)} at present.",
                    title="The folder is in use",
                    hint="Choose another folder, or wait until that run has ended.",
                )
            yield Progress(0, 0, "seconds", "Waiting for another run to end")
            time.sleep(_NAP)

    def _is_taken(self) -> bool:
        """Whether it is ours now, or nothing can be locked there."""
        if fcntl is None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            return error.errno not in _HELD
        self._descriptor = descriptor
        return True

    def close(self) -> None:
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
