"""The curves that a file has stored, as points over the epochs that are done.

    history_of(checkpoint).train_loss           ((1.0, 1.43), (2.0, 0.35) ...)

A list of as many values as epochs are done has one for each; one that is much longer has one for each batch or every
so many, and is spread evenly. Lists of records (`[{"epoch": 1, "loss": 0.3}, ...]`) are read too. Where a file has no
more than the last value, that one is a point by itself.

The learning rates of the past are worked out from the scheduler's settings where these lead to the rate that is stored.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..checkpoint.entries import Branch, Checkpoint, Tensor
from .field_words import role_of, words_of
from .past_rates import past_rates
from .resume import Resume, resume_of
from .stored import Field, entry_at, is_cut, numbers_at, plain, plain_at

if TYPE_CHECKING:
    from ..checkpoint.decoding import Array

Points = tuple[tuple[float, float], ...]

_MUCH_LONGER = 3
"""So many times as many values as epochs are one for each batch, or for every so many."""
_MOST_EPOCHS = 10_000_000
_PERCENT = 1.5
"""Accuracies above this are in percent."""


class History(NamedTuple):
    """Stored curves: (epochs done at that point, value)."""

    train_loss: Points = ()
    valid_loss: Points = ()
    accuracy: Points = ()
    """Over the validation set, 0 to 1."""
    lr: Points = ()
    """With which the epoch that ends there was trained."""
    batch_losses: tuple[Array, Array] | None = None
    """Epochs done and training loss, float64 arrays of as many numbers as there are batches; never thinned."""
    best_epoch: int = 0
    """0 where it is not known."""

    @property
    def is_empty(self) -> bool:
        return self == History()


def history_of(checkpoint: Checkpoint, resume: Resume | None = None) -> History:
    """All curves of a file; of none the empty history. Raises FileError where a stored curve cannot be read."""
    resume = resume or resume_of(checkpoint)
    history = _own(checkpoint, resume) if resume.is_own else _foreign(checkpoint, resume)
    return history._replace(lr=history.lr or past_rates(checkpoint, resume))


# -- files of our own --------------------------------------------------------------------------------------------------


def _own(checkpoint: Checkpoint, resume: Resume) -> History:
    found = plain_at(checkpoint.root, "history")
    lists: Mapping[str, Any] = found if isinstance(found, dict) else {}
    epochs = [epoch for epoch in _listed(lists, "epoch") if isinstance(epoch, int) and 0 < epoch < _MOST_EPOCHS]
    return History(
        train_loss=_zipped(epochs, _listed(lists, "train_loss")),
        valid_loss=_zipped(epochs, _listed(lists, "valid_loss")),
        accuracy=_zipped(epochs, _listed(lists, "valid_accuracy")),
        lr=_zipped(epochs, _listed(lists, "lr")),
        batch_losses=_own_batches(checkpoint, resume, epochs, _listed(lists, "batches")),
        best_epoch=resume.best_epoch,
    )


def _listed(lists: Mapping[str, Any], name: str) -> list[Any]:
    found = lists.get(name)
    return found if isinstance(found, list) else []


def _zipped(xs: Sequence[float], ys: Sequence[object]) -> Points:
    return tuple((float(x), float(y)) for x, y in zip(xs, ys) if isinstance(y, (int, float)) and math.isfinite(y))


def _own_batches(
    checkpoint: Checkpoint, resume: Resume, epochs: list[int], batches: list[Any]
) -> tuple[Array, Array] | None:
    """The losses of all batches, counted from the end: the last of them is the last batch that is done."""
    entry = entry_at(checkpoint.root, "history.batch_losses")
    if not isinstance(entry, Tensor) or not entry.numel:
        return None
    import numpy as np

    from ..checkpoint.arrays import read

    losses = np.asarray(read(entry), dtype=np.float64).reshape(-1)
    counts = [count for count in batches if isinstance(count, int) and 0 < count <= len(losses)]
    stretches = [np.asarray(epoch - 1 + np.arange(1, n + 1) / n) for epoch, n in zip(epochs, counts)]
    if 0 < resume.batch <= len(losses) and not resume.corrected & {"epoch", "batch"}:
        usual = max(counts[-1] if counts else 0, resume.batch)
        stretches.append(np.asarray(resume.epoch - 1 + np.arange(1, resume.batch + 1) / usual))
    xs = np.concatenate(stretches) if stretches else np.zeros(0)
    known = min(len(xs), len(losses))
    return (xs[len(xs) - known :], losses[len(losses) - known :]) if known else None


# -- files of others ---------------------------------------------------------------------------------------------------


def _foreign(checkpoint: Checkpoint, resume: Resume) -> History:
    done = _done(resume)
    curves: dict[str, Points] = {}
    batch_losses = None
    for role, values in _lists(checkpoint, resume.fields):
        if role == "train_loss" and done and len(values) >= _MUCH_LONGER * done and batch_losses is None:
            batch_losses = _spread(values, done)
        elif role not in curves:
            curves[role] = _points(values, done)
    for role, points in _records(checkpoint, resume.fields):
        curves.setdefault(role, points)
    for role, value in _last(resume):
        if role not in curves and not (role == "train_loss" and batch_losses is not None):
            curves[role] = ((float(done), value),)
    return History(
        train_loss=curves.get("train_loss", ()),
        valid_loss=curves.get("valid_loss", ()),
        accuracy=_as_share(curves.get("accuracy", ())),
        lr=curves.get("lr", ()),
        batch_losses=batch_losses,
        best_epoch=_best_epoch(curves.get("valid_loss", ())),
    )


def _done(resume: Resume) -> int:
    """The epochs that are done; 0 where nothing says so."""
    return max(resume.epoch - 1, 0) if "epoch" in resume.used or "epoch" in resume.corrected else 0


def _lists(checkpoint: Checkpoint, fields: Sequence[Field]) -> Iterator[tuple[str, Sequence[float]]]:
    for field in fields:
        entry = entry_at(checkpoint.root, field.key) if field.role == "history" else None
        values = _read_whole(checkpoint, field.key) if is_cut(entry) else numbers_at(entry)
        if values:
            yield role_of(words_of(field.key)), values


def _read_whole(checkpoint: Checkpoint, key: str) -> Sequence[float]:
    """A list that is too long to be listed entry by entry, as the losses of all batches are."""
    from ..checkpoint.rewriting import PICKLED, Rewriter

    if checkpoint.format not in PICKLED:
        return ()
    found = Rewriter(checkpoint).value(key)
    values = found if isinstance(found, (list, tuple)) else ()
    return values if all(type(value) in (float, int) for value in values) else ()


def _points(values: Sequence[float], done: int) -> Points:
    """One value for each epoch, the last at the end; more than there are epochs, spread over them evenly."""
    if done and len(values) > done + 1:
        places = [done * (place + 1) / len(values) for place in range(len(values))]
    else:
        last = done or len(values)
        places = [float(last - len(values) + 1 + place) for place in range(len(values))]
    return tuple((x, y) for x, y in zip(places, values) if math.isfinite(y))


def _spread(values: Sequence[float], done: int) -> tuple[Array, Array]:
    import numpy as np

    ys = np.asarray(values, dtype=np.float64)
    return np.asarray(done * np.arange(1, len(ys) + 1) / len(ys)), ys


def _records(checkpoint: Checkpoint, fields: Sequence[Field]) -> Iterator[tuple[str, Points]]:
    """Curves of lists of dicts; where they say an epoch, it is the place."""
    for field in fields:
        entry = entry_at(checkpoint.root, field.key) if field.role == "history" else None
        if isinstance(entry, Branch) and field.value is None:
            rows = [row for row in (plain(child) for child in entry.children) if isinstance(row, dict)]
            yield from _columns(rows)


def _columns(rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, Points]]:
    curves: dict[str, dict[float, float]] = {}
    places = [_epoch_of(row) for row in rows]
    from_zero = any(place == 0 for place in places)
    for number, (row, place) in enumerate(zip(rows, places)):
        x = number + 1.0 if place is None else place + from_zero
        for name, value in row.items():
            role = role_of(words_of(str(name)))
            if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
                curves.setdefault(role, {}).setdefault(x, float(value))
    for role in ("train_loss", "valid_loss", "accuracy", "lr"):
        if curves.get(role):
            yield role, tuple(sorted(curves[role].items()))


def _epoch_of(row: Mapping[str, object]) -> float | None:
    found = next((value for name, value in row.items() if role_of(words_of(str(name))) == "epoch"), None)
    return float(found) if isinstance(found, (int, float)) and math.isfinite(found) else None


def _last(resume: Resume) -> Iterator[tuple[str, float]]:
    """The values that stand alone: the last ones. Of the validation loss, where there is no other, the best."""
    for role, names in (
        ("train_loss", ("train_loss",)),
        ("valid_loss", ("valid_loss", "best")),
        ("accuracy", ("accuracy", "best_accuracy")),
    ):
        for name in names:
            value = next((field.value for field in resume.fields if field.role == name), None)
            if isinstance(value, (int, float)) and math.isfinite(value):
                yield role, float(value)
                break


def _as_share(points: Points) -> Points:
    percent = any(value > _PERCENT for _, value in points)
    return tuple((x, value / 100) for x, value in points) if percent else points


def _best_epoch(points: Points) -> int:
    """Where the validation loss is lowest, if there is a curve of it over whole epochs."""
    if len(points) < 2:
        return 0
    x, _ = min(points, key=lambda point: point[1])
    return int(x) if x == int(x) else 0

