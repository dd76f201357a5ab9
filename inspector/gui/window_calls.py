"""What second starts ask of the window that is open: they are heard here, and what is no list of paths is dropped."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from .one_window import MOST_BYTES, OK, Place, decode, is_ours

SLOWEST_MS = 2000
"""How long a caller may take to say what it wants."""
_MOST_CALLERS = 16


class WindowCalls(QObject):
    """Listens at the place of the one window; who asks for something sound is answered at once, and then it is done."""

    asked = Signal(object)
    """A `Call` that was taken."""

    def __init__(self, place: Place, is_open: Callable[[], bool], parent: QObject | None = None) -> None:
        """`is_open`: whether the window can still take anything."""
        super().__init__(parent)
        self._is_open = is_open
        self._callers: set[QLocalSocket] = set()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        self.is_listening = self._listen(place)
        if self.is_listening:
            place.say_ready()

    def _listen(self, place: Place) -> bool:
        if os.name != "posix":
            return self._server.listen(place.address)
        door = place.door  # Qt closes what it listens at: it gets a descriptor of its own
        return door is not None and self._server.listen(os.dup(door.fileno()))

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
            if call is None or not self._is_open():
                self._drop(caller)
                return
            caller.write(OK)
            caller.flush()  # whoever calls need not wait until it is done
            self._drop(caller)
            self.asked.emit(call)
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
