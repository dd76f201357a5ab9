"""What goes with a window that a person uses, and not with one of a test: log, net for hard ends, tour, previews.

All of it begins after the first paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .recents.remembered import Recents
from .tour.offering import is_wanted

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
        then = inspector.window.slices.then
        then(self._open_log, "log.log_file", "log.events", "log.qt_messages")
        then(self._spread_net, "crash.hard_end")
        then(self._describe, "recents.describing")
        then(self._look_back, *(("tour.guide",) if is_wanted(inspector.settings) else ()))

    def _open_log(self) -> None:
        from .log.events import LogEvents
        from .log.log_file import Log
        from .log.qt_messages import QtMessages

        self._log = Log()
        self._log.begin()
        LogEvents(self._inspector.session, self._inspector.window)
        self._messages = QtMessages(self._inspector.last_resort.report_text)
        self._messages.begin()

    def _spread_net(self) -> None:
        from .crash.hard_end import HardEndFile

        self._net = HardEndFile()
        self._net.begin()

    def _describe(self) -> None:
        from .recents.describing import Describing

        inspector = self._inspector
        self._describing = Describing(inspector.session, inspector.settings, inspector.window)

    def _look_back(self) -> None:
        """Tells what a former start left, or offers the tour."""
        from .crash.hard_end import left_behind

        if ends := left_behind():
            self._tell(ends)
        elif not self._inspector.session.pages:
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
        if is_wanted(self._inspector.settings):
            self._inspector.window.commands.program.begin_tour()
