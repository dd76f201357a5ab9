"""What the plots of a run draw: its curves, and before them those that its file has stored.

x of every curve is epochs done: batch b (from 1) of epoch e (from 1) with n batches ends at e - 1 + b / n.

Why this way: the average of the losses is made once, as they come. A redraw reads it, ten times a second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .curves import Curve
from .smoothing import Smoothing

if TYPE_CHECKING:
    from ...runs.histories import History
    from ...workshop.run_words import Batches, EpochEnd

WINDOW = 50
"""Batches that are averaged, unless somebody wants more or less."""


class Part:
    """The curves of one stretch of training: what is stored, or what is trained now."""

    def __init__(self) -> None:
        self.batches, self.smooth = Curve(), Curve()
        """The loss of each batch, and smoothed."""
        self.train, self.valid, self.accuracy = Curve(), Curve(), Curve()
        """The mean of each epoch; accuracy in percent."""
        self.rates = Curve()
        """The learning rate as a line with corners: two points for each stretch of one rate."""

    def all(self) -> tuple[Curve, ...]:
        return (self.batches, self.smooth, self.train, self.valid, self.accuracy, self.rates)

    def clear(self) -> None:
        for curve in self.all():
            curve.clear()

    def cut(self, x: float) -> None:
        for curve in self.all():
            curve.cut(x)

    @property
    def first(self) -> float:
        """The least x of any curve but the rates; NaN where there is nothing."""
        return min((curve.first for curve in self.all() if len(curve) and curve is not self.rates), default=math.nan)

    @property
    def last(self) -> float:
        return max((curve.last for curve in self.all() if len(curve)), default=math.nan)

    def add_rate(self, x0: float, x1: float, rate: float) -> None:
        """From `x0` to `x1` the rate was this; a stretch of one rate stays one."""
        rates = self.rates
        if len(rates) > 1 and rates.ys[-1] == rate and abs(rates.last - x0) < 1e-9:
            rates.extend([x1], [rate]) if len(rates) % 2 else self._lengthen(x1)
        else:
            # A hair further on than the end of the one before, for x rises.
            rates.extend([max(x0, np.nextafter(rates.last, np.inf)) if len(rates) else x0, x1], [rate, rate])

    def _lengthen(self, x: float) -> None:
        rate = float(self.rates.ys[-1])
        self.rates.cut(self.rates.last)
        self.rates.extend([x], [rate])


class RunCurves:
    """Fills the curves from a history and from the words of a run."""

    def __init__(self) -> None:
        self.stored, self.own, self.future = Part(), Part(), Part()
        self.batches_of_epoch = 0
        self.begin = math.nan
        """Where the run begins; NaN before it does."""
        self.goal = math.nan
        """Where it is to end; NaN where that is not known."""
        self.best_epoch = 0
        self.edition = 0
        """Another one whenever something else than the ends of the curves has changed."""
        self._smoothing = Smoothing(WINDOW)

    @property
    def window(self) -> float:
        return self._smoothing.window

    def clear(self) -> None:
        for part in (self.stored, self.own, self.future):
            part.clear()
        self.begin, self.goal, self.best_epoch, self.batches_of_epoch = math.nan, math.nan, 0, 0
        self.edition += 1
        self._smoothing = Smoothing(self.window)

    def set_history(self, history: History) -> None:
        """Takes the place of what was stored before."""
        part = self.stored
        part.clear()
        for curve, points in (
            (part.train, history.train_loss),
            (part.valid, history.valid_loss),
            (part.accuracy, [(x, 100 * share) for x, share in history.accuracy]),
        ):
            _fill(curve, points)
        before = 0.0
        for x, rate in sorted(history.lr):
            part.add_rate(min(before, x - 1e-9), x, rate)
            before = x
        if history.batch_losses is not None:
            xs, ys = (np.asarray(values, dtype=np.float64) for values in history.batch_losses)
            part.batches.extend(xs, ys)
        self.best_epoch = int(history.best_epoch or 0)
        self.smooth_over(self.window)

    def start(self, batches_of_epoch: int, epoch: int, batch: int, last_epoch: int = 0) -> None:
        """The run begins in `epoch`, of which `batch` batches are done; it goes to the end of `last_epoch`."""
        self.own.clear()
        self.goal = float(last_epoch) if last_epoch else math.nan
        self.batches_of_epoch = max(batches_of_epoch, 1)
        self.begin = epoch - 1 + batch / self.batches_of_epoch
        self.smooth_over(self.window)

    def add_batches(self, batches: Batches) -> None:
        """Adds losses; those of a batch that was there already, of a run that was set back, take its place."""
        count = self.batches_of_epoch or max(len(batches.losses), 1)
        xs = batches.epoch - 1 + np.arange(batches.first, batches.first + len(batches.losses)) / count
        ys = np.asarray(batches.losses, dtype=np.float64)
        if not len(ys):
            return
        own = self.own
        begins = batches.epoch - 1 + (batches.first - 1) / count
        is_set_back = len(own.batches) > 0 and xs[0] <= own.batches.last
        if is_set_back:
            own.cut(float(xs[0]))
        own.batches.extend(xs, ys)
        if is_set_back:
            self.smooth_over(self.window)
        else:
            own.smooth.extend(xs, self._smoothing.add(ys))
        own.add_rate(begins, float(xs[-1]), batches.lr)

    def add_epoch(self, end: EpochEnd) -> None:
        own = self.own
        for curve in (own.train, own.valid, own.accuracy):
            curve.cut(end.epoch)  # of a run that was set back
        own.train.extend([end.epoch], [end.train_loss])
        if end.valid_loss is not None:
            own.valid.extend([end.epoch], [end.valid_loss])
        if end.accuracy is not None:
            own.accuracy.extend([end.epoch], [100 * end.accuracy])
        if not len(own.rates) or own.rates.last < end.epoch - 1e-9:
            own.add_rate(max(end.epoch - 1, 0 if math.isnan(self.begin) else self.begin), end.epoch, end.lr)
        if end.is_best:
            self.best_epoch = end.epoch

    def set_future_rates(self, epoch: int, rates: Sequence[float]) -> None:
        """The rates of `epoch` and those that follow it."""
        self.edition += 1
        self.future.clear()
        for number, rate in enumerate(rates):
            self.future.add_rate(epoch - 1 + number, epoch + number, rate)

    def smooth_over(self, window: float) -> None:
        """Averages over so many batches, the stored ones included: what is trained now goes on from there."""
        self.edition += 1
        self._smoothing = Smoothing(window)
        for part in (self.stored, self.own):
            part.smooth.clear()
            if part is self.own and self._is_a_gap():
                self._smoothing = Smoothing(window)
            part.smooth.extend(part.batches.xs, self._smoothing.add(part.batches.ys))

    @property
    def first(self) -> float:
        """The least x of a loss or an accuracy; where there is none, where the run begins; 0 where there is nothing.

        Learning rates do not count: those of the past are worked out, back to the first epoch.
        """
        known = (self.stored.first, self.own.first, self.begin)
        return min((x for x in known if not math.isnan(x)), default=0.0)

    @property
    def is_resumed(self) -> bool:
        """Whether the run goes on from something that is stored."""
        return self.begin > 0 and not math.isnan(self.stored.first)

    @property
    def now(self) -> float:
        """How far training is; before it begins, how far it was."""
        known = (self.own.last, self.begin, self.stored.last)
        return next((x for x in known if not math.isnan(x)), 0.0)

    @property
    def planned(self) -> float:
        """How far it is to go; where that is not known, how far it is."""
        return max(x for x in (self.goal, self.future.last, self.now) if not math.isnan(x))

    @property
    def has_plan(self) -> bool:
        """Whether it is known how far it is to go."""
        return not (math.isnan(self.goal) and math.isnan(self.future.last))

    def stored_means(self) -> Curve:
        """The stored mean of each epoch; nothing where the losses of the batches are there, and say more."""
        return Curve() if len(self.stored.batches) else self.stored.train

    def best(self) -> tuple[float, float] | None:
        """Where the best epoch's validation loss lies."""
        for part in (self.own, self.stored):
            at = part.valid.nearest(self.best_epoch)
            if at >= 0 and abs(part.valid.xs[at] - self.best_epoch) < 1e-6:
                return float(part.valid.xs[at]), float(part.valid.ys[at])
        return None

    def _is_a_gap(self) -> bool:
        """Whether batches are missing between what is stored and what is trained."""
        stored, begin = self.stored.batches, self.begin
        return not len(stored) or not abs(begin - stored.last) < 1.5 / max(self.batches_of_epoch, 1)


def _fill(curve: Curve, points: Sequence[tuple[float, float]]) -> None:
    ordered = dict(sorted(points))
    curve.extend(np.array(list(ordered), dtype=np.float64), np.array(list(ordered.values()), dtype=np.float64))
