"""One run at a time saves into a folder.

    with Hold(folder) as hold:
        yield from hold.take()

Two runs in one folder would take each other's half-written files for rubbish, and overwrite each other's good ones.

Why this way: the folder itself is locked (`flock`), so nothing is left in it, and a run that is killed lets go of it by
being gone. Processes that are forked meanwhile, to load data, give the lock back at once, or they would keep it after
the run has gone. One that was killed while it wrote to a slow disk takes a moment to go, so a little is waited. Where
nothing can be locked - Windows, some network disks - nothing is held.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Generator
from typing import Any

from ...language import marked, tr
from ...progress import Progress
from ..failures import Refusal

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_PATIENCE = 5.0
"""Seconds in which whoever was killed has gone."""
_NAP = 0.1
_held: set[int] = set()
"""The descriptors of the folders that this process holds."""


def _let_go_in_fork() -> None:
    """What the fork closes stays locked for the process that it is of."""
    while _held:
        with contextlib.suppress(OSError):
            os.close(_held.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_fork)


class Hold:
    """The lock on a folder. Closed, it lets go."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._descriptor = -1

    def take(self) -> Generator[Progress, None, None]:
        """Locks the folder, which is there; waits a little where another run holds it. Raises Refusal after that."""
        began = time.monotonic()
        while not self._is_taken():
            if time.monotonic() - began > _PATIENCE:
                raise Refusal(
                    tr("Another run saves into {folder} at present.", folder=self._folder),
                    title=marked("The folder is in use"),
                    hint=tr("Choose another folder, or wait until that run has ended."),
                )
            yield Progress(0, 0, "seconds", tr("Waiting for another run to end"))
            time.sleep(_NAP)

    def _is_taken(self) -> bool:
        """Whether it is ours now, or nothing can be locked there."""
        if fcntl is None:
            return True
        try:
            descriptor = os.open(self._folder, os.O_RDONLY)
        except OSError:  # whoever writes there will say it
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        self._descriptor = descriptor
        _held.add(descriptor)
        return True

    def close(self) -> None:
        if self._descriptor in _held:
            _held.discard(self._descriptor)
            os.close(self._descriptor)
        self._descriptor = -1

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
