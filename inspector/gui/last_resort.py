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

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout

from .. import __version__
from .theme import mono_font


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
        if self.dialog is None:
            self.dialog = ErrorDialog()
            self.dialog.finished.connect(self._forget)
            self.dialog.show()
        self.dialog.add(text)

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


class ErrorDialog(QDialog):
    """Errors of this program, one below the other, to be read and copied. The window goes on behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Something went wrong")
        self.resize(720, 420)
        words = QLabel(
            "This is an error in Checkpoint Inspector itself. Nothing was changed in any file, and the window can be "
            "used further. With the text below it can be mended."
        )
        words.setWordWrap(True)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(mono_font())
        self.text.setAccessibleName("What went wrong")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.setSpacing(12)
        for widget in (words, self.text, buttons):
            layout.addWidget(widget)

    def add(self, text: str) -> None:
        if not self.text.toPlainText():
            self.text.setPlainText(f"Checkpoint Inspector {__version__}, Python {sys.version.split()[0]}\n")
        self.text.appendPlainText(text.encode("utf-8", "backslashreplace").decode())
