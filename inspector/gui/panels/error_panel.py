"""Why does it not load? The panel of a pasted error, for which no file is needed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from ... import wording
from ..fitting import copying
from ..fitting.case_view import CaseView, Foot
from ..fitting.error_side import ErrorSide
from ..fitting.open_error import OpenError
from .page_panel import PagePanel

_WELCOME = "Paste what torch printed on the left: from 'Error(s) in loading state_dict for' to the end."


class ErrorPanel(PagePanel):
    """An error message, grouped into causes with their steps."""

    def __init__(self, page: OpenError) -> None:
        super().__init__(page)
        self.case = page.case
        self._page = page
        self.view = CaseView(page.case, ErrorSide(page))
        self.side: ErrorSide = self.view.side  # type: ignore[assignment]
        self.story = self.view.story
        self.story.failure.retry.hide()
        self.addWidget(self.view)
        foot = Foot()
        self.mend_all = foot.offer("&Tick All Steps", "Take every step that is certain or likely", page.case.tick_all)
        self.python = foot.offer("Copy as &Python", "Copy the lines that mend the checkpoint", self.copy_python)
        self.story.add_foot(foot)
        page.read.connect(self._refresh)
        page.case.changed.connect(self._enable)
        self._refresh()

    @property
    def has_content(self) -> bool:
        return True

    def summary(self) -> str:
        told = self._page.told
        return f"An error of load_state_dict for {wording.safe(told[self._page.number].b.name, 120)}" if told else ""

    def able(self) -> frozenset[str]:
        able = {"undo"} if self.case.can_undo else set()
        able |= {"redo"} if self.case.can_redo else set()
        return frozenset(able | ({"copy_python", "find", "tick_all"} if self.case.outcome is not None else set()))

    def deeds(self) -> dict[str, Callable[[], object]]:
        return {
            "undo": self.case.undo,
            "redo": self.case.redo,
            "copy_python": self.copy_python,
            "tick_all": self.case.tick_all,
            "find": self.view.pairs.search.setFocus,
        }

    def copy_python(self) -> None:
        QGuiApplication.clipboard().setText(copying.python_of_steps(self.case.steps))
        self.said.emit("Copied")

    def _refresh(self) -> None:
        if self.case.outcome is None:
            self.view.hide_pairs()
        if self._page.error is not None:
            self.story.show_failure(self._page.error)
        elif not self._page.told:
            self.story.show_text("Which error?", _WELCOME)
            self.side.text.setFocus()
        self._enable()
        self.ready.emit()

    def _enable(self) -> None:
        self.mend_all.setEnabled(self.case.can_tick)
        self.python.setEnabled(bool(self.case.steps))
        self.ability_changed.emit()
