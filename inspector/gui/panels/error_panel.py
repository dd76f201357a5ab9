"""Why does it not load? The panel of a pasted error, for which no file is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtGui import QGuiApplication

from ... import wording
from ...language import marked, tr
from ..export import ask_where_to_report, reporting, started
from ..fitting import copying
from ..fitting.case_view import CaseView, Foot
from ..fitting.error_side import ErrorSide
from ..fitting.open_error import OpenError
from ..fitting.telling import story_of
from ..settings import Settings
from .page_panel import PagePanel, feeding

_WELCOME = marked("Paste what torch printed on the left: from 'Error(s) in loading state_dict for' to the end.")


class ErrorPanel(PagePanel):
    """An error message, grouped into causes with their steps."""

    def __init__(self, page: OpenError, settings: Settings) -> None:
        super().__init__(page)
        self.case = page.case
        self._page = page
        self.view = CaseView(page.case, ErrorSide(page), settings)
        self.side: ErrorSide = self.view.side  # type: ignore[assignment]
        self.story = self.view.story
        self.rooms.add("case", self.view)
        self.story.failure.retry.hide()
        self.addWidget(self.view)
        foot = Foot()
        self.mend_all = foot.offer(
            tr("Tic&k All Steps"), tr("Take every step that is certain or likely"), page.case.tick_all
        )
        self.python = foot.offer(tr("Copy as &Python"), tr("Copy the lines that mend the checkpoint"), self.copy_python)
        self.story.add_foot(foot)
        page.read.connect(self._show_read)
        page.case.changed.connect(self._enable)
        page.case.chosen.connect(self.arranged)
        self.side.turned.connect(lambda: self.arranged.emit(tr("Other Error")))
        self.view.pairs.arranged.connect(self.arranged)
        self.view.pairs.arranging.connect(self.arranging)
        self.view.pairs.rearranged.connect(self.rearranged)
        self.story.causes.chosen.connect(lambda _cause: self.arranged.emit(tr("Set Off Cause")))
        self.story.causes.did.connect(self.did)
        self.view.pairs.chosen.connect(lambda _pair: self.ability_changed.emit())
        self._refresh()

    @property
    def has_content(self) -> bool:
        return True

    def summary(self) -> str:
        told = self._page.told
        return (
            tr("An error of load_state_dict for {name}", name=wording.safe(told[self._page.number].b.name, 120))
            if told
            else ""
        )

    def able(self) -> frozenset[str]:
        return self.view.able() | ({"copy_python"} if self.case.steps else set())

    def deeds(self) -> dict[str, Callable[[], object]]:
        return {**self.view.deeds(self._copy), "copy_python": self.copy_python, "report": self.report}

    def arrangement(self) -> dict[str, Any]:
        return {"number": self._page.number, **self.view.arrangement()}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        number, page = wanted.get("number"), self._page
        if isinstance(number, int) and number != page.number and 0 <= number < len(page.told):
            page.choose(number)
            self.side.refresh()
        self.view.arrange({name: value for name, value in wanted.items() if name != "number"})

    def keep_state(self) -> None:
        self.view.keep_state()

    def report(self) -> None:
        """Asks for a name, and writes what differs and why under it."""
        path = ask_where_to_report(self, f"{self._page.name}.html")
        if path:
            self.report_to(path)

    def report_to(self, path: str) -> None:
        """Writes a report, of the form that the ending of its name says."""
        work = reporting(
            path, lambda: story_of(self.case, tr("the checkpoint"), self._page.told[self._page.number].b.name)
        )
        started(
            work,
            lambda written: self.said.emit(tr("Written to {path}", path=wording.safe(written))),
            self.failed.emit,
        )

    def copy_python(self) -> None:
        self._copy(copying.python_of_steps(self.case.steps))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(tr("Copied"))

    @feeding
    def _show_read(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        if self.case.outcome is None:
            self.view.hide_pairs()
        if self._page.error is not None:
            self.story.show_failure(self._page.error)
        elif not self._page.told:
            self.story.show_text(tr("Which error?"), tr(_WELCOME))
            self.side.text.setFocus()
        self._enable()
        self.ready.emit()

    def _enable(self) -> None:
        self.mend_all.setEnabled(self.case.can_tick)
        self.python.setEnabled(bool(self.case.steps))
        self.ability_changed.emit()
