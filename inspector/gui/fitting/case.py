"""A case: two sides, why they do not fit, which of the steps are ticked, and what is left with these.

Requests are `hold`, `tick`, `tick_these`, `correct`, `clear`; that there is something else to show is told by
`changed`. All of it is worked out by jobs, the latest wins. Whatever the two sides come from - a file and a model, two
files, an error message - a case looks the same.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...language import tr
from ...progress import Progress
from ..jobs import LatestJob

if TYPE_CHECKING:
    from ...comparing.causes import Cause, Explanation
    from ...comparing.diffing import Comparison
    from ...comparing.receipt import Receipt
    from ...comparing.sides import Side
    from ...comparing.steps import Step
    from ...workshop.requests import Verdict
    from ..item_models.pair_rows import PairTree


@dataclass(frozen=True, slots=True)
class Before:
    """What the causes explain: the two sides with no step taken."""

    comparison: Comparison
    lines: frozenset[str]
    """The keys that `load_state_dict` complains of."""
    in_file: frozenset[str]
    """The keys that the file has."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is when some steps are ticked."""

    comparison: Comparison
    """The file, mended by these steps, held against the model."""
    receipt: Receipt | None
    """What loading would do; None for an error message, which does not say what else the model has."""
    tree: PairTree
    """The same as rows."""
    initial: int
    """How many keys of the model the steps leave at their initialisation."""
    refusals: dict[int, str]
    """Number of a cause -> why its step, though ticked, could not be taken."""


class Case(QObject):
    """Two sides and what is to be said of them."""

    explained = Signal()
    """`explanation` and `outcome` are there, of sides that were not held before (or hold something new)."""
    mended = Signal()
    """`outcome` is another, because of other ticks."""
    changed = Signal()
    """Either of the two; or torch itself said something else than was thought."""
    chosen = Signal(str)
    """A person ticked steps, or took ticks back; in a few words."""
    broken = Signal(object)
    """An exception that is an error of this program: explaining has no other way to fail."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.explanation: Explanation | None = None
        self.outcome: Outcome | None = None
        self.before: Before | None = None
        self.ticked: frozenset[Step] = frozenset()
        self.astray: tuple[str, ...] = ()
        """What the state of an optimizer would do, in sentences; empty where nothing is wrong with it."""
        self._initialisation: dict[str, str] = {}
        self._latest = LatestJob()

    # What it is

    @property
    def causes(self) -> tuple[Cause, ...]:
        return self.explanation.causes if self.explanation is not None else ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The ticked steps that could be taken, in the order in which they are."""
        refused = self.outcome.refusals if self.outcome is not None else {}
        taken = (cause for place, cause in enumerate(self.causes) if place not in refused)
        return tuple(cause.step for cause in taken if cause.step is not None and cause.step in self.ticked)

    @property
    def is_busy(self) -> bool:
        return self._latest.is_running

    def is_ticked(self, cause: Cause) -> bool:
        return cause.step is not None and cause.step in self.ticked

    # What can be asked

    def hold(
        self, a: Side, b: Side, initialisation: dict[str, str] | None = None, astray: tuple[str, ...] = ()
    ) -> None:
        """Explains side `a` against side `b`; steps that are ticked stay so where the new causes have them too."""
        self.astray = astray
        self._initialisation = dict(initialisation or {})
        self._run(_explaining(a, b, self.ticked, self._initialisation), self._take_explanation)

    def tick(self, cause: Cause, ticked: bool = True) -> None:
        """Takes the step of a cause, or takes it back."""
        assert cause.step is not None
        one = frozenset((cause.step,))
        self._change(self.ticked | one if ticked else self.ticked - one)

    @property
    def can_tick(self) -> bool:
        """Whether there is a step that may be taken without a second thought, and is not taken."""
        return bool(_sure(self.causes) - self.ticked)

    def tick_all(self) -> None:
        """Takes every step that may be taken without a second thought."""
        self._change(self.ticked | _sure(self.causes))

    def tick_these(self, ticked: frozenset[Step]) -> None:
        """Takes these steps and no others, as far as the causes have them; nobody ticked them just now."""
        if ticked != self.ticked:
            self._tick_these(ticked)

    def correct(self, verdict: Verdict) -> None:
        """Takes torch's word for what is shown: its modules may have ways of their own to load."""
        if self.outcome is not None:
            self._run(_correcting(self.outcome, verdict, self._initialisation), self._take_correction)

    def clear(self) -> None:
        """Holds nothing any more."""
        self.stop()
        self.explanation = self.outcome = self.before = None

    def stop(self) -> None:
        self._latest.cancel()

    # How it goes

    def _change(self, ticked: frozenset[Step]) -> None:
        if ticked != self.ticked:
            more = len(ticked) > len(self.ticked)
            self._tick_these(ticked)
            self.chosen.emit(tr("Tick Step") if more else tr("Untick Step"))

    def _tick_these(self, ticked: frozenset[Step]) -> None:
        self.ticked = ticked
        if self.explanation is not None:
            self._run(_mending(self.explanation, ticked, self._initialisation), self._take_outcome)

    def _take_explanation(self, found: tuple[Explanation, Before, Outcome]) -> None:
        self.explanation, self.before, self.outcome = found
        self.explained.emit()
        self.changed.emit()

    def _take_outcome(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.mended.emit()
        self.changed.emit()

    def _take_correction(self, found: tuple[Before, Outcome]) -> None:
        before, self.outcome = found
        if not self.steps:
            self.before = before
        self.changed.emit()

    def _run(self, work: Generator[Any, None, Any], succeeded: Callable[[Any], None]) -> None:
        self._latest.start(work, succeeded, self.broken.emit)


def _sure(causes: tuple[Cause, ...]) -> frozenset[Step]:
    """The steps of causes that are not merely possible."""
    from ...comparing.causes import POSSIBLE

    return frozenset(cause.step for cause in causes if cause.step is not None and cause.confidence != POSSIBLE)


def _explaining(
    a: Side, b: Side, ticked: frozenset[Step], initialisation: dict[str, str]
) -> Generator[Progress, None, tuple[Explanation, Before, Outcome]]:
    from ...comparing.explaining import explaining

    explanation = yield from explaining(a, b)
    outcome = yield from _mending(explanation, ticked, initialisation)
    return explanation, _before(explanation.before), outcome


def _mending(
    explanation: Explanation, ticked: frozenset[Step], initialisation: dict[str, str]
) -> Generator[Progress, None, Outcome]:
    """The ticked steps one after the other; one that cannot be taken is left out, and says why."""
    from ...comparing.diffing import compare
    from ...comparing.mending import apply
    from ...errors import InspectorError

    a, b = explanation.before.a, explanation.before.b
    refusals: dict[int, str] = {}
    for place, cause in enumerate(explanation.causes):
        if cause.step is not None and cause.step in ticked:
            yield Progress(place, len(explanation.causes), "causes")
            try:
                a = apply(a, (cause.step,), b)
            except InspectorError as error:
                refusals[place] = str(error)
    comparison = compare(a, b)
    yield Progress(1, 1, "causes")
    return _outcome(comparison, initialisation, refusals)


def _correcting(
    outcome: Outcome, verdict: Verdict, initialisation: dict[str, str]
) -> Generator[Progress, None, tuple[Before, Outcome]]:
    from ...comparing.diffing import as_told

    yield Progress(0, 1, "verdicts")
    mismatched = [key for key, _, _ in verdict.mismatched]
    comparison = as_told(outcome.comparison, verdict.missing, verdict.unexpected, mismatched)
    return _before(comparison), _outcome(comparison, initialisation, outcome.refusals)


def _before(comparison: Comparison) -> Before:
    return Before(comparison, comparison.complaints, frozenset(item.key for item in comparison.a.items))


def _outcome(comparison: Comparison, initialisation: dict[str, str], refusals: dict[int, str]) -> Outcome:
    from ...comparing.receipt import receipt
    from ..item_models.pair_rows import PairTree

    known = receipt(comparison, initialisation) if comparison.a.kind != "error" else None
    initial = sum(item.made is not None and item.made.operation == "initial" for item in comparison.a.items)
    tree = PairTree(comparison)
    tree.has_values = False  # of two checkpoints too: here it is asked what loads
    return Outcome(comparison, known, tree, initial, refusals)
