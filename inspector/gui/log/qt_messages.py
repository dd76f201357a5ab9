"""What Qt has to say goes into the log, and to where it went before.

Why this way: tests have a handler of their own; this one passes every message on to the handler that it found, so
whoever stood there first still hears all of them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LOG = logging.getLogger("inspector.qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_QUIET = ("This plugin does not support propagateSizeHints",)
"""Said by the offscreen platform of every window."""


class QtMessages:
    """Listens between `begin` and `end`."""

    def __init__(self, grave: Callable[[str], object] = lambda _message: None) -> None:
        """`grave` is told what Qt calls critical or fatal."""
        self._grave = grave
        self._former: Any = None
        self._is_listening = False

    def begin(self) -> None:
        self._former = qInstallMessageHandler(self._hear)
        self._is_listening = True

    def end(self) -> None:
        if self._is_listening:
            qInstallMessageHandler(self._former)
            self._is_listening = False

    def _hear(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if not message.startswith(_QUIET):
            where = f"{context.category}: " if context.category and context.category != "default" else ""
            _LOG.log(_LEVELS.get(kind, logging.WARNING), "%s%s", where, message)
        if self._former is not None:
            self._former(kind, context, message)
        elif kind is not QtMsgType.QtDebugMsg and sys.stderr is not None:
            sys.stderr.write(f"{message}\n")
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            self._grave(message)
