"""Which epochs the plots show: those that training is in, or those that a person has chosen.

Why this way: a range that grew with every redraw would have all axes painted anew each time. It grows in steps: the
curve fills two fifths of the width, then more and more of it up to four fifths, and then the range is doubled.
"""

from __future__ import annotations

from .run_curves import RunCurves

_FULL = 0.8
_GROWTH = 2.5
_STORED_SHARE = 3.0
"""Of what is stored, at most so many times as much is shown as is to be trained."""
_MARGIN = 0.015
"""Beyond both ends."""


class Span:
    """The range of the epochs' axis."""

    def __init__(self) -> None:
        self.is_free = False
        """Whether a person has chosen it."""
        self._chosen = (0.0, 1.0)
        self._right = 0.0

    def start(self) -> None:
        """Something else is to be seen: the range is found anew."""
        self._right = 0.0

    def take(self, x0: float, x1: float) -> None:
        """A person wants this range."""
        self.is_free = True
        self._chosen = (x0, x1)

    def range(self, run: RunCurves) -> tuple[float, float]:
        """From where to where, now."""
        if self.is_free:
            return self._chosen
        left, right = self._followed(run)
        self._chosen = left - (right - left) * _MARGIN, right + (right - left) * _MARGIN
        return self._chosen

    def _followed(self, run: RunCurves) -> tuple[float, float]:
        left, now, planned = run.first, run.now, run.planned
        if run.begin > left and planned > run.begin:
            left = max(left, run.begin - _STORED_SHARE * (planned - run.begin))
        least = 20 / max(run.batches_of_epoch, 1) if run.batches_of_epoch else 1.0
        done = max(now - left, least)
        if self._right <= left or now - left > _FULL * (self._right - left):
            self._right = left + _GROWTH * done
        if run.has_plan:
            self._right = min(self._right, max(planned, left + least))
        return left, max(self._right, now)
