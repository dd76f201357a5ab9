"""A case as one sees it: what it comes from, the story, the keys. Whatever question the panel answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from ...comparing.causes import Cause
from ...comparing.steps import Step
from ..arranging.plain_values import as_plain, from_plain
from ..comparing.pair_deeds import FOR_PAIRS, pair_deeds
from ..comparing.pair_view import PairView
from ..settings import Settings
from ..widgets.flow_layout import FlowLayout
from ..widgets.shared_room import SharedRoom
from .case import Case
from .story import Story

_STATE = "case_splitter"
STEPS: dict[str, type] = {kind.__name__: kind for kind in get_args(Step)}
"""The steps that can be ticked, by the names under which they are remembered."""


class CaseView(SharedRoom):
    """Three columns: a side, the story of the case, the pairs of its keys. Choosing a cause sets off its keys."""

    def __init__(self, case: Case, side: QWidget, settings: Settings) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._case = case
        self._settings = settings
        self.side = side
        self.story = Story(case)
        self.pairs = PairView()
        for widget in (side, self.story, self.pairs):
            self.addWidget(widget)
        self.setSizes([314, 416, 710])
        self.setStretchFactor(1, 2)
        self.setStretchFactor(2, 3)
        state = settings.state(_STATE)
        if state is not None:
            self.restoreState(state)
        self.story.causes.chosen.connect(self._mark)
        self._pairs_later: dict[str, Any] = {}
        """How the keys are to be looked at, once there are some."""
        case.changed.connect(self.show_pairs)
        self.pairs.hide()

    def show_pairs(self) -> None:
        """Shows the keys as they are with the ticked steps."""
        outcome = self._case.outcome
        self.pairs.setVisible(outcome is not None)
        if outcome is not None:
            self.pairs.show(tree=outcome.tree)
            later, self._pairs_later = self._pairs_later, {}
            if later:
                self._look(later)
            if not self.pairs.view.columns.is_arranged:  # the shapes are as long as they differ
                self.pairs.view.columns.fit()
                self.pairs.view.share_room()

    def able(self) -> frozenset[str]:
        """The names of the actions that make sense for the case as it is."""
        case = self._case
        if case.outcome is None:
            return frozenset()
        able = FOR_PAIRS if self.pairs.view.current() >= 0 else FOR_PAIRS - {"copy_key", "copy_row"}
        offered = {"tick_all": case.can_tick, "report": True}
        return able | {name for name, is_so in offered.items() if is_so}

    def deeds(self, copy: Callable[[str], None]) -> dict[str, Callable[[], object]]:
        """What they do; `copy` puts a text on the clipboard."""
        case = self._case
        return {
            "tick_all": case.tick_all,
            **pair_deeds(self.pairs, copy),
        }

    def arrangement(self) -> dict[str, Any]:
        """The ticked steps, the cause that is set off, and how the keys are looked at."""
        ticked = sorted((as_plain(step) for step in self._case.ticked), key=repr)
        if self._case.outcome is None:
            return {"ticked": ticked, **self._pairs_later}
        return {"ticked": ticked, "cause": self.story.causes.place, **self.pairs.arrangement()}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """Ticks these steps, and looks at the keys so, at once or when there are some."""
        if isinstance(wanted.get("ticked"), list):
            steps = [from_plain(each, STEPS) for each in wanted["ticked"]]
            self._case.tick_these(frozenset(step for step in steps if type(step) in STEPS.values()))
        pairs = {name: value for name, value in wanted.items() if name != "ticked"}
        if self._case.outcome is not None and not self._case.is_busy:
            self._look(pairs)
        else:
            self._pairs_later |= pairs

    def _look(self, wanted: Mapping[str, Any]) -> None:
        self.story.causes.go_to(wanted.get("cause"))
        self.pairs.arrange(wanted)

    def keep_state(self) -> None:
        """Remembers how the room is shared."""
        if self.pairs.isVisibleTo(self):
            self._settings.keep_state(_STATE, self.saveState())

    def hide_pairs(self) -> None:
        self.pairs.hide()

    def _mark(self, cause: Cause | None) -> None:
        self.pairs.mark(cause.keys if cause is not None else ())


class Foot(QWidget):
    """The buttons below the story: what is done with a case once it is understood."""

    def __init__(self) -> None:
        super().__init__()
        self._row = FlowLayout(self, across=8, is_last=True)
        self._row.setContentsMargins(20, 8, 20, 12)

    def offer(self, text: str, tip: str, act, *, main: bool = False) -> QPushButton:  # type: ignore[no-untyped-def]
        """Adds a button."""
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setProperty("main", main)
        button.clicked.connect(lambda: act())
        self._row.addWidget(button)
        return button
