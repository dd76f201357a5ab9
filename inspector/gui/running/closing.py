"""Before a tab, or the window, is closed on a training: a question, and then what was wanted.

Why this way: what was asked is done when the run's ending has come, not before: a run that is to save has saved by
then. Nobody waits for it with the window standing still.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ...errors import InspectorError
from ...language import tr
from ...workshop.requests import Stopped
from ..widgets.banner import Banner
from .open_run import OpenRun
from .run_state import RunState


class ClosingQuestion(QWidget):
    """A strip that asks; hidden while there is nothing to ask."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self._then: Callable[[], object] | None = None
        self._otherwise: Callable[[], object] | None = None
        self._is_told = False
        """Whether a person said that it is to be stopped."""
        self.banner = Banner("?", tone="accent")
        self.save = self.banner.offer(tr("Stop and &Save"), self._stop_soon, tr("Save after this batch, then close"))
        self.now = self.banner.offer(tr("Stop &Now"), self._stop_now, tr("Close at once; what was saved last stays"))
        self.stay = self.banner.offer(tr("&Go On Training"), self._stay, tr("Do not close"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        page.ended.connect(self._end)

    def ask(self, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None) -> None:
        """Asks, and does `then` when the training was stopped, or `otherwise` when it goes on or ends by itself."""
        self._then, self._otherwise = then, otherwise
        if self._page.state is RunState.STOPPING:
            self._stop_soon()
        else:
            self._is_told = False
            self.banner.say(tr("The training goes on. Stop it first?"))
            self.save.setFocus()

    def _stop_soon(self) -> None:
        self._is_told = True
        self.banner.say(tr("It ends after this batch, saves, and closes then …"))
        self._page.stop_soon()

    def _stop_now(self) -> None:
        self._is_told = True
        self._page.stop_now()

    def _end(self, how: object) -> None:
        """What failed while it was to be saved is to be seen, and not to be closed."""
        is_lost = isinstance(how, InspectorError) and not isinstance(how, Stopped)
        then = self._then if self._is_told and not is_lost else self._otherwise
        self._forget()
        if then is not None:
            then()

    def _stay(self) -> None:
        otherwise = self._otherwise
        self._forget()
        if otherwise is not None:
            otherwise()

    def _forget(self) -> None:
        self._then = self._otherwise = None
        self._is_told = False
        self.banner.say("")
