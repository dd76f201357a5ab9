"""What the curves of a run say at one place: of the batch, or of the epoch, that is nearest to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ...language import tr
from .curves import Curve
from .run_curves import Part, RunCurves

_NEVER = math.nan


class Reading(NamedTuple):
    """All that is known at `x`; NaN where nothing is."""

    x: float
    epoch: int
    batch: int
    """0 at the end of an epoch of which no batches are known."""
    batches: int
    """Of an epoch."""
    loss: float = _NEVER
    smoothed: float = _NEVER
    train: float = _NEVER
    """The mean of the epoch that ends here."""
    valid: float = _NEVER
    valid_epoch: int = 0
    accuracy: float = _NEVER
    """In percent."""
    rate: float = _NEVER
    is_stored: bool = False


def reading(run: RunCurves, x: float, reach: float = 0.0) -> Reading | None:
    """What is known nearest to `x`; the end of an epoch goes first if it lies within `reach`. None: nothing is."""
    found = _nearest(run, _epochs, x, reach)
    if found is None:
        either = (_nearest(run, curve_of, x, math.inf) for curve_of in (_batches, _epochs))
        found = min((each for each in either if each is not None), key=lambda each: abs(each[1] - x), default=None)
    return None if found is None else _read(run, *found)


def words(found: Reading, *, brief: bool = False) -> str:
    """A reading in one line; without names of what goes by itself where it is to be `brief`."""
    parts = [_where(found, brief)]
    for name, short, value, form in (
        (tr("loss"), tr("loss"), found.loss, "{:.4g}"),
        (tr("smoothed"), tr("smooth"), found.smoothed, "{:.4g}"),
        (tr("mean of the epoch"), tr("mean"), found.train if math.isnan(found.loss) else _NEVER, "{:.4g}"),
        (_validation_of(found), tr("valid"), found.valid, "{:.4g}"),
        (tr("accuracy"), tr("acc"), found.accuracy, "{:.2f} %"),
        (tr("learning rate"), "lr", found.rate, "{:.4g}"),
    ):
        if not math.isnan(value):
            parts.append(f"{short if brief else name} {form.format(value)}")
    if math.isnan(found.loss) and found.batch and not found.is_stored:
        parts.insert(1, tr("loss ! NaN"))
    if found.is_stored and not brief:
        parts.append(tr("(stored)"))
    return "   ".join(parts)


def _where(found: Reading, brief: bool) -> str:
    if not found.batch:
        return tr("epoch {epoch}", epoch=found.epoch)
    if brief:
        return f"{found.epoch}: {found.batch:,}"
    return tr(
        "epoch {epoch}, batch {batch:,} of {batches:,}", epoch=found.epoch, batch=found.batch, batches=found.batches
    )


def _validation_of(found: Reading) -> str:
    """Validation is of the epoch before, until this one is over."""
    is_older = found.valid_epoch and found.valid_epoch != found.epoch
    return tr("validation (epoch {epoch})", epoch=found.valid_epoch) if is_older else tr("validation")


def _epochs(part: Part) -> Curve:
    return max((part.valid, part.train, part.accuracy), key=len)


def _batches(part: Part) -> Curve:
    return part.batches


def _nearest(run: RunCurves, curve_of: Callable[[Part], Curve], x: float, reach: float) -> tuple[Part, float] | None:
    """The nearest point of what is stored, up to where the run goes on from it, and of the run."""
    found = []
    until = x if math.isnan(run.begin) else min(x, run.begin)
    for part, place in ((run.own, x), (run.stored, until)):
        curve = curve_of(part)
        at = curve.nearest(place)
        if at >= 0 and abs(curve.xs[at] - x) <= reach:
            found.append((part, float(curve.xs[at])))
    return min(found, key=lambda each: abs(each[1] - x), default=None)


def _read(run: RunCurves, part: Part, x: float) -> Reading:
    of_epoch = _batches_of_epoch(run, part, x)
    epoch = max(math.ceil(x - 1e-6), 1)
    batch = round((x - (epoch - 1)) * of_epoch) if _at(part.batches, x) is not None else 0
    valid_at, valid = _validation(run, part, x)
    return Reading(
        x, epoch, batch, of_epoch,
        _value(part.batches, x), _value(part.smooth, x), _value(part.train, x),
        valid, 0 if math.isnan(valid_at) else round(valid_at),
        _value(part.accuracy, _last_until(part.accuracy, x)), _rate(part, x), part is run.stored,
    )  # fmt: skip


def _validation(run: RunCurves, part: Part, x: float) -> tuple[float, float]:
    """The epoch after which it was last measured, and what came of it; a stored one before the first of a run."""
    for each in (part, run.stored):
        at = _last_until(each.valid, x)
        if not math.isnan(at):
            return at, _value(each.valid, at)
    return math.nan, math.nan


def _batches_of_epoch(run: RunCurves, part: Part, x: float) -> int:
    if part is run.own and run.batches_of_epoch:
        return run.batches_of_epoch
    at = part.batches.nearest(x)
    if len(part.batches) < 2:
        return max(len(part.batches), 1)
    at = max(at, 1)
    return max(round(1 / float(part.batches.xs[at] - part.batches.xs[at - 1])), 1)


def _at(curve: Curve, x: float) -> int | None:
    at = curve.nearest(x)
    return at if at >= 0 and abs(curve.xs[at] - x) < 1e-6 else None


def _value(curve: Curve, x: float) -> float:
    at = None if math.isnan(x) else _at(curve, x)
    return math.nan if at is None else float(curve.ys[at])


def _last_until(curve: Curve, x: float) -> float:
    """The last x of the curve that is not beyond `x`."""
    at = curve.nearest(x)
    while at >= 0 and curve.xs[at] > x + 1e-6:
        at -= 1
    return float(curve.xs[at]) if at >= 0 else math.nan


def _rate(part: Part, x: float) -> float:
    """The rate of the stretch that ends at `x`, or has it inside."""
    xs, ys = part.rates.xs, part.rates.ys
    at = next((at for at in (int(xs.searchsorted(x - 1e-9)),) if at < len(xs)), len(xs) - 1)
    return float(ys[at]) if at >= 0 else math.nan


def beside(run: RunCurves, x: float, step: int, pixel: float) -> Reading | None:
    """The reading so many points from the one at `x`, each of them a pixel at least from the one before."""
    found: Reading | None = None
    for _ in range(abs(step)):
        x = _next(run, x, 1 if step > 0 else -1, pixel)
        if math.isnan(x):
            return found
        found = reading(run, x) or found
    return found


def _next(run: RunCurves, x: float, side: int, pixel: float) -> float:
    """The x of the nearest point that lies a pixel or more to that side; NaN where there is none."""
    beyond = []
    for part in (run.stored, run.own):
        for curve in (part.batches, part.valid, part.train):
            xs = curve.xs
            at = int(xs.searchsorted(x + pixel)) if side > 0 else int(xs.searchsorted(x - pixel, side="right")) - 1
            if 0 <= at < len(xs) and (xs[at] - x) * side > 1e-9:
                beyond.append(float(xs[at]))
    return min(beyond, key=lambda each: abs(each - x), default=math.nan)
