"""A tensor that was saved in chunks, as one stretch of bytes: what `distributed` makes of a sharded tensor.

Training on many devices splits a tensor along one dimension: `[outer, D, inner]` into chunks `[outer, d, inner]`
whose `d` add up to `D`. A *row* of the whole, `D * inner` elements, is then a piece of each chunk, one after the
other; for a split along the first dimension there is one row, and the chunks just stand one behind the other.

A split along several dimensions (tensor parallel and sharded) is one along the first of them, whose parts are made up
of chunks themselves.
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


def joined(shape: Sequence[int], chunks: Sequence[Chunk], item_size: int) -> Source | None:
    """The elements of a tensor of `shape` out of its chunks, in any order; None when they do not make it up."""
    if any(len(chunk.offsets) != len(shape) or len(chunk.shape) != len(shape) for chunk in chunks):
        return None
    if len(chunks) == 1:
        return chunks[0].source if chunks[0].shape == tuple(shape) and not any(chunks[0].offsets) else None
    for axis in range(len(shape)):
        cuts = _cuts(shape[axis], axis, chunks)
        if cuts:  # if this is one way to cut it, no other would do where this does not
            parts = [_part(shape, axis, cut, inside, item_size) for cut, inside in cuts]
            return None if None in parts else ChunkedSource(shape, axis, [part for part in parts if part], item_size)
    return None


def _cuts(length: int, axis: int, chunks: Sequence[Chunk]) -> list[tuple[int, list[Chunk]]]:
    """Where each part along `axis` begins, and the chunks in it; none where they are not parts one behind the other."""
    groups: dict[tuple[int, int], list[Chunk]] = {}
    for chunk in chunks:
        groups.setdefault((chunk.offsets[axis], chunk.shape[axis]), []).append(chunk)
    at = 0
    for start, size in sorted(groups):
        if start != at:
            return []
        at += size
    return [(start, groups[start, size]) for start, size in sorted(groups)] if at == length and len(groups) > 1 else []


def _part(shape: Sequence[int], axis: int, start: int, chunks: Sequence[Chunk], item_size: int) -> Chunk | None:
    """The part that begins at `start` of `axis`, made up of the chunks in it."""
    inner = (*shape[:axis], chunks[0].shape[axis], *shape[axis + 1 :])
    moved = [each._replace(offsets=(*each.offsets[:axis], 0, *each.offsets[axis + 1 :])) for each in chunks]
    source = joined(inner, moved, item_size)
    offsets = tuple(start if each == axis else 0 for each in range(len(shape)))
    return None if source is None else Chunk(offsets, inner, source)


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
