"""What nobody caught: an error of this program becomes a report on a page of the window, whole, to be copied.

Why this way: PySide prints an exception in a slot to a terminal that a desktop application has not got. Here
every exception that reaches the top - of any thread - is kept, written into the log and shown, and still goes to the
former hook, so that a terminal and the tests see it too. Where there is no window to show it in, or the page itself
fails, a dialog does.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from .crash.error_reports import ErrorReports
    from .crash.last_deeds import LastDeeds
    from .widgets.error_dialog import ErrorDialog


class LastResort(QObject):
    """Stands in for `sys.excepthook` and `threading.excepthook` between `install` and `remove`."""

    _caught = Signal(str)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        deeds: LastDeeds | None = None,
        show: Callable[[ErrorReports], object] | None = None,
    ) -> None:
        """`show` shows the reports in a window; `deeds` knows what was done before."""
        super().__init__(parent)
        self.dialog: ErrorDialog | None = None
        self._deeds = deeds
        self._show_reports = show
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    @cached_property
    def reports(self) -> ErrorReports:
        """What was caught; made when there is something, as a start should not wait for it."""
        from .crash.error_reports import ErrorReports

        return ErrorReports(self)

    def install(self) -> None:
        self._former, self._former_in_thread = sys.excepthook, threading.excepthook
        sys.excepthook, threading.excepthook = self._hook, self._hook_in_thread

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._former, self._former_in_thread

    def report(self, error: BaseException) -> None:
        """Shows an exception that a thread handed over."""
        sys.excepthook(type(error), error, error.__traceback__)

    def report_text(self, details: str) -> None:
        """Shows what is no exception: what Qt calls critical, what a former start left behind."""
        self._catch(details)

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._former(kind, error, trace)
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
        else:
            self._catch("".join(traceback.format_exception(kind, error, trace)))

    def _hook_in_thread(self, args: threading.ExceptHookArgs) -> None:
        self._former_in_thread(args)
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self._catch("".join(traceback.format_exception(args.exc_value)))

    def _catch(self, details: str) -> None:
        """From any thread."""
        import logging  # not needed before the first error

        written = details.encode("utf-8", "backslashreplace").decode()  # half a character cannot be written anywhere
        logging.getLogger("inspector.errors").error("%s", written)
        self._caught.emit(details)

    @Slot(str)
    def _show(self, details: str) -> None:
        from .crash.error_reports import report_of

        doing, pages = self._lately()
        report = report_of(details, doing=doing, pages=pages)
        is_known = any(each.mark == report.mark for each in self.reports.reports)
        self.reports.add(report)
        if is_known and self.dialog is None:
            return  # it is counted; who closed the page is not to find it open again
        if self._show_reports is None or self.dialog is not None:
            self._show_dialog(details)
            return
        try:
            self._show_reports(self.reports)
        except Exception:
            self._show_dialog(f"{details}\n{traceback.format_exc()}")

    def _lately(self) -> tuple[list[str], list[str]]:
        if self._deeds is None:
            return [], []
        try:
            return self._deeds.lines(), self._deeds.open_pages()
        except Exception as error:  # what is told of an error must not be the next one
            return [f"not known: {error!r}"], []

    def _show_dialog(self, details: str) -> None:
        from .widgets.error_dialog import ErrorDialog

        if self.dialog is None:
            self.dialog = ErrorDialog()
            self.dialog.finished.connect(self._forget)
            self.dialog.show()
        self.dialog.add(details)

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
