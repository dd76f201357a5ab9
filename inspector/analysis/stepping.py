"""What a tensor is now and how far it went, in one pass over it and over what it was before.

    now, before, earlier, first = map(line_of, tensors)     None for numbers of a kind that goes a longer way
    track = track_of(now, before, earlier, first, norms=False)
    for start in track.starts: track.take(start, room)
    step = track.step(room)

Why this way: norms, updates, their turning and the distance from the first were measured by four passes, each of which
read two tensors anew. Here one stretch of all four is read into a room that stays in the processor's cache, and a dozen
calls of numpy's go over it. Floats of 32 bits are multiplied as they are and added up in float64 row by row, small
tensors are made float64; whether that was sound the sums themselves tell, and what is not sound goes the longer way.
Stretches that are bit for bit the same as before are put aside: most such tensors are the same to their end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from ..checkpoint.arrays import Elements, numbers_of
from ..checkpoint.decoding import Array
from ..checkpoint.entries import Tensor
from ..checkpoint.layouts import in_storage_order
from .moments import Moments, combined, dotted, moments_of, single_dotted
from .pairing import same_bytes

STRETCH = 1024 * 1024
"""Bytes of numbers that are taken at a time of each tensor: four of them and two differences stay in the cache."""
SMALL = 16 * 1024
"""Elements up to which numbers are made float64 first: they fit into the innermost cache even so."""
_ELEMENTS = STRETCH // 4
_LARGEST_ITEM = 8
_FLOATS = ("float32", "float64", "float16", "bfloat16")
_SOUND = (1e-25, 1e30)
"""Between these, a sum of squares of float32 lost nothing: neither to infinity nor to what is too small."""
_MOSTLY_MEAN = 2.0
"""How many times larger than their deviations squares of float32 may be before their sums are taken in float64."""
_SINGLE = (1e-12, 1e15)
"""Of float32 numbers the largest of which lies between these, squares add up in float32."""


class Step(NamedTuple):
    """The numbers of a stretch, or of a tensor. Sums are 0 where there is nothing to hold it against."""

    numel: int = 0
    zeros: int = 0
    low: float = math.inf
    high: float = -math.inf
    moments: Moments = Moments()
    """Without `l1`."""
    update: float = 0.0
    """The sum of (now - before)^2."""
    along: float = 0.0
    """The sum of (now - before) * (before - earlier)."""
    update_before: float = 0.0
    """The sum of (before - earlier)^2."""
    away: float = 0.0
    """The sum of (now - first)^2."""
    before: float = 0.0
    first: float = 0.0
    """The sums of before^2 and of first^2, where these were asked for."""
    is_kept: bool = False
    """Whether every bit is as it was before."""

    def plus(self, other: Step) -> Step:
        """Of the numbers of both."""
        return Step(
            self.numel + other.numel,
            self.zeros + other.zeros,
            min(self.low, other.low),
            max(self.high, other.high),
            combined(self.moments, other.moments),
            self.update + other.update,
            self.along + other.along,
            self.update_before + other.update_before,
            self.away + other.away,
            self.before + other.before,
            self.first + other.first,
        )


class Room:
    """Where a thread reads stretches and takes differences, again and again: fresh memory costs as much as reading."""

    def __init__(self) -> None:
        self._read = [np.empty(_ELEMENTS * _LARGEST_ITEM, np.uint8) for _ in range(4)]
        self._gaps = [np.empty(STRETCH, np.uint8) for _ in range(2)]
        self._zero = np.empty(_ELEMENTS, np.bool_)

    def filled(self, number: int, line: Line, start: int, size: int) -> Array:
        """`size` elements of a line from its element `start` on, as they are stored."""
        block: Array = self._read[number].view(line.elements.type)[:size]
        line.elements.read_into(line.first + start, block)
        return block

    def gaps(self, like: Array) -> tuple[Array, Array]:
        """Room for two differences."""
        one, other = (each.view(like.dtype)[: like.size] for each in self._gaps)
        return one, other

    def zeros_of(self, numbers: Array) -> int:
        return int(np.count_nonzero(np.equal(numbers, 0, out=self._zero[: numbers.size])))


class Line(NamedTuple):
    """Floats that lie one after the other in a file, which can be read anywhere."""

    elements: Elements
    first: int
    order: tuple[int, ...]
    """The same for two tensors of one shape whose elements lie in the same order."""

    @property
    def shape(self) -> tuple[int, ...]:
        return self.elements.tensor.shape

    def numbers(self, block: Array, dtype: type[np.floating]) -> Array:
        """Stored elements as numbers of this type."""
        return numbers_of(self.elements.tensor, block).astype(dtype, copy=False)


def line_of(tensor: Tensor) -> Line | None:
    """The elements of a tensor in a line; None where they are not. Raises FileError when they cannot be there."""
    if tensor.dtype not in _FLOATS or tensor.extra.quantization is not None or tensor.storage is None:
        return None
    elements = Elements(tensor)
    layout = elements.layout
    order: tuple[int, ...] = ()
    if not layout.is_contiguous:
        order, layout = layout.stride, in_storage_order(layout)
    if not layout.is_contiguous or not layout.numel or not elements.source.reads_anywhere:
        return None
    return Line(elements, layout.offset, order)


def track_of(now: Line, before: Line | None, earlier: Line | None, first: Line | None, norms: bool) -> Track | None:
    """A tensor and what it was before; None where the elements lie in different orders.

    `norms`: whether those of `before` and `first` are wanted too.
    """
    there = [each for each in (before, earlier, first) if each is not None]
    if any(each.order != now.order or each.shape != now.shape for each in there):
        return None
    return Track(now, before, earlier, first, norms)


class Track:
    """The stretches of one tensor and of what it was. Each may be taken by another thread."""

    def __init__(self, now: Line, before: Line | None, earlier: Line | None, first: Line | None, norms: bool) -> None:
        self._now, self._before, self._earlier, self._first, self._norms = now, before, earlier, first, norms
        self.numel = now.elements.tensor.numel
        dtypes = {each.elements.tensor.dtype for each in (now, before, earlier, first) if each is not None}
        self._type = np.float64 if "float64" in dtypes or self.numel <= SMALL else np.float32
        self._alike = before is not None and before.elements.tensor.dtype == now.elements.tensor.dtype
        self._size = STRETCH // np.dtype(self._type).itemsize
        self._steps: dict[int, Step] = {}
        self._same: list[int] = []
        self.is_unsound = False

    @property
    def starts(self) -> range:
        """Where its stretches begin."""
        return range(0, self.numel, self._size)

    @property
    def is_kept(self) -> bool:
        """Whether all stretches were taken, and every bit is as it was before."""
        return len(self._same) == len(self.starts)

    def take(self, start: int, room: Room) -> None:
        """Takes a stretch. Raises FileError when it cannot be read."""
        if self.is_unsound:
            return
        size = min(self._size, self.numel - start)
        now = room.filled(0, self._now, start, size)
        before = room.filled(1, self._before, start, size) if self._before is not None else None
        if before is not None and self._alike and same_bytes(now, before):
            self._same.append(start)
        else:
            self._measure(start, now, before, room)

    def step(self, room: Room) -> Step | None:
        """What all of it comes to, once every stretch was taken; None where it was not sound. Raises FileError."""
        is_kept = self.is_kept
        for start in self._same:
            size = min(self._size, self.numel - start)
            now = room.filled(0, self._now, start, size)
            assert self._before is not None
            self._measure(start, now, room.filled(1, self._before, start, size), room)
        self._same = []
        if self.is_unsound:
            return None
        found = reduce(Step.plus, (self._steps[start] for start in sorted(self._steps)))
        return found._replace(is_kept=is_kept)

    @np.errstate(all="ignore")
    def _measure(self, start: int, now: Array, before: Array | None, room: Room) -> None:
        blocks = [now, before, None, None]
        first = self._first if self._first is not self._earlier else None
        for number, line in ((2, self._earlier), (3, first)):
            if line is not None and line is not self._before:
                blocks[number] = room.filled(number, line, start, now.size)
        lines = (self._now, self._before, self._earlier, first)
        numbers = [
            line.numbers(block, self._type) if line is not None and block is not None else None
            for line, block in zip(lines, blocks)
        ]
        if self._first is not None and first is None:
            numbers[3] = numbers[2]
        elif self._first is not None and self._first is self._before:
            numbers[3] = numbers[1]
        step = _step(numbers, self._norms, room)
        if step is None:
            self.is_unsound = True
        else:
            self._steps[start] = step


def _step(numbers: Sequence[Array | None], norms: bool, room: Room) -> Step | None:
    """A stretch of now, before, earlier and first, of one type; None where it is not sound. Overwrites them."""
    now, before, earlier, first = numbers
    assert now is not None
    low, high = float(np.minimum.reduce(now)), float(np.maximum.reduce(now))
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    gap, other = room.gaps(now)
    update = along = update_before = away = 0.0
    if before is not None:
        np.subtract(now, before, out=gap)
        update = _squares(gap)
        if earlier is not None:
            np.subtract(before, earlier, out=other)
            along, update_before = _dot(gap, other), _squares(other)
    if first is not None and first is not before:
        np.subtract(now, first, out=gap)
        away = _squares(gap)
    elif first is not None:
        away = update
    norm_before, norm_first = (_squares(each) if norms and each is not None else 0.0 for each in (before, first))
    if math.isnan(update + update_before + away + along + norm_before + norm_first):
        return None
    zeros = room.zeros_of(now) if low <= 0 <= high else 0
    moments = _moments(now, low, high)
    return Step(now.size, zeros, low, high, moments, update, along, update_before, away, norm_before, norm_first)


def _dot(a: Array, b: Array) -> float:
    return single_dotted(a, b) if a.dtype == np.float32 else dotted(a, b)


def _squares(gap: Array) -> float:
    """The sum of squares; nan where it is not sound."""
    squares = _dot(gap, gap)
    return squares if _SOUND[0] < squares < _SOUND[1] or (squares == 0 and not gap.any()) else math.nan


def _moments(numbers: Array, low: float, high: float) -> Moments:
    """The moments of finite numbers, without their sum of magnitudes. Overwrites float64 ones."""
    if numbers.dtype == np.float32:
        if _SINGLE[0] < max(-low, high) < _SINGLE[1]:
            squares, total = single_dotted(numbers, numbers), float(np.add.reduce(numbers, dtype=np.float64))
            mean = total / numbers.size
            deviations = squares - total * mean
            if squares <= _MOSTLY_MEAN * deviations:
                return Moments(numbers.size, mean, math.sqrt(deviations), 0.0, math.sqrt(squares))
        numbers = numbers.astype(np.float64)
    return moments_of(numbers, low, high, 0.0)
