"""How did this training go? The page of a run of checkpoints: being found, refused, or its film strip."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QFileDialog

from ... import wording
from ...checkpoint.text_files import writing
from ...language import tr
from ..actions import FOR_A_SERIES
from ..class_making import Importing
from ..export import started
from ..series.frame_words import row_name
from ..series.open_series import OpenSeries
from ..series.series_text import as_csv, command
from ..settings import Settings
from ..timers import one_shot
from .detail_side import loading
from .page_panel import PagePanel, feeding
from .pages import LoadingPage, RefusalPage

if TYPE_CHECKING:
    from ..series.series_view import SeriesView

_STATE = "series_splitter"
STRIP, TABLE = 0, 1
"""The views."""


class SeriesPanel(PagePanel):
    """One training, over its checkpoints."""

    def __init__(self, page: OpenSeries, settings: Settings) -> None:
        super().__init__(page)
        self.series = page
        self._settings = settings
        self._is_painted = False
        self._loading = LoadingPage(os.path.basename(page.folder) or page.folder)
        self._refusal = RefusalPage()
        self.view: SeriesView | None = None
        self._piece = one_shot(self, 0, self._make_piece)
        for widget in (self._loading, self._refusal):
            self.addWidget(widget)
        page.found.connect(self._show_content)
        page.refused.connect(self._show_refusal)
        page.looked.connect(self._loading.show_progress)
        page.measured.connect(self.ability_changed)
        page.told.connect(self.ready)
        self._refusal.retry_requested.connect(page.open)
        self._refusal.close_requested.connect(self.close_requested)
        job = Importing(loading())  # the plots, beside the window
        job.succeeded.connect(self._take_plots)
        job.failed.connect(page.broken)
        job.start()

    # What the window asks

    @property
    def has_content(self) -> bool:
        return self.view is not None and self.currentWidget() is self.view

    def summary(self) -> str:
        training = self.series.training
        if training is None or not self.has_content:
            return ""
        nbytes = sum(stamp.nbytes for member in training.drawn for _, stamp in member.stamps)
        return "   ·   ".join((wording.plural(len(training.drawn), "checkpoint"), wording.size(nbytes)))

    def able(self) -> frozenset[str]:
        if not self.has_content or self.view is None:
            return frozenset(("reload", "stop"))
        lacking = set() if self.view.choice.pair() is not None else {"compare"}
        return FOR_A_SERIES - lacking - (set() if self.series.frames else {"export", "test_all"})

    def deeds(self) -> dict[str, Callable[[], object]]:
        if self.view is None:
            return {"stop": self.series.stop}
        view = self.view
        return {
            "compare": self.compare,
            "run": self.train_on,
            "test_all": self.test_all,
            "export": self.export,
            "copy_command": lambda: self._copy(command(self.series)),
            "copy_key": self.copy_key,
            "copy_row": view.table.copy,
            "expand_all": lambda: self._open_all(True),
            "collapse_all": lambda: self._open_all(False),
            "show_tree": lambda: (view.matrix if view.views.currentIndex() == STRIP else view.table).setFocus(),
            "log_scale": self.toggle_log,
            "measure": self.series.open,
            "stop": self.series.stop,
        }

    def arrangement(self) -> dict[str, Any]:
        assert self.view is not None
        view, choice, training = self.view, self.view.choice, self.series.training
        drawn = training.drawn if training is not None else ()
        return {
            "measure": choice.measure,
            "view": view.views.currentIndex(),
            "story": view.stories.place,
            "fit": view.fit.isChecked(),
            "logarithmic": self._is_logarithmic,
            "stored": view.stored.kind,
            "open": choice.open_keys(),
            "checkpoint": drawn[choice.place].path if 0 <= choice.place < len(drawn) else "",
            "layer": choice.rows.keys[choice.row] if choice.rows is not None and choice.row < len(choice.rows) else "",
            "marked": [drawn[place].path for place in choice.marked],
        }

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        assert self.view is not None
        view, choice = self.view, self.view.choice
        self._arrange_view(wanted)
        view.stories.go_to(wanted.get("story"))
        opened = wanted.get("open")
        if isinstance(opened, list) and all(isinstance(key, str) for key in opened):
            choice.open_only(opened)
        row = choice.rows.row_of(wanted["layer"]) if choice.rows and isinstance(wanted.get("layer"), str) else -1
        place = self._place_of(wanted.get("checkpoint"))
        choice.go_to(place if place >= 0 else None, row if row in choice.shown else None)
        marked = wanted.get("marked")
        if isinstance(marked, list):
            choice.mark([place for place in map(self._place_of, marked) if place >= 0])
        view.stored.renew()

    def _arrange_view(self, wanted: Mapping[str, Any]) -> None:
        assert self.view is not None
        view = self.view
        if isinstance(wanted.get("measure"), str):
            view.choice.measure_by(wanted["measure"])
        if wanted.get("view") in (STRIP, TABLE):
            view.show_view(wanted["view"])
        if isinstance(wanted.get("fit"), bool):
            view.fit.setChecked(wanted["fit"])
            view.axis.fit(wanted["fit"])
        if isinstance(wanted.get("logarithmic"), bool):
            self._set_logarithmic(wanted["logarithmic"])
        if isinstance(wanted.get("stored"), str):
            view.stored.show_kind(wanted["stored"])

    def _place_of(self, path: object) -> int:
        training = self.series.training
        drawn = training.drawn if training is not None else ()
        return next((place for place, member in enumerate(drawn) if member.path == path), -1)

    def keep_state(self) -> None:
        if self.view is not None:
            self._settings.keep_state(_STATE, self.view.splitter.saveState())

    # What a person asks

    def ask(self, name: str) -> None:
        """Does what a button or a key asks for."""
        deeds = {**self.deeds(), "open": self.open_chosen}
        deeds[name]()

    def open_chosen(self) -> None:
        """Opens the chosen checkpoint in a tab of its own."""
        path = self._chosen()
        if path:
            self.open_asked.emit(path)

    def compare(self) -> None:
        """Compares the two marked checkpoints, or the chosen one with the one before it."""
        training = self.series.training
        pair = self.view.choice.pair() if self.view is not None else None
        if pair is not None and training is not None:
            self.compare_asked.emit(*(training.drawn[place].path for place in pair))

    def train_on(self) -> None:
        if self._chosen():
            self.train_on_asked.emit(self._chosen())

    def test_all(self) -> None:
        """Has all checkpoints that could be measured tested, in order."""
        training, frames = self.series.training, self.series.frames
        drawn = training.drawn if training is not None else ()
        paths = [m.path for m in drawn if m.path in frames and not frames[m.path].problem]
        if paths:
            self.tests_asked.emit(paths)

    def export(self) -> None:
        """Asks for a name, and writes all figures under it."""
        beside = os.path.join(self.series.folder, "epochs.csv")
        path, _ = QFileDialog.getSaveFileName(self, tr("Export Figures"), beside, tr("CSV table (*.csv)"))
        if path:
            self.export_to(path if os.path.splitext(path)[1] else f"{path}.csv")

    def export_to(self, path: str) -> None:
        """Writes all figures as CSV."""
        work = writing(path, as_csv(self.series), tr("The figures were not exported"))
        started(work, lambda path: self.said.emit(tr("Written to {path}", path=wording.safe(path))), self.failed.emit)

    def copy_key(self) -> None:
        """Copies the name of the chosen layer."""
        if self.view is not None and self.series.rows is not None:
            self._copy(row_name(self.series.rows, self.view.choice.row))

    def toggle_log(self) -> None:
        self._set_logarithmic(not self._is_logarithmic)
        self.arranged.emit(tr("Logarithmic Axis"))

    _is_logarithmic = False

    def _set_logarithmic(self, wanted: bool) -> None:
        assert self.view is not None
        self._is_logarithmic = wanted
        for plot in (self.view.stored, self.view.layer):
            plot.set_logarithmic(wanted)
            plot.renew()

    def _open_all(self, wanted: bool) -> None:
        assert self.view is not None
        self.view.choice.open_all(wanted)
        self.arranged.emit(tr("Expand All") if wanted else tr("Collapse All"))

    def _chosen(self) -> str:
        training = self.series.training
        place = self.view.choice.place if self.view is not None else -1
        return training.drawn[place].path if training is not None and 0 <= place < len(training.drawn) else ""

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(tr("Copied"))

    # What the page tells

    def _take_plots(self, _result: object) -> None:
        self._has_plots = True
        if self.series.training is not None and self.series.error is None:
            self._show_content()

    _has_plots = False

    @feeding
    def _show_content(self) -> None:
        if not self._has_plots:
            return
        if self.view is None:
            self._begin_view()
            return
        self.setCurrentWidget(self.view)
        self.ready.emit()

    _making: Generator[None, None, SeriesView] | None = None

    def _begin_view(self) -> None:
        """The view is made piece by piece, while the work at the page waits."""
        from ..series.series_view import making

        if self._making is None:
            self._making = making(self.series)
            self.series.turns.take()
            self._piece.start()

    @feeding
    def _make_piece(self) -> None:
        assert self._making is not None
        try:
            next(self._making)
            self._piece.start()
        except StopIteration as end:
            self.series.turns.give()
            self.view = self._connected(end.value)
            self.addWidget(self.view)
            self.view.show_training()
            self._show_content()
        except Exception:
            self.series.turns.give()
            raise

    def _connected(self, view: SeriesView) -> SeriesView:
        state = self._settings.state(_STATE)
        if state is not None:
            view.splitter.restoreState(state)
        self.rooms.add("strip", view.splitter)
        view.asked.connect(self.ask)
        view.done.connect(self.arranged)
        view.going.connect(self.arranging)
        view.did.connect(self.did)
        view.choice.changed.connect(self.ability_changed)
        view.choice.opened.connect(self.rearranged)
        view.table.copied.connect(lambda: self.said.emit(tr("Copied")))
        return view

    @feeding
    def _show_refusal(self) -> None:
        if self.series.error is not None:
            self._refusal.show_error(self.series.error, self.series.place)
        self.setCurrentWidget(self._refusal)
        self.ready.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self.painted.emit)
