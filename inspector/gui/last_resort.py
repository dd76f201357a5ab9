"""The window that shows what nobody caught: an error of this program, whole, to be copied.

Why this way: PySide prints an exception in a slot to a terminal that a desktop application has not got. Here
every exception that reaches the top - of any thread - is kept and shown, one after the other in one
window, and still goes to the former hook, so that a terminal and the tests see it too.
"""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from .widgets.error_dialog import ErrorDialog


class LastResort(QObject):
    """Stands in for `sys.excepthook` and `threading.excepthook` between `install` and `remove`."""

    _caught = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dialog: ErrorDialog | None = None
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        self._former, self._former_in_thread = sys.excepthook, threading.excepthook
        sys.excepthook, threading.excepthook = self._hook, self._hook_in_thread

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._former, self._former_in_thread

    def report(self, error: BaseException) -> None:
        """Shows an exception that a thread handed over."""
        sys.excepthook(type(error), error, error.__traceback__)

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._former(kind, error, trace)
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
        else:
            self._caught.emit("".join(traceback.format_exception(kind, error, trace)))

    def _hook_in_thread(self, args: threading.ExceptHookArgs) -> None:
        self._former_in_thread(args)
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self._caught.emit("".join(traceback.format_exception(args.exc_value)))

    @Slot(str)
    def _show(self, text: str) -> None:
        from .widgets.error_dialog import ErrorDialog

        if self.dialog is None:
            self.dialog = ErrorDialog()
            self.dialog.finished.connect(self._forget)
            self.dialog.show()
        self.dialog.add(text)

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
