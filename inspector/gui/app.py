"""The application: `main` makes it, shows the window, and opens what it was told to.

Files come in from the command line, by drag and drop, by dialog, from second starts, and - on systems whose file
manager sends them to a running program - as file-open events. `start` is the door that people come through.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from .. import __version__
from . import (
    quick_imports,  # noqa: F401  before all others
    speaking,
    theme,
    zooming,
)
from .attending import Attending
from .collecting import Collecting
from .commands import THEMES
from .crash.last_deeds import LastDeeds
from .last_resort import LastResort
from .main_window import MainWindow
from .one_window import Call, Place, take_place
from .open_file import OpenFile
from .program_deeds import RESTART
from .session import Session
from .settings import Settings

if TYPE_CHECKING:
    from .crash.error_reports import ErrorReports
    from .window_calls import WindowCalls

NAME = "checkpoint-inspector"
SWITCH_INTERVAL = 0.0005
"""Seconds for which a thread may hold the interpreter when the window wants it; Python's own is ten times that."""
MOMENT_MS = 100
"""How long the window waits for the first file before it shows itself without."""


class QtApplication(QApplication):
    """Qt's application, which hears of the files that the system asks a running program to open.

    Why this way: an event filter on the application would call Python for every event of every widget, and
    doubles the time until the first paint (measured: it makes PySide load all classes of Qt to tell events
    apart). Events that are for the application itself are few.
    """

    file_asked = Signal(object)
    """A list of one path."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent):
            self.file_asked.emit([event.file()])
            return True
        if event.type() == QEvent.Type.ApplicationFontChange and zooming.is_following():
            QTimer.singleShot(0, self, zooming.follow_system)  # every widget has to hear of this one first
        return super().event(event)


class Application:
    """The application and its window, put together; a test or a screenshot makes one without `main`."""

    def __init__(self, app: QApplication, settings: Settings | None = None, *, in_process: bool = False) -> None:
        """`in_process`: runs are driven inside this process."""
        self.app = app
        self.settings = settings or Settings()
        prepare(app)
        speaking.speak(app, speaking.chosen(self.settings))
        zooming.apply(zooming.wanted(self.settings))
        self.take_theme()
        app.styleHints().colorSchemeChanged.connect(self.take_theme)
        self.session = Session(self.settings, in_process=in_process)
        self.window = MainWindow(self.session, self.settings)
        deeds = LastDeeds(self.window.actions_, self.session, self.window)
        self.last_resort = LastResort(deeds=deeds, show=self._show_errors)
        self.session.broken.connect(self.last_resort.report)
        self.window.errors_asked.connect(lambda: self._show_errors(self.last_resort.reports))
        self.calls: WindowCalls | None = None
        self.place: Place | None = None
        self._is_looking = False
        if isinstance(app, QtApplication):
            app.file_asked.connect(self.session.open)

    def _show_errors(self, reports: ErrorReports) -> None:
        from .own_pages import ERRORS, show

        page = show(self.session, ERRORS, reports)
        if not self.window.panels[page].has_content:
            raise RuntimeError("The page for errors could not be shown.")  # a dialog does then

    def take(self, place: Place | None) -> None:
        """From its first paint on this window is the one that others hand their files to, if it has the place.

        Without it, it looks for it whenever it comes to the front: the window that has it may have been closed.
        """
        self.place = place
        self.window.keeps_session = place is not None
        if place is not None:
            self.window.slices.then(self._hear, "window_calls")
        else:
            self.app.applicationStateChanged.connect(self._look_for_place)
            self._is_looking = True

    def _look_for_place(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self.place is None:
            self.place = take_place()
            self.window.keeps_session = self.place is not None
            self._hear()

    def _hear(self) -> None:
        if self.place is not None and self.calls is None:
            from .window_calls import WindowCalls  # not needed before the first paint

            self.calls = WindowCalls(self.place, self.window.isVisible)
            self.calls.asked.connect(self.answer)

    def answer(self, call: Call) -> None:
        """Opens what a second start asks for, and comes to the front."""
        from .coming_to_front import come_to_front

        self.session.take(call.paths)
        come_to_front(self.window, call.token)

    def end(self) -> None:
        """Stops what runs, and lets go of the QApplication."""
        if self.calls is not None:
            self.calls.stop()
        if self.place is not None:
            self.place.leave()
        if self._is_looking:
            self.app.applicationStateChanged.disconnect(self._look_for_place)
        self.session.end()
        if isinstance(self.app, QtApplication):
            self.app.file_asked.disconnect(self.session.open)
        self.app.styleHints().colorSchemeChanged.disconnect(self.take_theme)

    def take_theme(self, scheme: Qt.ColorScheme | None = None) -> None:
        """Puts the chosen colours on: those of the system as it is now, unless others were chosen."""
        theme.apply(self.settings.choice("theme", THEMES), scheme)


def prepare(app: QApplication) -> None:
    """Names and style of the application, once: another style makes every widget anew."""
    if app.applicationName() == NAME:
        return
    app.setApplicationName(NAME)
    app.setApplicationDisplayName("")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName(NAME)
    app.setStyle("Fusion")


def wait_a_moment(file: OpenFile) -> None:
    """Waits until `file` is read, though not for long: a small one is there with the window, without a page before."""
    loop = QEventLoop()
    file.opened.connect(loop.quit)
    file.refused.connect(loop.quit)
    QTimer.singleShot(MOMENT_MS, loop.quit)
    loop.exec()


def main(argv: Sequence[str] | None = None, *, in_process: bool = False, place: Place | None = None) -> int:
    """Shows the window with each file of `argv` (by default the command line's) in a tab; gives the exit code.

    `in_process`: what is trained and tested runs inside the window's process, and not in a child. `place`: the place
    of the one window, which second starts hand their files to.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    sys.setswitchinterval(SWITCH_INTERVAL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends the window at once
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QtApplication([sys.argv[0]])
    is_restart = False
    while True:
        inspector = Application(app, in_process=in_process)
        code = run(inspector, [word for word in words if word], place, is_restart=is_restart)
        if not inspector.window.property(RESTART):
            return code
        words, place, is_restart = [], take_place(), True


def run(inspector: Application, paths: Sequence[str], place: Place | None = None, *, is_restart: bool = False) -> int:
    """Shows the window with these files until it is closed; gives the exit code.

    What was open comes back with the one window that has the place; a second one is a window for these files.
    """
    collecting, attending = Collecting(), Attending(inspector)
    inspector.last_resort.install()
    inspector.take(place)
    try:
        if (place is not None or is_restart) and os.path.exists(inspector.settings.session_path):
            from .arranging.coming_back import come_back

            come_back(inspector.window, is_shown=not paths, is_asked=is_restart)
        inspector.session.take(paths)
        if isinstance(inspector.session.current, OpenFile):
            wait_a_moment(inspector.session.current)
        inspector.window.show()
        return int(inspector.app.exec())
    finally:
        inspector.end()
        attending.end()
        inspector.last_resort.remove()
        collecting.end()
