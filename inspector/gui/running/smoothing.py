"""A noisy curve smoothed as it comes: an exponential moving average that does not lean towards zero at its start.

The average after t values is the sum of `(1 - beta) * beta ** (t - k) * y[k]` over k = 1 .. t, divided by the weights
that this has so far, `1 - beta ** t` (the bias correction of Kingma and Ba, "Adam", 2015, section 3). `beta` is
`1 - 1 / window`.

Why this way: value by value a million take a third of a second in Python. In rows of values, each as long as the
powers of beta stay harmless, all rows are averaged at once, and only what one row hands on to the next is a loop.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST_POWER = 1e-4
"""A row ends where beta to its length falls below this: four of sixteen digits are lost at most."""


class Smoothing:
    """An average over some `window` values (at least 1, which leaves them as they are)."""

    def __init__(self, window: float) -> None:
        self.window = max(float(window), 1.0)
        self._beta = 1 - 1 / self.window
        self._average = 0.0
        self._count = 0

    def add(self, values: Floats) -> Floats:
        """The average after each of these values. What is not finite is passed over, and NaN in the answer."""
        out = np.full(len(values), np.nan)
        finite = np.isfinite(values)
        out[finite] = self._averaged(np.asarray(values, dtype=np.float64)[finite])
        return out

    def _averaged(self, values: Floats) -> Floats:
        if self._beta == 0 or not len(values):
            return values
        row = min(max(int(math.log(_LEAST_POWER) / math.log(self._beta)), 1), len(values))
        padded = np.zeros(-(-len(values) // row) * row)
        padded[: len(values)] = values
        with np.errstate(over="ignore", invalid="ignore"):
            averages = self._handed_on(self._row_by_row(padded.reshape(-1, row)))[: len(values)]
        self._average = float(averages[-1])
        counts = self._count + np.arange(1, len(values) + 1)
        self._count = int(counts[-1])
        return averages / -np.expm1(counts * math.log(self._beta))

    def _row_by_row(self, rows: Floats) -> Floats:
        """The averages in each row, as if nothing had come before it."""
        powers = self._beta ** np.arange(rows.shape[1])
        return np.cumsum(rows / powers, axis=1) * powers * (1 - self._beta)

    def _handed_on(self, rows: Floats) -> Floats:
        """The same with what the rows before have handed on."""
        length = rows.shape[1]
        fading, before = self._beta**length, np.empty(len(rows))
        average = self._average
        for number, last in enumerate(rows[:, -1].tolist()):
            before[number] = average
            average = average * fading + last
        return np.ravel(rows + np.outer(before, self._beta ** np.arange(1, length + 1)))
