"""What changed between these two files? The page of a comparison: being read, refused, or both files side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from ... import wording
from ...comparing.diffing import Pair
from ...language import tr
from ..actions import FOR_A_COMPARISON, Actions
from ..class_making import Importing
from ..comparing.compare_side import CompareSide
from ..comparing.pair_deeds import pair_deeds
from ..comparison import AUTOMATIC, OpenComparison
from ..export import ask_where_to_report, reporting, started
from ..item_models.pair_cells import counted_words
from ..settings import Settings
from .detail_side import loading
from .page_panel import PagePanel, feeding
from .pages import LoadingPage, RefusalPage

if TYPE_CHECKING:
    from ..comparing.pair_pane import PairPane


class ComparePanel(PagePanel):
    """Two files."""

    def __init__(self, page: OpenComparison, actions: Actions, settings: Settings) -> None:
        super().__init__(page)
        self.comparison = page
        self._actions = actions
        self._settings = settings
        self.content = CompareSide(page, actions, settings)
        self.content.painted.connect(self.painted)
        self.content.painted.connect(self._load)
        self.content.open_asked.connect(self.open_asked)
        self.rooms.add("pairs", self.content.splitter)
        self.content.chosen.connect(self._choose)
        self.pane: PairPane | None = None
        self._refusal: RefusalPage | None = None
        self._loading = LoadingPage(wording.all_of(page.names))
        for widget in (self._loading, self.content):
            self.addWidget(widget)
        self.content.pairs.arranged.connect(self.arranged)
        self.content.pairs.arranging.connect(self.arranging)
        self.content.pairs.rearranged.connect(self.rearranged)
        self.content.causes.chosen.connect(lambda _cause: self.arranged.emit(tr("Set Off Cause")))
        self.content.heads.sections_chosen.connect(lambda *_: self.arranged.emit(tr("Choose Section")))
        page.compared.connect(self._show_content)
        page.refused.connect(self._show_refusal)
        page.judged.connect(self.ready)
        page.measured.connect(lambda _changed: self._show_pair())

    @property
    def has_content(self) -> bool:
        return self.currentWidget() is self.content

    def summary(self) -> str:
        found = self.comparison.found
        if found is None or not self.has_content:
            return ""
        parts = [wording.plural(len(found.tree.comparison.pairs), "pair"), counted_words(found.tree)]
        if found.measuring.total_bytes > AUTOMATIC and not self.comparison.is_measured:
            parts.append(tr("values of what is in view: Ctrl+M compares all"))
        return "   ·   ".join(part for part in parts if part)

    def able(self) -> frozenset[str]:
        if not self.has_content:
            return frozenset(("reload", "swap"))
        is_chosen = self.content.pairs.view.current() >= 0
        return FOR_A_COMPARISON if is_chosen else FOR_A_COMPARISON - {"copy_key", "copy_row"}

    def deeds(self) -> dict[str, Callable[[], object]]:
        return {
            **pair_deeds(self.content.pairs, self._copy),
            "swap": self._swap,
            "copy_command": lambda: self._copy(self.command()),
            "measure": self.comparison.measure_all,
            "report": self.report,
            "details": self._toggle_details,
        }

    def _swap(self) -> None:
        self.comparison.swap()
        self.arranged.emit(tr("Swap Sides"))

    def take_sides(self, path_a: str, path_b: str) -> None:
        self.comparison.hold(path_a, path_b)
        self.arranged.emit(tr("Replace a Side"))

    def choose_key(self, key: str) -> None:
        """Makes the pair with this key the chosen one."""
        self.content.pairs.choose(key)

    def command(self) -> str:
        """The command that makes this comparison in the terminal."""
        import shlex

        found = self.comparison.found
        assert found is not None
        a, b = found.sections
        sections = [f"--section-a={a}", f"--section-b={b}"] if found.is_chosen_by_hand else []
        values = ["--values"] if found.tree.distances else []
        return shlex.join(["inspector", "diff", *self.comparison.paths, *sections, *values])

    def report(self) -> None:
        """Asks for a name, and writes what differs and why under it."""
        a, b = (os.path.splitext(name)[0] for name in self.comparison.names)
        beside = os.path.join(os.path.dirname(self.comparison.paths[0]), f"{a} and {b}.html")
        path = ask_where_to_report(self, beside)
        if path:
            self.report_to(path)

    def report_to(self, path: str) -> None:
        """Writes a report, of the form that the ending of its name says."""
        found, sentences = self.comparison.found, self.comparison.sentences
        assert found is not None
        started(reporting(path, lambda: found.told(sentences).story()), self._tell_written, self._tell_failure)

    def _tell_written(self, path: str) -> None:
        self.said.emit(tr("Written to {path}", path=wording.safe(path)))

    def _tell_failure(self, error: Exception) -> None:
        self.failed.emit(error)

    def arrangement(self) -> dict[str, Any]:
        page = self.comparison
        sections = list(page.sections) if page.sections is not None else None
        cause = self.content.causes.place
        return {"paths": list(page.paths), "sections": sections, "cause": cause, **self.content.pairs.arrangement()}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """The sides first: what is left of it waits until these are compared."""
        page, sections, others = self.comparison, wanted.get("sections"), dict(wanted)
        paths = wanted.get("paths")
        if paths == [*reversed(page.paths)] and page.paths[0] != page.paths[1]:
            page.swap()
        elif isinstance(paths, list) and len(paths) == 2 and all(isinstance(each, str) and each for each in paths):
            page.hold(*paths)
        if isinstance(sections, list) and len(sections) == 2 and all(isinstance(each, str) for each in sections):
            page.choose_sections(*sections)
        elif "sections" in wanted and sections is None and page.sections is not None:
            page.choose_best_sections()
        for name in ("paths", "sections"):
            others.pop(name, None)
        if page.is_comparing:
            self._arrange_later = others
        else:
            self._look(others)

    def _look(self, wanted: Mapping[str, Any]) -> None:
        self.content.causes.go_to(wanted.get("cause"))
        self.content.pairs.arrange(wanted)

    _arrange_later: Mapping[str, Any] | None = None

    def keep_state(self) -> None:
        self.content.keep_state()

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(tr("Copied"))

    def _toggle_details(self) -> None:
        self._settings.choose("details", "yes" if self._actions["details"].isChecked() else "no")
        self._show_pair()

    @feeding
    def _show_content(self) -> None:
        self.content.show_found()
        later, self._arrange_later = self._arrange_later, None
        if later is not None:
            self._look(later)
        self.setCurrentWidget(self.content)
        self.content.pairs.view.setFocus()
        self.ready.emit()

    def _choose(self, _pair: Pair | None) -> None:
        self.ability_changed.emit()
        self._show_pair()

    # The chosen pair, closely

    def _load(self) -> None:
        """The tree was painted: the plots are loaded beside the window, for they take longer than all the rest."""
        job = Importing(loading())
        job.succeeded.connect(self._make_pane)
        job.failed.connect(self.page.broken)
        job.start()

    def _make_pane(self, _result: object) -> None:
        from ..comparing.pair_pane import PairPane

        self.pane = PairPane()
        for looked in (self.pane.picture, self.pane.histograms):
            looked.gesture.did.connect(self.did)
        self.content.lower.addWidget(self.pane)
        self._show_pair()

    def _show_pair(self) -> None:
        """Shows the chosen pair closely, where that is wanted."""
        content, wanted = self.content, self._actions["details"].isChecked()
        if self.pane is None:
            return
        row, tree = content.pairs.view.current(), content.pairs.tree
        pair = tree.pair(row) if row >= 0 else None
        content.lower.setVisible(wanted and pair is not None)
        if wanted:
            self.pane.show_pair(pair, tree.distances.get(row), tree.refusals.get(row, ""))

    def stop(self) -> None:
        if self.pane is not None:
            self.pane.stop()

    @feeding
    def _show_refusal(self) -> None:
        if self._refusal is None:
            self._refusal = RefusalPage()
            self._refusal.retry_requested.connect(self.comparison.open)
            self._refusal.close_requested.connect(self.close_requested)
            self.addWidget(self._refusal)
        error = self.comparison.error
        if error is not None:
            self._refusal.show_error(error, getattr(error, "path", "") or self.comparison.place)
        self.setCurrentWidget(self._refusal)
        self.ready.emit()
