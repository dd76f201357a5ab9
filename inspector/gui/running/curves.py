"""A curve that grows while it is looked at, thinned to the pixels there are without losing a peak.

    curve.extend(xs, ys)             points that follow those before them
    curve.go_on_from(x, step)        or: where the next point lies, and how far apart they are ...
    curve.append(ys)                 ... and their values alone
    curve.thin(x0, x1, pixels)       least and greatest of each pixel, in the order in which they come

Why this way: a plot of a million points takes a second to be painted, and going through a million points ten times a
second to find the few that are seen takes most of what is left. So the least and greatest of every 4, 16, 64 ...
points are kept as they come: whatever is looked at, some ten numbers a pixel are gone through, no more.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_FACTOR = 4
"""So many blocks of one level make one of the next."""
_PER_PIXEL = 8
"""At least so many blocks are gone through for a pixel: a peak is drawn an eighth of a pixel from its place at most."""
_FIRST_ROOM = 256


class Curve:
    """Points whose x rises. What is not finite is a gap; `unfit` says where."""

    def __init__(self) -> None:
        self._x, self._y = _Growing(), _Growing()
        self._unfit = _Growing()
        self._levels: list[_Level] = []
        self._next, self._step = 1.0, 1.0

    def __len__(self) -> int:
        return self._x.count

    @property
    def xs(self) -> Floats:
        """All x; a view that is good until the next point comes."""
        return self._x.values

    @property
    def ys(self) -> Floats:
        return self._y.values

    @property
    def first(self) -> float:
        """The least x; NaN where there is none."""
        return float(self.xs[0]) if len(self) else float("nan")

    @property
    def last(self) -> float:
        """The greatest x; NaN where there is none."""
        return float(self.xs[-1]) if len(self) else float("nan")

    def go_on_from(self, x: float, step: float) -> None:
        """The next point lies at `x`, and each that is appended after it a `step` further."""
        self._next, self._step = x, step

    def append(self, ys: ArrayLike) -> None:
        """Adds points that are a step apart."""
        ys = np.atleast_1d(np.asarray(ys, dtype=np.float64))
        self.extend(self._next + self._step * np.arange(len(ys)), ys)

    def extend(self, xs: ArrayLike, ys: ArrayLike) -> None:
        """Adds [n] points whose x rises. Those that lie there or further on already are replaced."""
        xs = np.atleast_1d(np.asarray(xs, dtype=np.float64))
        ys = np.atleast_1d(np.asarray(ys, dtype=np.float64))
        if not len(xs):
            return
        if len(self) and xs[0] <= self.last:
            self.cut(float(xs[0]))
        unfit = ~np.isfinite(ys)
        if unfit.any():
            self._unfit.extend(xs[unfit])
        self._x.extend(xs)
        self._y.extend(ys)
        self._next = float(xs[-1]) + self._step
        self._sum_up()

    def cut(self, x: float) -> None:
        """Forgets the points at `x` and further on."""
        count = int(np.searchsorted(self.xs, x))
        self._unfit.cut(int(np.searchsorted(self._unfit.values, x)))
        self._x.cut(count)
        self._y.cut(count)
        for number, level in enumerate(self._levels, start=1):
            level.cut(count // _FACTOR**number)

    def clear(self) -> None:
        self.cut(float("-inf"))

    def nearest(self, x: float) -> int:
        """The number of the point that is nearest to `x`; -1 where there is none."""
        if not len(self):
            return -1
        right = int(np.searchsorted(self.xs, x))
        if right == 0 or right == len(self):
            return min(right, len(self) - 1)
        return right if self.xs[right] - x < x - self.xs[right - 1] else right - 1

    def thin(self, x0: float, x1: float, pixels: int) -> tuple[Floats, Floats]:
        """What is seen of the curve between `x0` and `x1` on so many pixels, as xs and ys of some two points a pixel.

        Where there are more points than that, each pixel has its least and its greatest in the order in which they
        come; the point before `x0` and the one after `x1` are there too. Gaps are NaN.
        """
        first = max(int(np.searchsorted(self.xs, x0)) - 1, 0)
        last = min(int(np.searchsorted(self.xs, x1, side="right")) + 1, len(self))
        pixels = max(pixels, 1)
        if last - first <= 2 * pixels:
            return self.xs[first:last].copy(), _finite(self.ys[first:last])
        level = self._level_for(last - first, pixels)
        block = _FACTOR**level
        blocks = first // block, -(-last // block)
        lows, highs = self._extremes(level, *blocks)
        columns = np.searchsorted(self.xs[first:last], np.linspace(x0, x1, pixels + 1)) + first
        starts = np.unique(np.clip(columns // block - blocks[0], 0, len(lows) - 1))
        starts = starts if starts[0] == 0 else np.concatenate(([0], starts))
        low, high = _least_and_greatest(lows, highs, starts)
        is_rising = np.where(low.at == high.at, self._rises(level, low.at + blocks[0]), low.at < high.at)
        at, ys = _in_order(is_rising, low.at, high.at), _in_order(is_rising, low.value, high.value)
        return self.xs[np.minimum((at + blocks[0]) * block, len(self) - 1)], ys

    def unfit(self, x0: float, x1: float, pixels: int) -> Floats:
        """The x of what is no finite number between `x0` and `x1`, one a pixel at most."""
        inside = self._unfit.values[slice(*np.searchsorted(self._unfit.values, (x0, x1)))]
        pixel = np.floor((inside - x0) / max(x1 - x0, 1e-300) * max(pixels, 1))
        return inside[np.concatenate(([True], np.diff(pixel) > 0))] if len(inside) else inside

    def _level_for(self, points: int, pixels: int) -> int:
        level = 0
        while level < len(self._levels) and points >= _FACTOR ** (level + 1) * _PER_PIXEL * pixels:
            level += 1
        return level

    def _extremes(self, level: int, first: int, last: int) -> tuple[Floats, Floats]:
        """Least and greatest of the blocks `first` to `last` of a level; the last of them may be unfinished."""
        if not level:
            ys = _finite(self.ys[first:last])
            return ys, ys
        kept = self._levels[level - 1]
        lows, highs = kept.lows.values[first:last], kept.highs.values[first:last]
        rest = _finite(self.ys[kept.lows.count * _FACTOR**level :])
        if last <= kept.lows.count or not len(rest):
            return lows, highs
        return np.append(lows, np.fmin.reduce(rest)), np.append(highs, np.fmax.reduce(rest))

    def _rises(self, level: int, blocks: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether each of these blocks ends higher than it begins: where one has both extremes, that is their order."""
        begins = blocks * _FACTOR**level
        return self.ys[begins] <= self.ys[np.minimum(begins + _FACTOR**level, len(self)) - 1]

    def _sum_up(self) -> None:
        """Brings every level up to the last block that is finished."""
        number = 0
        while True:
            below = self._levels[number - 1] if number else None
            count = (below.lows.count if below else len(self)) // _FACTOR
            if number == len(self._levels):
                if count < _FIRST_ROOM:
                    return
                self._levels.append(_Level())
            level = self._levels[number]
            fresh = slice(level.lows.count * _FACTOR, count * _FACTOR)
            if below is None:
                lows = highs = _finite(self.ys[fresh])
            else:
                lows, highs = below.lows.values[fresh], below.highs.values[fresh]
            level.extend(lows, highs)
            number += 1


class _Growing:
    """Numbers with room for more: twice the room whenever there is none left."""

    def __init__(self) -> None:
        self._room = np.empty(_FIRST_ROOM)
        self.count = 0

    @property
    def values(self) -> Floats:
        return self._room[: self.count]

    def extend(self, more: Floats) -> None:
        count = self.count + len(more)
        if count > len(self._room):
            room = np.empty(max(count, 2 * len(self._room)))
            room[: self.count] = self.values
            self._room = room
        self._room[self.count : count] = more
        self.count = count

    def cut(self, count: int) -> None:
        self.count = min(count, self.count)


class _Level:
    """Least and greatest of each block; NaN where nothing in it is finite."""

    def __init__(self) -> None:
        self.lows, self.highs = _Growing(), _Growing()

    def extend(self, lows: Floats, highs: Floats) -> None:
        """Adds what whole blocks of the level below come to."""
        self.lows.extend(_of_fours(np.fmin, lows))
        self.highs.extend(_of_fours(np.fmax, highs))

    def cut(self, count: int) -> None:
        self.lows.cut(count)
        self.highs.cut(count)


def _of_fours(extreme: np.ufunc, values: Floats) -> Floats:
    # Column by column, for a reduction over four at a time takes ten times as long.
    one, two, three, four = (values[place::_FACTOR] for place in range(_FACTOR))
    return np.asarray(extreme(extreme(one, two), extreme(three, four)))


def _finite(values: Floats) -> Floats:
    """A copy with NaN for what is not finite."""
    return np.where(np.isfinite(values), values, np.nan)


class _Extreme(NamedTuple):
    """Of each column: the block that has it, and what it is."""

    at: NDArray[np.intp]
    value: Floats


def _least_and_greatest(lows: Floats, highs: Floats, starts: NDArray[np.intp]) -> tuple[_Extreme, _Extreme]:
    """The extremes of each column that begins at `starts`."""
    low, high = np.fmin.reduceat(lows, starts), np.fmax.reduceat(highs, starts)
    column = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(lows)))
    low_at, high_at = _first(lows == low[column], column, starts), _first(highs == high[column], column, starts)
    return _Extreme(low_at, low), _Extreme(high_at, high)


def _in_order(is_rising: NDArray[np.bool_], low: NDArray[Any], high: NDArray[Any]) -> NDArray[Any]:
    """The two of each column, one after the other: first that of the least where it rises."""
    pairs = np.empty(2 * len(low), dtype=low.dtype)
    pairs[::2], pairs[1::2] = np.where(is_rising, low, high), np.where(is_rising, high, low)
    return pairs


def _first(hits: NDArray[np.bool_], column: NDArray[np.intp], starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each column the first place that is a hit; its start where there is none."""
    found = np.array(starts)
    at = np.flatnonzero(hits)[::-1]
    found[column[at]] = at  # backwards, so that the first is the one that stays
    return found
