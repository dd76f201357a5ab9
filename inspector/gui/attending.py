"""What goes with a window that a person uses, and not with one of a test: log, net for hard ends, tour, previews.

All of it begins after the first paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .recents.remembered import Recents

if TYPE_CHECKING:
    from .app import Application
    from .crash.hard_end import HardEnd, HardEndFile
    from .log.log_file import Log
    from .log.qt_messages import QtMessages
    from .recents.describing import Describing


class Attending:
    """Begins when the window is painted, and ends with it."""

    def __init__(self, inspector: Application) -> None:
        self._inspector = inspector
        self._log: Log | None = None
        self._messages: QtMessages | None = None
        self._net: HardEndFile | None = None
        self._describing: Describing | None = None
        inspector.window.dressed.connect(self.begin)

    def begin(self) -> None:
        """Opens the log, spreads the net, looks for what a former start left, and offers the tour."""
        from .crash.hard_end import HardEndFile, left_behind
        from .log.events import LogEvents
        from .log.log_file import Log
        from .log.qt_messages import QtMessages
        from .recents.describing import Describing

        inspector, window = self._inspector, self._inspector.window
        self._log = Log()
        self._log.begin()
        LogEvents(inspector.session, window)
        self._messages = QtMessages(inspector.last_resort.report_text)
        self._messages.begin()
        self._net = HardEndFile()
        self._net.begin()
        self._describing = Describing(inspector.session, inspector.settings, window)
        if ends := left_behind():
            self._tell(ends)
        elif not inspector.session.pages:
            self._offer_tour()

    def end(self) -> None:
        """Closes what was begun, and forgets what nobody can bring back any more."""
        if self._describing is not None:
            Recents(self._inspector.settings).tidy()
            self._inspector.settings.save()
        for each in (self._messages, self._net, self._log):
            if each is not None:
                each.end()

    def _tell(self, ends: list[HardEnd]) -> None:
        """A line on the start page: the report is there for who wants it."""
        from .crash.hard_end import forget

        def show() -> None:
            for each in ends:
                self._inspector.last_resort.report_text(f"The program ended hard:\n{each.text}")
            forget(ends)

        self._inspector.window.start.tell_hard_end(show, lambda: forget(ends))

    def _offer_tour(self) -> None:
        from .tour.offering import is_wanted

        if is_wanted(self._inspector.settings):
            self._inspector.window.commands.program.begin_tour()
