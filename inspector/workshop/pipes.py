"""Our ends of a worker's pipes: what it prints, answers and tells of a crash, and what it is asked.

Nothing here blocks: requests are written as far as the pipe takes them, and one waits for whatever comes first.
"""

from __future__ import annotations

import os
import selectors
import socket
from collections.abc import Iterator

from .forking import DESCRIPTORS

CONTROL = "control"
"""The name under which the socket of `warm_process` is waited for as well."""
_CHUNK = 1 << 16
_MOST_CHUNKS = 64
"""How much is read of what a process goes on saying, when the rest is asked for."""


class Pipes:
    """Open until `close`; `theirs` are for the worker, in the order of `forking.DESCRIPTORS`."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ, CONTROL)
        self._to_send = memoryview(b"")
        self._ours: dict[str, int] = {}
        theirs = []
        for name in DESCRIPTORS:
            reading, writing = os.pipe()
            mine, other = (writing, reading) if name == "requests" else (reading, writing)
            os.set_blocking(mine, False)
            if name != "requests":
                self._selector.register(mine, selectors.EVENT_READ, name)
            self._ours[name] = mine
            theirs.append(other)
        self.theirs = tuple(theirs)

    def hand_over(self) -> None:
        """The worker has its ends: ours of them are closed, so that a pipe ends when the worker does."""
        for each in self.theirs:
            os.close(each)
        self.theirs = ()

    def send(self, data: bytes) -> None:
        """Has `data` written as the worker reads it, while one hears, behind what is still to be written."""
        if not self._to_send:
            self._selector.register(self._ours["requests"], selectors.EVENT_WRITE, "requests")
        self._to_send = memoryview(bytes(self._to_send) + data)

    def hear(self, seconds: float) -> Iterator[tuple[str, bytes]]:
        """(name, data) for what comes within `seconds`: b"" when a pipe ends, and when `CONTROL` is to be read."""
        for key, _ in self._selector.select(seconds):
            if key.data == "requests":
                self._write(key.fd)
            elif key.data == CONTROL:
                yield CONTROL, b""
            elif (data := _read(key.fd)) is not None:
                if not data:
                    self._selector.unregister(key.fd)
                yield key.data, data

    def rest(self, name: str) -> Iterator[bytes]:
        """What lies in a pipe already."""
        if self._ours[name] in self._selector.get_map():
            for _ in range(_MOST_CHUNKS):
                data = _read(self._ours[name])
                if not data:
                    return
                yield data

    def forget_control(self) -> None:
        """The process behind the socket is gone."""
        self._selector.unregister(self._control)

    def close(self) -> None:
        """Lets go of all ends."""
        self._selector.close()
        for each in (*self._ours.values(), *self.theirs):
            os.close(each)

    def _write(self, descriptor: int) -> None:
        try:
            self._to_send = self._to_send[os.write(descriptor, self._to_send) :]
        except BlockingIOError:
            return
        except OSError:  # the worker is gone, which shows in a moment
            self._to_send = memoryview(b"")
        if not self._to_send:
            self._selector.unregister(descriptor)


def _read(descriptor: int) -> bytes | None:
    """What is there; b"" at the end, None when nothing is there yet."""
    try:
        return os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return None
