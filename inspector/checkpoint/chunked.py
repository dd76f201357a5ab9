"""A tensor that was saved in chunks, as one stretch of bytes: what `distributed` makes of a sharded tensor.

Training on many devices splits a tensor along one dimension: `[outer, D, inner]` into chunks `[outer, d, inner]`
whose `d` add up to `D`. A *row* of the whole, `D * inner` elements, is then a piece of each chunk, one after the
other; for a split along the first dimension there is one row, and the chunks just stand one behind the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import prod
from typing import NamedTuple

from .sources import Source


class Chunk(NamedTuple):
    """A part of a tensor: where it begins in the whole and how large it is, by dimension, and its elements."""

    offsets: tuple[int, ...]
    shape: tuple[int, ...]
    source: Source
    """Its elements, row-major."""


def split_axis(shape: Sequence[int], chunks: Sequence[Chunk]) -> int | None:
    """The one dimension along which `chunks` (in order) make up a tensor of `shape`; None when they do not."""
    if any(len(chunk.offsets) != len(shape) or len(chunk.shape) != len(shape) for chunk in chunks):
        return None
    split = {axis for chunk in chunks for axis, length in enumerate(chunk.shape) if length != shape[axis]}
    if len(split) > 1:
        return None
    axis = min(split, default=0)
    at = 0
    for chunk in chunks:
        expected = tuple(at if each == axis else 0 for each in range(len(shape)))
        if chunk.offsets != expected:
            return None
        at += chunk.shape[axis] if shape else 1
    return axis if not shape or at == shape[axis] else None


class ChunkedSource(Source):
    """The elements of a whole tensor, row-major, out of chunks split along `axis`."""

    def __init__(self, shape: Sequence[int], axis: int, chunks: Sequence[Chunk], item_size: int) -> None:
        self._pieces = [(chunk.source, prod(chunk.shape[axis:]) * item_size) for chunk in chunks]
        self._row = sum(nbytes for _, nbytes in self._pieces)
        self.nbytes = prod(shape) * item_size

    @contextmanager
    def opened(self) -> Iterator[None]:
        with ExitStack() as stack:
            for source in {id(source): source for source, _ in self._pieces}.values():
                stack.enter_context(source.opened())
            yield

    def is_unchanged(self) -> bool:
        return all(source.is_unchanged() for source, _ in self._pieces)

    def read_into(self, offset: int, buffer: memoryview) -> None:
        done = 0
        while done < len(buffer):
            row, column = divmod(offset + done, self._row)
            if column == 0 and len(buffer) - done >= 2 * self._row:
                done += self._read_rows(row, buffer[done:])
            else:
                done += self._read_piece(row, column, buffer[done:])

    def _read_piece(self, row: int, column: int, buffer: memoryview) -> int:
        """Fills the beginning of `buffer` from the one chunk in which it lies; gives how much that is."""
        for source, nbytes in self._pieces:
            if column < nbytes:
                length = min(nbytes - column, len(buffer))
                source.read_into(row * nbytes + column, buffer[:length])
                return length
            column -= nbytes
        raise AssertionError("a column beyond its row")

    def _read_rows(self, row: int, buffer: memoryview) -> int:
        """Fills `buffer` with as many whole rows as it takes, a read for each chunk and not for each row."""
        rows = len(buffer) // self._row
        start = 0
        for source, nbytes in self._pieces:
            found = memoryview(source.read(row * nbytes, rows * nbytes))
            for each in range(rows):
                at = each * self._row + start
                buffer[at : at + nbytes] = found[each * nbytes : (each + 1) * nbytes]
            start += nbytes
        return rows * self._row
