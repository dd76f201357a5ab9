"""Takes what is dropped on a window: says what would happen while it is held over it, and does that when it is let go.

Why this way: fields take whatever has a text, and a file has one, so files dropped on a search field would be written
into it. What is dragged is therefore taken where it enters the program, at the window's handle; a text over a field
is left to the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from ...language import tr
from ..timers import one_shot
from ..widgets.drop_zone import dropped_paths
from . import meaning as means
from .entry_words import EntryWords, path_in, words_in
from .given_files import taken_over
from .meaning import Drop, meaning, of_text, refused
from .pointer_words import PointerWords
from .seeing import Seen, seen
from .targets import tab_at, takes_text, target_at

if TYPE_CHECKING:
    from ..main_window import MainWindow
    from ..panels.page_panel import PagePanel

HOVER_MS = 700
"""How long something is held over a tab before that comes to the front."""
_MOST_TEXT = 1_000_000
_DRAGS = {QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.DragLeave, QEvent.Type.Drop}


class Taking(QObject):
    """Listens at one window."""

    def __init__(self, window: MainWindow) -> None:
        """The window has been painted: before that it has no handle."""
        super().__init__(window)
        self._window = window
        self._held: tuple[Seen, ...] = ()
        self._text = ""
        self._entry: EntryWords | None = None
        self._is_own = False
        self._is_known = False
        self._tab: PagePanel | None = None
        self._hover = one_shot(self, HOVER_MS, self._bring_forward)
        self.words = PointerWords(window)
        window.setAcceptDrops(True)
        for listened in (window, window.windowHandle()):
            listened.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() not in _DRAGS:
            return False
        if isinstance(event, QDragLeaveEvent) or not isinstance(event, QDropEvent):
            self._forget()
            return False
        return self._hear(event)

    def _hear(self, event: QDropEvent) -> bool:
        """An enter, a move (both of which Qt makes of a drop) or the drop itself; False: the field takes it."""
        if QApplication.activeModalWidget() is not None:
            event.ignore()  # something is asked first
            return True
        point = event.position().toPoint()
        if event.type() == QEvent.Type.DragEnter or not self._is_known:
            self._look(event)
        if self._is_for_field(event.mimeData(), point):
            self._forget() if event.type() == QEvent.Type.Drop else self._hush()
            return False
        drop = self._meaning_at(point)
        if drop is not None and drop.is_accepted:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        if event.type() == QEvent.Type.Drop:
            self._let_go(drop, event.mimeData())
        else:
            self._say(drop, point)
        if isinstance(event, QDragMoveEvent):
            self._wait_over_tab(point)
        return True

    def _look(self, event: QDropEvent) -> None:
        """What is held: looked at once, when it comes over the window."""
        data = event.mimeData()
        self._is_known, source = True, event.source()
        self._is_own = isinstance(source, QObject) and isinstance(source.window(), type(self._window))
        self._entry = words_in(data)
        self._held, self._text = (), ""
        if self._entry is None and data.hasUrls():
            self._held = seen(dropped_paths(data))
        elif self._entry is None and data.hasText():
            self._text = data.text()[:_MOST_TEXT]

    def _is_for_field(self, data: QMimeData, point: QPoint) -> bool:
        """Whether it is a text, or has one beside a file of ours, and is over a field."""
        is_text = data.hasFormat("text/plain") and (self._entry is not None or not data.hasUrls())
        return is_text and takes_text(self._window, point)

    def _meaning_at(self, point: QPoint) -> Drop | None:
        """What a drop would do; None where nobody would expect anything: an entry over the window that it is of."""
        if self._entry is not None:
            return None if self._is_own else self._entry.drop()
        if self._text:
            return None if self._is_own else of_text(self._text)
        target = target_at(self._window, point)
        if self._is_own and not target.is_tab:
            return None
        if not self._held and not self._is_own:
            return refused(tr("Only files of this computer can be dropped here"))
        return meaning(self._held, target)

    # What is seen of it

    def _say(self, drop: Drop | None, point: QPoint) -> None:
        if drop is None:
            self._hush()
            return
        self._window.start.zone.light(drop.is_accepted)
        self.words.say(drop.words, point, is_accepted=drop.is_accepted)

    def _hush(self) -> None:
        self._window.start.zone.light(False)
        self.words.hide()

    def _forget(self) -> None:
        self._hover.stop()
        self._tab, self._is_known, self._entry = None, False, None
        self._hush()

    def _wait_over_tab(self, point: QPoint) -> None:
        """A tab that something is held over for a moment comes to the front."""
        tab = tab_at(self._window, point)
        if tab is not self._tab:
            self._tab = tab
            self._hover.start() if tab is not None else self._hover.stop()

    def _bring_forward(self) -> None:
        if self._tab in self._window.panels.values():
            self._window.session.show(self._tab.page)

    # What is done

    def _let_go(self, drop: Drop | None, data: QMimeData) -> None:
        entry, text = self._entry, self._text
        self._forget()
        if drop is None or not drop.is_accepted:
            return
        if entry is not None:
            path = taken_over(path_in(data))
            drop = drop._replace(paths=(path,) if path else ())
        self.carry_out(drop, text)

    def carry_out(self, drop: Drop, text: str = "") -> None:
        """Does what a drop means."""
        session, panel = self._window.session, self._window.shown_panel()
        deeds: Mapping[str, Callable[[], object]] = {
            means.OPEN: lambda: session.open(drop.paths),
            means.COMPARE: lambda: session.compare(*drop.paths),
            means.SERIES: lambda: session.show_series(drop.paths),
            means.CONVERT: lambda: session.convert(drop.paths[0]),
            means.FIT: lambda: session.fit(drop.paths[0], model=drop.model),
            means.TAKE_CODE: lambda: panel is not None and panel.take_code(drop.model),
            means.REPLACE: lambda: panel is not None and panel.take_sides(*drop.paths),
            means.EXPLAIN: lambda: session.explain(text),
        }
        deeds[drop.kind]()
        self._window.activateWindow()
