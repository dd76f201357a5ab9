"""Losses, accuracies and learning rates that the files of a training have stored, as curves; and which epoch is best.

The x of a curve is the epoch as `Member.epoch` counts it, so that curves and frames stand on one axis (where
`Training.axis` is `EPOCH`).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from typing import NamedTuple

from ..checkpoint.reading import open_checkpoint
from ..errors import InspectorError
from ..language import tr
from ..progress import Progress
from ..runs.histories import history_of
from ..runs.resume import resume_of
from ..wording import safe
from .best import Best, best_of
from .finding import stamps_now
from .members import EPOCH, Member, Training
from .opening import beside_of, curves_of

Points = tuple[tuple[float, float], ...]

ORDER = ("valid_loss", "train_loss", "accuracy", "best", "lr")
_MOST_READ = 3
"""Checkpoints in which a history is looked for, the last first."""


class Curve(NamedTuple):
    """One stored measure over the epochs. Values may be NaN or infinite: so a training ends that diverged."""

    measure: str
    """`train_loss`, `valid_loss`, `accuracy` (0 to 1), `best` (validation loss so far) or `lr`."""
    points: Points
    """(epoch, value), by epoch. Where the training has no epochs, (`Member.at`, value)."""
    from_history: frozenset[float] = frozenset()
    """The epochs whose values come from a history inside a file, and not from a checkpoint of that epoch."""


class Stored(NamedTuple):
    """What the files have stored."""

    curves: tuple[Curve, ...] = ()
    """Those that there are; validation loss first, then training loss, accuracy, best, lr."""
    best: Best | None = None
    refusals: tuple[str, ...] = ()
    """Sentences: histories that could not be read."""

    def curve(self, measure: str) -> Points:
        """The points of one measure; none where it is not stored."""
        return next((curve.points for curve in self.curves if curve.measure == measure), ())


def reading(training: Training) -> Generator[Progress, None, Stored]:
    """Reads what is stored: numbers of each checkpoint, and whole histories inside the last ones."""
    said = {measure: dict(_of_members(training, measure)) for measure in ORDER}
    refusals: list[str] = []
    histories: dict[str, dict[float, float]] = {}
    for done, member in enumerate(_last(training)):
        yield Progress(done, _MOST_READ, "files", member.name)
        try:
            histories = _history(member)
        except InspectorError as error:
            if stamps_now(member.path) == member.stamps:  # of one that changed its frame tells
                name = safe(member.name, 80)
                refusals.append(tr("The history in `{name}` cannot be read: {why}", name=name, why=str(error)))
        if histories:
            break
    _choose_rates(training, said, histories)
    curves = tuple(_curve(measure, said[measure], histories.get(measure, {})) for measure in ORDER)
    curves = tuple(curve for curve in curves if curve.points)
    return Stored(curves, best_of(training, {curve.measure: curve.points for curve in curves}), tuple(refusals))


def _choose_rates(
    training: Training, said: dict[str, dict[float, float]], histories: dict[str, dict[float, float]]
) -> None:
    """Learning rates are of one kind only: those with which epochs were trained, as our own files have them, or those
    that stand in the optimizers, with which the next was trained where a scheduler had stepped."""
    if any(member.is_own for member in training.members) and histories.get("lr"):
        said["lr"] = {}
    elif said["lr"]:
        histories.pop("lr", None)


def _of_members(training: Training, measure: str) -> Iterator[tuple[float, float]]:
    """What each checkpoint says of itself. One that was saved within an epoch says it of the epoch before."""
    for member in training.drawn:
        value = member.measures.get(measure)
        if measure == "lr":
            value = member.rates[0] if member.rates else value
        if value is not None:
            yield (math.floor(member.at) if member.is_own and training.axis == EPOCH else member.at), value


def _last(training: Training) -> list[Member]:
    if training.axis != EPOCH:
        return []
    known = [member for member in training.members if member.epoch is not None]
    return sorted(known, key=lambda member: (-member.at, not member.twin_of))[:_MOST_READ]


def _history(member: Member) -> dict[str, dict[float, float]]:
    """The curves inside of a file, at the epochs as the files count them. A single value is no curve: it is among the
    member's own. Raises InspectorError."""
    beside = beside_of(member)
    if beside is not None:
        return {measure: dict(points) for measure, points in beside.curves.items()}
    checkpoint = open_checkpoint(member.path)
    resume = resume_of(checkpoint)
    shift = 0.0
    if not resume.is_own and member.epoch_from == "file" and member.epoch is not None:
        shift = resume.epoch - 1 - member.epoch
    curves = curves_of(history_of(checkpoint, resume))
    return {role: {x - shift: y for x, y in points} for role, points in curves if len(points) > 1}


def _curve(measure: str, own: Mapping[float, float], history: Mapping[float, float]) -> Curve:
    """What the checkpoints say themselves goes before what a history says."""
    points = sorted({**history, **own}.items())
    return Curve(measure, tuple(points), frozenset(history.keys() - own.keys()))
