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
_LEAST_STORED = 0.25
"""Of what lies before the begin of a run at least so much is shown, as a share of what is to be trained."""
_LEAST_BATCHES = 5
"""No closer than so many batches."""
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
        now, planned = run.now, run.planned
        left = run.first
        if run.is_resumed:
            ahead = max(planned - run.begin, 1.0)
            left = max(left, run.begin - _STORED_SHARE * ahead)
            left = max(min(left, run.begin - _LEAST_STORED * ahead), 0.0)
        least = 20 / run.batches_of_epoch if run.batches_of_epoch else 1.0
        done = max(now - left, least)
        if self._right <= left or now - left > _FULL * (self._right - left):
            self._right = left + _GROWTH * done
        if run.has_plan:
            self._right = min(self._right, max(planned, left + least))
        return left, max(self._right, now)


def whole(run: RunCurves) -> tuple[float, float]:
    """From the first stored point to the last one planned, with a little room."""
    first, last = run.first, max(run.planned, run.first + 1 / max(run.batches_of_epoch, 1))
    return first - _MARGIN * (last - first), last + _MARGIN * (last - first)


def clamped(x0: float, x1: float, run: RunCurves) -> tuple[float, float]:
    """The range as near to the wished one as makes sense: some batches at least, and never beside all there is."""
    first, last = whole(run)
    least = _LEAST_BATCHES / max(run.batches_of_epoch, 1)
    length = min(max(x1 - x0, least), max(last - first, least))
    middle = min(max((x0 + x1) / 2, first + length / 2), max(last - length / 2, first + length / 2))
    return middle - length / 2, middle + length / 2
