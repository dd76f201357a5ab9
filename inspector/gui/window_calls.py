"""What second starts ask of the window that is open: they are heard here, and what is no list of paths is dropped."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from .one_window import MOST_BYTES, OK, Call, Place, decode, is_ours

SLOWEST_MS = 2000
"""How long a caller may take to say what it wants."""
_MOST_CALLERS = 16


class WindowCalls(QObject):
    """Listens at the place of the one window; each sound call goes to `answer`, which says whether it was taken."""

    def __init__(self, place: Place, answer: Callable[[Call], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answer = answer
        self._callers: set[QLocalSocket] = set()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        if place.door is not None:
            # Qt closes what it listens at: it gets a descriptor of its own.
            self.is_listening = self._server.listen(os.dup(place.door.fileno()))
        else:
            self.is_listening = self._server.listen(place.address)
        if self.is_listening:
            place.say_ready()

    def stop(self) -> None:
        """Hears nobody any more."""
        self._server.close()
        for caller in list(self._callers):
            self._drop(caller)

    def _greet(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            self._callers.add(caller)
            caller.setReadBufferSize(MOST_BYTES + 1)
            caller.readyRead.connect(lambda caller=caller: self._hear(caller))
            caller.disconnected.connect(lambda caller=caller: self._drop(caller))
            QTimer.singleShot(SLOWEST_MS, caller, lambda caller=caller: self._drop(caller))
            if len(self._callers) > _MOST_CALLERS or not _is_from_us(caller):
                self._drop(caller)
            elif caller.bytesAvailable():
                self._hear(caller)

    def _hear(self, caller: QLocalSocket) -> None:
        if caller not in self._callers:
            return
        if caller.canReadLine():
            call = decode(bytes(caller.readLine(MOST_BYTES + 1).data()))
            if call is not None and self._answer(call):
                caller.write(OK)
                caller.flush()
            self._drop(caller)
        elif caller.bytesAvailable() >= MOST_BYTES:
            self._drop(caller)

    def _drop(self, caller: QLocalSocket) -> None:
        if caller in self._callers:
            self._callers.discard(caller)
            caller.disconnectFromServer()
            caller.deleteLater()


def _is_from_us(caller: QLocalSocket) -> bool:
    """Whether the process that calls is this person's."""
    if os.name != "posix":
        return True  # the pipe lets in nobody else
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(caller.socketDescriptor()))) as line:
        return is_ours(line)
    return False
