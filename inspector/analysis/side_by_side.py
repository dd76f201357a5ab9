"""Two tensors read side by side, and measured, by one thread or two.

Why this way: blocks with the very same bytes are told by a comparison of these, which costs less than any arithmetic;
and large tensors are read into rooms that are kept, because fresh memory costs as much as the reading.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from operator import length_hint

import numpy as np

from ..checkpoint.arrays import Elements, blocks_of, is_per_channel, number_blocks, numbers_of
from ..checkpoint.decoding import Array
from ..checkpoint.entries import Tensor
from ..checkpoint.layouts import Layout
from ..errors import FileError
from ..language import tr
from ..progress import Progress
from .differences import Differences, coarser
from .distances import Distance, Index, joined, merge_all, repeated
from .lanes import STRETCH, together
from .measuring import SMALL, check_unchanged
from .pairing import (
    BLOCK,
    as_it_is,
    in_order,
    in_step,
    numbers_in_one,
    refuse_two_shapes,
    refuse_what_has_no_distance,
    same_bytes,
)
from .spare import Spare

_PLACES = {"crow_indices", "ccol_indices", "col_indices", "row_indices", "indices", "sizes", "strides", "offsets"}
"""The parts of a sparse or nested tensor that say where its numbers belong."""


def measuring(a: Tensor, b: Tensor) -> Generator[Progress, None, Distance]:
    """Measures how far two tensors are from each other; see `distances.measure`."""
    refuse_two_shapes(a, b)
    if a.extra.parts and b.extra.parts and a.storage is b.storage is None:
        return (yield from _measuring_parts(a, b))
    reading = _Reading(a, b)
    with reading.a.opened(), reading.b.opened():
        distance = yield from reading.measuring()
    if distance.numel > SMALL:
        check_unchanged(reading.a.source)
        check_unchanged(reading.b.source)
    return distance


def _measuring_parts(a: Tensor, b: Tensor) -> Generator[Progress, None, Distance]:
    """The distance of the numbers that two sparse, nested or wrapped tensors store, if both store them for the same
    places."""
    mine, theirs = ([(part.name, part.shape) for part in each.extra.parts] for each in (a, b))
    if mine != theirs:
        raise FileError(
            tr("The two {layout} tensors are not stored in the same parts: look at these.", layout=a.layout)
        )
    numbers = []
    for part, other in zip(a.extra.parts, b.extra.parts):
        distance = yield from measuring(part, other)
        if part.name not in _PLACES:
            numbers.append(distance)
        elif not distance.is_same:
            raise FileError(
                tr("The two {layout} tensors store numbers of different places: look at their parts.", layout=a.layout)
            )
    return merge_all(numbers)


class _Room:
    """Where a thread reads two stretches and takes their difference. Used again and again: memory that is fresh from
    the system costs as much as reading a file into it."""

    def __init__(self) -> None:
        self.a, self.b = (np.empty(STRETCH * _LARGEST_ITEM, np.uint8) for _ in range(2))
        self.gap = np.empty(STRETCH * 2, np.float32)  # an element of float4_e2m1fn_x2 is two numbers

    def filled(self, room: Array, elements: Elements, first: int, size: int) -> Array:
        """`size` elements from place `first` on, in `room`."""
        block: Array = room.view(elements.type)[:size]
        elements.read_into(first, block)
        return block


_LARGEST_ITEM = 16
"""Bytes of the largest element, complex128. Of what is smaller the rest of a room is never touched."""
_ROOMS = Spare(_Room)


class _Reading:
    """Two tensors, opened."""

    def __init__(self, a: Tensor, b: Tensor) -> None:
        refuse_what_has_no_distance(a, b)
        self.a, self.b = Elements(a), Elements(b)
        self._by_rows = is_per_channel(a) or is_per_channel(b)
        self._order = (as_it_is if self._by_rows else in_order)(self.a.layout, self.b.layout)
        self._numel = self._order.a.numel
        quantised = a.extra.quantization, b.extra.quantization
        self._rounding = "" if any(quantised) else coarser(a.dtype, b.dtype)
        self._alike = a.dtype == b.dtype and (self._by_rows or quantised[0] == quantised[1])
        """Whether the same bytes are the same numbers."""
        self._parts: dict[int, Distance] = {}
        """The distance of each block, by the number of its first element: two threads come in no order."""

    def measuring(self) -> Generator[Progress, None, Distance]:
        """The distance of all elements."""
        if not self._numel * self._order.times:
            return Distance()
        for done in self._on_two_lanes() if self._is_large else self._on_one():
            yield Progress(min(done, self._numel), self._numel, "elements")
        found = joined(part for _, part in sorted(self._parts.items()))
        found = found._replace(where=self._index(found.where), bit_equal=found.bit_equal and self._alike)
        return repeated(found, self._order.times)

    @property
    def _is_large(self) -> bool:
        """Whether it pays to have two threads, and both can read where they like."""
        contiguous = self._order.a.is_contiguous and self._order.b.is_contiguous and not self._by_rows
        anywhere = self.a.source.reads_anywhere and self.b.source.reads_anywhere
        return self._numel > 2 * STRETCH and contiguous and anywhere

    def _on_one(self) -> Iterator[int]:
        yield from self._measured(self._pairs(self._order.a, self._order.b), 0, self._differences())

    def _on_two_lanes(self) -> Iterator[int]:
        starts = iter(range(0, self._numel, STRETCH))
        for _ in together(starts, self._stretches(starts), self._stretches(starts)):
            yield self._numel - length_hint(starts) * STRETCH
        yield self._numel

    def _stretches(self, starts: Iterator[int]) -> Iterator[int]:
        """Measures stretch after stretch of those that are left; yields where each ends."""
        with _ROOMS.lent() as room:
            differences = Differences(room.gap)
            for start in starts:
                size = min(STRETCH, self._numel - start)
                a = room.filled(room.a, self.a, self._order.a.offset + start, size)
                b = room.filled(room.b, self.b, self._order.b.offset + start, size)
                self._parts[start] = self._between(a, b, start, differences)
                yield start + size

    def _differences(self) -> Differences:
        return Differences(np.empty(numbers_in_one(self.a.tensor) * min(BLOCK, self._numel), np.float32))

    def _pairs(self, a: Layout, b: Layout) -> Iterator[tuple[Array, Array]]:
        """The elements as they are stored - of what is quantised by channels, as numbers - in blocks of both."""
        if self._by_rows:
            return in_step(*(number_blocks(each.tensor, BLOCK) for each in (self.a, self.b)))
        if self._numel <= BLOCK:  # a file may have 100,000 of them: read at once
            return iter([(self.a.gather(a).reshape(-1), self.b.gather(b).reshape(-1))])
        return in_step(blocks_of(self.a, a, BLOCK), blocks_of(self.b, b, BLOCK))

    def _measured(self, pairs: Iterable[tuple[Array, Array]], start: int, differences: Differences) -> Iterator[int]:
        for a, b in pairs:
            distance = self._between(a, b, start, differences)
            self._parts[start] = distance
            start += distance.numel
            yield start

    def _between(self, a: Array, b: Array, start: int, differences: Differences) -> Distance:
        if self._alike and same_bytes(a, b):
            return differences.none(self._numbers(self.a, a))
        return differences.between(self._numbers(self.a, a), self._numbers(self.b, b), start, self._rounding)

    def _numbers(self, of: Elements, block: Array) -> Array:
        numbers = block if self._by_rows else numbers_of(of.tensor, block)
        return numbers.astype(np.float32) if numbers.dtype == np.float16 else numbers

    def _index(self, where: Index | None) -> Index | None:
        """The index that the element has in the tensors; 0 along what both repeat."""
        if where is None:
            return None
        position = where[0] // numbers_in_one(self.a.tensor)
        found = dict(zip(self._order.axes, np.unravel_index(position, self._order.a.shape)))
        return tuple(int(found.get(axis, 0)) for axis in range(len(self.a.layout.shape)))
