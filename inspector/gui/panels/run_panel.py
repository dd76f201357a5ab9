"""Does training go on from here as if it had never stopped? How good is it? The panel of one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ...language import marked, tr
from ..running import copying, run_arrangement
from ..running.closing import ClosingQuestion
from ..running.headlines import facts
from ..running.open_run import OpenRun
from ..running.ready_view import ReadyView
from ..running.run_state import READY, RunState
from ..running.run_view import RunView
from ..running.setup_deeds import as_set_up, words_for
from ..running.setup_side import SetupSide
from ..running.tested_view import TestedView
from ..settings import Settings
from ..widgets.banner import Banner
from ..widgets.segments import Segments
from ..widgets.shared_room import SharedRoom
from .page_panel import PagePanel, feeding
from .pages import LoadingPage, RefusalPage

_STATE = "ready_splitter"
SETUP, TRAINING, RESULTS = marked("Set-Up"), marked("Training"), marked("Results")


class RunPanel(PagePanel):
    """One checkpoint that is trained on and tested."""

    def __init__(self, page: OpenRun, settings: Settings) -> None:
        super().__init__(page)
        self.run = page
        self._settings = settings
        self.setup = SetupSide(page)
        self.ready_view = ReadyView(page)
        self.training = RunView(page, settings)
        self.results = TestedView(page)
        self._set_up = as_set_up(page.setup)
        self.views = QStackedWidget()
        self.segments = Segments(tr("View"))
        self.question = ClosingQuestion(page)
        self.notice = Banner("i", tone="accent")
        self.notice.offer_closing()
        self._loading = LoadingPage(page.name)
        self._refusal = RefusalPage()
        self._content = QWidget()
        self._lay_out()
        for widget in (self._loading, self._content, self._refusal):
            self.addWidget(widget)
        self._connect()
        self._show_state()

    def _lay_out(self) -> None:
        self._splitter = SharedRoom(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.setup)
        self._splitter.addWidget(self.ready_view)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([370, 1000])
        state = self._settings.state(_STATE)
        if state is not None:
            self._splitter.restoreState(state)
        rooms = {"ready": self._splitter, **self.training.rooms, "results": self.results.results.splitter}
        for name, room in rooms.items():
            self.rooms.add(name, room)
        folds = {"steps": self.setup.data.steps, "options": self.setup.training.option_fold}
        for name, fold in {**self.setup.sections, **folds, "output": self.training.output}.items():
            self.folds.add(name, fold)
        for widget in (self._splitter, self.training, self.results):
            self.views.addWidget(widget)
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 6, 14, 0)
        row.addWidget(self.segments)
        row.addStretch(1)
        self._bar = bar
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.question, self.notice, bar):
            column.addWidget(widget)
        column.addWidget(self.views, 1)

    def _connect(self) -> None:
        page = self.run
        page.opened.connect(self._show_content)
        page.refused.connect(self._show_refusal)
        page.changed_on_disk.connect(self._tell_change)
        page.state_changed.connect(self._show_state)
        page.setup_changed.connect(self.ability_changed)
        page.looked.connect(self.ability_changed)
        page.began.connect(lambda _began: self.ready.emit())
        page.ended.connect(lambda _how: self._show_state())
        page.setup.changed.connect(self._tell_set_up)
        page.fit.chosen.told_by_hand.connect(self.altered)
        page.fit.chosen.chosen_by_hand.connect(self.arranged)
        self.setup.model.side.chosen_by_hand.connect(self.arranged)
        self.setup.model.side.form.did.connect(self.did)
        self.training.plot.head.arranged.connect(self.arranged)
        self.training.plot.gesture.did.connect(self.did)
        self.results.results.arranged.connect(self.arranged)
        self.results.results.arranging.connect(self.arranging)
        page.tested.connect(lambda _tested: self.rearranged.emit())
        self.segments.chosen.connect(self._choose_view)
        self.setup.why_asked.connect(lambda: self.fit_asked.emit(page.path, _model(page)))
        self.training.open_asked.connect(self.open_asked)
        self.training.progress.more_asked.connect(lambda: self.train_on_asked.emit(page.latest))
        self.training.compare_asked.connect(self.compare_asked)
        self._refusal.retry_requested.connect(page.open)
        self._refusal.close_requested.connect(self.close_requested)

    # What the window asks

    @property
    def has_content(self) -> bool:
        return self.currentWidget() is self._content

    def summary(self) -> str:
        return facts(self.run)

    def able(self) -> frozenset[str]:
        page, state = self.run, self.run.state
        has_record = page.record is not None
        offered = {
            "reload": state in READY,
            "stop": page.is_busy,
            "start_run": page.can_start or page.can_resume,
            "pause_run": state in (RunState.RUNNING, RunState.PAUSED),
            "stop_now": state not in READY,
            "test": page.can_test,
            "test_all": page.can_test and bool(page.latest or page.series),
            "log_scale": has_record,
            "copy_command": page.has_model,
        }
        return frozenset(name for name, is_so in offered.items() if is_so)

    def deeds(self) -> dict[str, Callable[[], object]]:
        page = self.run
        return {
            "stop": page.stop_soon,
            "start_run": self.start,
            "pause_run": self.pause_or_go_on,
            "stop_now": page.stop_now,
            "test": page.test,
            "test_all": page.test_all,
            "log_scale": self.training.plot.logarithmic.toggle,
            "copy_command": self.copy_command,
        }

    def arrangement(self) -> dict[str, Any]:
        return {
            **run_arrangement.arrangement(self.run),
            "view": self.views.currentIndex(),
            "curves": self.training.plot.head.arrangement(),
            "results": self.results.results.arrangement(),
        }

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        run_arrangement.arrange(self.run, wanted)
        if isinstance(wanted.get("curves"), dict):
            self.training.plot.head.arrange(wanted["curves"])
        if isinstance(wanted.get("results"), dict):
            self.results.results.arrange(wanted["results"])
        view = wanted.get("view")
        if isinstance(view, int) and 0 <= view < self.views.count() and self.views.widget(view) in self._offered():
            self.views.setCurrentIndex(view)
            self._show_segments()

    def holds(self, names: frozenset[str]) -> bool:
        return self.run.state not in READY and not names.isdisjoint(run_arrangement.NAMES)

    def keep_state(self) -> None:
        self.training.keep_state()
        self._settings.keep_state(_STATE, self._splitter.saveState())

    @property
    def takes_code(self) -> bool:
        return self.run.state in READY

    def take_code(self, path: str) -> None:
        if self.takes_code:
            self.run.fit.chosen.choose(path, by_hand=True)

    def asks_to_stay(self, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None) -> bool:
        if not self.run.is_training:
            return False
        self.question.ask(then, otherwise)
        return True

    # What a person asks

    def start(self) -> None:
        """Starts; where something that was stopped is looked at, goes on with that."""
        if self.views.currentWidget() is not self._splitter and self.run.can_resume:
            self.run.resume()
        else:
            self.run.start()

    def pause_or_go_on(self) -> None:
        if self.run.state is RunState.PAUSED:
            self.run.go_on()
        else:
            self.run.pause()

    def copy_command(self) -> None:
        """Copies the command that does the same in the terminal."""
        QGuiApplication.clipboard().setText(copying.command(self.run))
        self.said.emit(tr("Copied"))

    def show_view(self, name: str) -> None:
        """Looks at `SETUP`, `TRAINING` or `RESULTS`."""
        views: dict[str, QWidget] = {SETUP: self._splitter, TRAINING: self.training, RESULTS: self.results}
        self.views.setCurrentWidget(views[name])
        self._show_segments()

    # What the page tells

    @feeding
    def _show_content(self) -> None:
        self.notice.say("")
        self.setCurrentWidget(self._content)
        self.ready.emit()

    @feeding
    def _show_refusal(self) -> None:
        if self.run.error is not None:
            self._refusal.show_error(self.run.error, self.run.path)
        self.setCurrentWidget(self._refusal)
        self.ready.emit()

    def _show_state(self) -> None:
        """Goes to where something happens now."""
        state = self.run.state
        self.setup.setEnabled(state in READY)
        if state is not self._seen:
            if state in (RunState.WAITING, RunState.RUNNING) and self._seen in READY:
                self.show_view(TRAINING)
            elif state is RunState.TESTING:
                self.show_view(RESULTS)
            elif self._seen is RunState.WAITING and self.run.record is None:  # it left the queue: there is no run
                self.show_view(SETUP)
        self._seen = state
        self._show_segments()
        self.ability_changed.emit()
        self.ready.emit()

    _seen = RunState.IDLE
    _names: Sequence[str] = ()
    """The views on offer."""

    def _show_segments(self) -> None:
        """Only what there is something to see of."""
        offered = self._offered()
        names = list(offered.values())
        shown = next((number for number, view in enumerate(offered) if view is self.views.currentWidget()), 0)
        self._names = names
        self.segments.show_choices([tr(name) for name in names], shown)
        self._bar.setVisible(len(names) > 1)

    def _offered(self) -> dict[QWidget, str]:
        """The views of which there is something to see, with their names."""
        page = self.run
        offered: dict[QWidget, str] = {self._splitter: SETUP}
        if page.record is not None or page.state is RunState.WAITING:
            offered[self.training] = TRAINING
        if page.results or page.state is RunState.TESTING or page.has_tested:
            offered[self.results] = RESULTS
        return offered

    def _choose_view(self, number: int) -> None:
        self.show_view(self._names[number])
        self.arranged.emit(tr("Show {page}", page=tr(self._names[number])))

    def _tell_set_up(self) -> None:
        before, self._set_up = self._set_up, as_set_up(self.run.setup)
        words = words_for(before, self._set_up, self.run.setup)
        if words and self.has_content and self.run.state in READY:
            self.altered.emit(words)

    def _tell_change(self) -> None:
        self.notice.say(tr("The checkpoint changed on disk. What is shown is as it was read: F5 reads it again."))


def _model(page: OpenRun) -> str:
    """The class that was chosen, as it is written; empty while none is."""
    choice = page.fit.chosen.choice
    return choice.text if choice is not None else ""
