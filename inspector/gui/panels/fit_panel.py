"""Does it fit this model class - and if not, why, and what mends it? The panel of one checkpoint and one model."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtGui import QGuiApplication

from ... import wording
from ...errors import InspectorError
from ...language import marked, tr
from ..export import ask_where_to_report, reporting, started
from ..fitting import copying, fit_arrangement
from ..fitting.case_view import CaseView, Foot
from ..fitting.chosen_model import ChosenModel
from ..fitting.model_side import ModelSide
from ..fitting.open_fit import OpenFit
from ..fitting.saving import Saving
from ..fitting.sentences import verdict_words
from ..fitting.stages import DOING, Stage
from ..fitting.telling import told
from ..settings import Settings
from ..widgets.roomy import SideArea
from .page_panel import PagePanel, feeding
from .pages import LoadingPage, RefusalPage

_WELCOME = marked("Choose the model that this checkpoint is to be loaded into: on the left, or drop a .py file here.")


_BUILT = {
    "meta": marked("built without memory for its values in {seconds:.2g} s"),
    "cpu": marked("built with values, on the CPU in {seconds:.2g} s"),
}
_BUILT_ELSEWHERE = marked("built in {seconds:.2g} s")


class FitPanel(PagePanel):
    """One checkpoint that is fitted to a model."""

    def __init__(self, page: OpenFit, settings: Settings) -> None:
        super().__init__(page)
        self.fit = page
        self.side = ModelSide(page)
        self.view = CaseView(page.case, SideArea(self.side), settings)
        self.story = self.view.story
        self.rooms.add("case", self.view)
        self.folds.add("output", self.side.output)
        self.saving = Saving(page)
        self.story.add_head(self.saving)
        self._loading = LoadingPage(page.name)
        self._refusal = RefusalPage()
        for widget in (self._loading, self.view, self._refusal):
            self.addWidget(widget)
        self._make_foot()
        self._connect()
        self._refresh()

    def _make_foot(self) -> None:
        foot = Foot()
        all_tip = tr("Take every step that is certain or likely")
        self.mend_all = foot.offer(tr("Tic&k All Steps"), all_tip, self.fit.case.tick_all)
        tip = tr("Copy the lines that mend the checkpoint and load it")
        self.python = foot.offer(tr("Copy as &Python"), tip, self.copy_python)
        self.save = foot.offer(tr("Save Men&ded…"), tr("Write the mended checkpoint as a new file"), self.saving.ask)
        self.story.add_foot(foot)

    def _connect(self) -> None:
        page = self.fit
        page.opened.connect(self._show_view)
        page.refused.connect(self._show_refusal)
        page.changed_on_disk.connect(self._tell_change)
        page.judged.connect(self._show_verdict)
        self.view.pairs.chosen.connect(lambda _pair: self.ability_changed.emit())
        page.chosen.changed.connect(self._refresh)
        page.chosen.said.connect(self._show_running)
        page.case.changed.connect(self._show_case)
        by_hand = (page.chosen.chosen_by_hand, self.side.chosen_by_hand, page.case.chosen)
        for deed in (*by_hand, self.view.pairs.arranged):
            deed.connect(self.arranged)
        self.view.pairs.rearranged.connect(self.rearranged)
        self.story.causes.chosen.connect(lambda _cause: self.arranged.emit(tr("Set Off Cause")))
        self.story.causes.did.connect(self.did)
        page.chosen.told_by_hand.connect(self.altered)
        self.view.pairs.arranging.connect(self.arranging)
        self.side.form.did.connect(self.did)
        self.story.stop_requested.connect(self.stop_work)
        self.story.leave.allowed.connect(page.chosen.allow)
        self.story.failure.retry.clicked.connect(lambda: page.chosen.begin())
        self._refusal.retry_requested.connect(page.open)
        self._refusal.close_requested.connect(self.close_requested)
        self.saving.changed.connect(self._show_running)
        self.saving.changed.connect(self._enable)
        self.saving.open_asked.connect(self.open_asked)

    # What the window asks

    @property
    def has_content(self) -> bool:
        return self.currentWidget() is self.view

    def summary(self) -> str:
        model = self.fit.chosen.model
        if model is None:
            return ""
        how = _BUILT.get(model.device, _BUILT_ELSEWHERE)
        parts = [model.name, wording.plural(len(model.parameters), "key"), tr(how, seconds=model.seconds)]
        return "   ·   ".join(wording.safe(part, 200) for part in parts)

    def able(self) -> frozenset[str]:
        case, chosen = self.fit.case, self.fit.chosen
        offered = {
            "reload": True,
            "stop": self.fit.is_busy or self.saving.is_busy,
            "solve": chosen.signature is not None,
            "copy_command": chosen.choice is not None,
            "copy_python": case.outcome is not None,
            "save_mended": bool(case.steps) and not self.saving.is_busy,
            "run": self.fit.checkpoint is not None,
        }
        return self.view.able() | {name for name, is_so in offered.items() if is_so}

    def deeds(self) -> dict[str, Callable[[], object]]:
        return {
            **self.view.deeds(self._copy),
            "copy_python": self.copy_python,
            "copy_command": self.copy_command,
            "save_mended": self.saving.ask,
            "run": self.run_asked.emit,
            "solve": self.fit.solve,
            "stop": self.stop_work,
            "report": self.report,
        }

    def arrangement(self) -> dict[str, Any]:
        return {**fit_arrangement.arrangement(self.fit), **self.view.arrangement()}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        fit_arrangement.arrange(self.fit, wanted)
        self.view.arrange({name: value for name, value in wanted.items() if name not in fit_arrangement.NAMES})

    def keep_state(self) -> None:
        self.view.keep_state()

    def stop(self) -> None:
        self.saving.stop()
        self.side.interpreter.stop()

    def stop_work(self) -> None:
        """Stops what runs: the writing first."""
        if self.saving.is_busy:
            self.saving.stop()
        else:
            self.fit.stop()

    def copy_python(self) -> None:
        try:
            self._copy(copying.python(self.fit))
        except InspectorError as error:
            self.failed.emit(error)

    def copy_command(self) -> None:
        self._copy(copying.command(self.fit))

    def report(self) -> None:
        """Asks for a name, and writes what differs and why under it."""
        path = ask_where_to_report(
            self,
            f"{os.path.splitext(self.fit.path)[0]} in {self.fit.model_name}.html",
        )
        if path:
            self.report_to(path)

    def report_to(self, path: str) -> None:
        """Writes a report, of the form that the ending of its name says."""
        work = reporting(path, partial(told, self.fit, self.story.verdict.text()))
        started(
            work,
            lambda written: self.said.emit(tr("Written to {path}", path=wording.safe(written))),
            self.failed.emit,
        )

    @property
    def takes_code(self) -> bool:
        return True

    def take_code(self, path: str) -> None:
        self.fit.chosen.choose(path, by_hand=True)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(tr("Copied"))

    # What the page tells

    @feeding
    def _show_view(self) -> None:
        self.story.notice.say("")
        self.setCurrentWidget(self.view)
        self._refresh()
        if self.fit.chosen.choice is None:
            self.side.field.setFocus()
        self.ready.emit()

    @feeding
    def _show_refusal(self) -> None:
        if self.fit.error is not None:
            self._refusal.show_error(self.fit.error, self.fit.path)
        self.setCurrentWidget(self._refusal)
        self.ready.emit()

    def _refresh(self) -> None:
        """The stage of the model: one thing at a time."""
        chosen = self.fit.chosen
        if self.fit.case.outcome is None:
            self.view.hide_pairs()
            self.story.show_text(*_words(chosen))
        if chosen.stage is Stage.ASKING_LEAVE and chosen.choice is not None:
            self.story.leave.ask(chosen.choice)
        if chosen.stage is Stage.FAILED and chosen.error is not None:
            self.story.show_failure(chosen.error)
        self._show_running()
        self._enable()
        self.ready.emit()

    def _show_running(self) -> None:
        chosen = self.fit.chosen
        if self.saving.is_busy:
            self.story.show_running(self.saving.words, self.saving.progress)
        else:
            self.story.show_running(tr(DOING.get(chosen.stage, "")), chosen.progress)

    def _show_case(self) -> None:
        self._show_running()
        self._enable()
        self.ready.emit()

    def _show_verdict(self) -> None:
        outcome, verdict = self.fit.case.outcome, self.fit.verdict
        if outcome is None or verdict is None:
            self.story.show_verdict("", True)
        else:
            self.story.show_verdict(*verdict_words(outcome.comparison, verdict))

    def _tell_change(self) -> None:
        self.story.notice.say(tr("The checkpoint changed on disk. What is shown is as it was read: F5 reads it again."))

    def _enable(self) -> None:
        case = self.fit.case
        self.mend_all.setEnabled(case.can_tick)
        self.python.setEnabled(case.outcome is not None)
        self.save.setEnabled(bool(case.steps) and not self.saving.is_busy)
        self.ability_changed.emit()


def _words(chosen: ChosenModel) -> tuple[str, str]:
    """What is said while there is nothing to compare: a headline, and a line below it."""
    missing = wording.safe(wording.names(chosen.missing_arguments), 200)
    return {
        Stage.EMPTY: (tr("Which model?"), tr(_WELCOME)),
        Stage.ASKING_LEAVE: (tr("May its code be run?"), tr("Nothing of it was run yet.")),
        Stage.CLASS: _of_classes(chosen),
        Stage.TRYING: (tr("Which of its models?"), ""),
        Stage.ARGUMENTS: (
            tr("Which arguments?"),
            tr("Write on the left what it must be told: {names}. Or have them found from the shapes.", names=missing),
        ),
    }.get(chosen.stage, ("", ""))


def _of_classes(chosen: ChosenModel) -> tuple[str, str]:
    """The question which class is meant, or what came of trying them all."""
    if not chosen.candidates:
        return tr("Which of its models?"), tr("Choose one of those on the left, or try them all.")
    best = chosen.candidates[0]
    if best.left == 0:
        return tr("{name} fits.", name=wording.safe(best.source.name, 80)), tr(
            "Take it on the left, where the others are too."
        )
    return tr("None of them fits wholly."), tr("Those that come nearest are on the left.")
