"""One checkpoint that is being fitted to a model: a page of the session.

The model's side is `chosen`, the causes and steps are `case`; this brings the two together, and asks torch itself
about whatever is shown.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ...workshop.requests import Model, Verdict
from ..open_page import OpenPage
from ..settings import Settings
from ..watching import stamp_of
from .case import Case
from .chosen_model import ChosenModel, reading
from .sentences import is_said
from .suggesting import Suggestion, suggestions

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint, Section
    from ...comparing.sides import Side


class OpenFit(OpenPage):
    """One tab that fits a checkpoint to a model."""

    opened = Signal()
    """`checkpoint` is there (for the first time, or read anew)."""
    refused = Signal()
    """`error` says why it cannot be opened."""
    section_changed = Signal()
    """Another part of the checkpoint is held against the model."""
    judged = Signal()
    """`verdict` is another."""

    def __init__(
        self, path: str, settings: Settings, parent: QObject | None = None, *, checkpoint: Checkpoint | None = None,
        model: str = "",
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.path = os.path.abspath(path)
        self.checkpoint = checkpoint
        self.error: InspectorError | None = None
        self.section = ""
        self.side: Side | None = None
        """The section that is held against the model, as it is in the file."""
        self.sections: tuple[Section, ...] = ()
        """The parts of the checkpoint that can be held against a model."""
        self.suggestions: tuple[Suggestion, ...] = ()
        self.verdict: Verdict | None = None
        """What torch says of what is shown; None while it was not asked."""
        self.chosen = ChosenModel(settings, self)
        self.case = Case(self)
        self._wanted = model
        self.section_is_chosen = False
        """Whether a person said which section is meant."""
        self.chosen.built.connect(self._hold)
        self.chosen.changed.connect(self._drop_what_is_past)
        self.chosen.changed.connect(self.renamed)
        for part in (self.chosen, self.case):
            part.broken.connect(self.broken)
        self.case.explained.connect(self._judge)
        self.case.mended.connect(self._judge)

    @property
    def name(self) -> str:
        choice = self.chosen.choice
        return f"{os.path.basename(self.path)} → {choice.name if choice is not None else tr('model')}"

    @property
    def place(self) -> str:
        choice = self.chosen.choice
        return f"{self.path}\n{choice.text}" if choice is not None else self.path

    @property
    def model_name(self) -> str:
        """What is loaded into, with its arguments: `Network(hidden_layers=[400, 200])`."""
        outcome = self.case.outcome
        return outcome.comparison.b.name if outcome is not None else ""

    @property
    def mended_side(self) -> Side | None:
        """The section with the ticked steps applied."""
        return self.case.outcome.comparison.a if self.case.outcome is not None else self.side

    def open(self) -> None:
        """Reads the checkpoint (again), and goes on from there."""
        known = self.checkpoint if self.side is None else None  # the first time it may be open already
        self.stop()
        self._watch.stop()
        self._run(_opening(self.path, known), self._take, self._refuse)

    def recipe(self) -> dict[str, Any]:
        return {"kind": "fit", "path": self.path}

    def choose_best_section(self) -> None:
        """Holds the part of the checkpoint against the model that suits it best."""
        self.section_is_chosen = False
        self._hold()

    def choose_section(self, section: str) -> None:
        """Holds another part of the checkpoint against the model."""
        self.section_is_chosen = True
        if section != self.section:
            self._hold(section)

    def solve(self) -> None:
        """Looks for constructor arguments that make the shapes fit."""
        if self.mended_side is not None:
            self.chosen.solve(self.mended_side)

    def try_all(self) -> None:
        """Looks which of the classes that were found fits best."""
        if self.side is not None:
            self.chosen.try_all(self.side)

    def check_disk(self) -> None:
        super().check_disk()
        self.chosen.check_disk()

    def stop(self) -> None:
        super().stop()
        self.chosen.stop()

    def close(self) -> None:
        super().close()
        self.case.stop()
        self.chosen.close()

    @property
    def is_busy(self) -> bool:
        return super().is_busy or self.chosen.is_running or self.case.is_busy

    def _take(self, found: _Opened) -> None:
        self.checkpoint, self.sections, self.side, self.suggestions = found
        self.section = self.side.section
        self.chosen.checkpoint = self.checkpoint
        self.error = None
        self._watch.watch(self.checkpoint.stamps or ((self.path, stamp_of(self.path)),))
        self.opened.emit()
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self.chosen.choose(wanted)
        else:
            self.chosen.begin()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            error = InspectorError(
                tr("An error in this program, {name}, stopped the reading.", name=type(error).__name__)
            )
        self.error = error
        self.refused.emit()

    def _hold(self, section: str | None = None) -> None:
        """Holds a section of the checkpoint - by itself the one that fits best - against the model that is there."""
        if self.checkpoint is None:
            return
        self._set_verdict(None)
        wanted = section if section is not None else self.section if self.section_is_chosen else None
        chosen = self.chosen
        work = _siding(self.checkpoint, wanted, chosen.model, chosen.arguments, chosen.other)
        self._run(work, self._hold_these, self._refuse)

    def _hold_these(self, found: _Sides) -> None:
        self.section, self.side, b, astray = found
        self.section_changed.emit()
        if b is not None:
            model = self.chosen.model
            self.case.hold(self.side, b, dict(model.initialisation) if model is not None else {}, astray)

    def _drop_what_is_past(self) -> None:
        """A model that is no more there has no causes: nothing old is shown beside the new sentence."""
        if self.chosen.model is None and self.chosen.other is None:
            self.case.clear()
            self._set_verdict(None)

    def _judge(self) -> None:
        """Asks torch itself about what is shown, unless the child has something else to do."""
        self._set_verdict(None)
        if self.chosen.can_judge and self.case.outcome is not None:
            self.chosen.judge(self.case.outcome.comparison.a, self._take_verdict)

    def _take_verdict(self, verdict: Verdict | None) -> None:
        self._set_verdict(verdict)
        if verdict is not None and self.case.outcome is not None and not is_said(self.case.outcome.comparison, verdict):
            self.case.correct(verdict)

    def _set_verdict(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        self.judged.emit()


class _Opened(NamedTuple):
    checkpoint: Checkpoint
    sections: tuple[Section, ...]
    side: Side
    suggestions: tuple[Suggestion, ...]


class _Sides(NamedTuple):
    section: str
    a: Side
    b: Side | None
    """The model, or another checkpoint; None while there is neither."""
    astray: tuple[str, ...]
    """What goes wrong when an optimizer of the model loads the state that is in the file."""


def _opening(path: str, known: Checkpoint | None) -> Generator[Progress, None, _Opened]:
    """Reads the file, unless it is known already, and sees what it may be."""
    from ...comparing.choosing import comparable
    from ...comparing.sides import of_checkpoint

    checkpoint = known or (yield from reading(path))
    yield Progress(1, 3, "steps", tr("listing"))
    sections = comparable(checkpoint)
    side = of_checkpoint(checkpoint, sections[0].key)
    yield Progress(2, 3, "steps", tr("recognising"))
    return _Opened(checkpoint, sections, side, suggestions(checkpoint, side))


def _siding(
    checkpoint: Checkpoint,
    section: str | None,
    model: Model | None,
    arguments: dict[str, object],
    other: Checkpoint | None,
) -> Generator[Progress, None, _Sides]:
    """The section that is meant, it as a side, and what it is held against: a model, or another checkpoint."""
    from ...comparing.choosing import choose, choose_for, weights
    from ...comparing.optimizer_loading import loads_wrongly
    from ...comparing.optimizers import lenses
    from ...comparing.sides import of_checkpoint
    from ...workshop.models import side_of

    yield Progress(0, 2, "steps", tr("listing"))
    b = None
    best = weights(checkpoint).key
    if model is not None:
        b = side_of(model, arguments)
        best = choose_for(checkpoint, b)
    elif other is not None:
        best, its = choose(checkpoint, other)
        b = of_checkpoint(other, its)
    yield Progress(1, 2, "steps", tr("listing"))
    section = best if section is None else section
    a = of_checkpoint(checkpoint, section)
    astray = tuple(said for lens in lenses(checkpoint, a) for said in loads_wrongly(lens, b)) if b is not None else ()
    return _Sides(section, a, b, astray)
