"""The end of the pipe at which a worker is asked: one request after the other, and wishes while it works at one."""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Iterator
from typing import Any

from . import crossing

_CHUNK = 1 << 16


class Inbox:
    """What comes through the file descriptor `inbox`, in lines of `crossing`.

    Why this way: Python's own buffered file may have read further than it has given, and cannot be asked whether more
    is there without waiting.
    """

    def __init__(self, inbox: int) -> None:
        self._inbox = inbox
        self._buffer = b""
        self._messages: deque[Any] = deque()
        self._is_open = True

    def __iter__(self) -> Iterator[Any]:
        """Each message, waited for, until the pipe closes."""
        while True:
            while not self._messages:
                if not self._is_open:
                    return
                self._read()
            yield self._messages.popleft()

    def poll(self) -> list[Any]:
        """What has come, without waiting."""
        while self._is_open and select.select([self._inbox], [], [], 0)[0]:
            self._read()
        heard = list(self._messages)
        self._messages.clear()
        return heard

    def _read(self) -> None:
        data = os.read(self._inbox, _CHUNK)
        self._is_open = bool(data)
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        self._messages.extend(crossing.value(line) for line in lines)
