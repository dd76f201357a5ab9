"""A tensor in chunks reads as the whole tensor, wherever a read begins and ends."""

from __future__ import annotations

import itertools
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.chunked import Chunk, joined
from inspector.checkpoint.sources import MemorySource


def _chunks(whole: np.ndarray, axis: int, lengths: list[int]) -> list[Chunk]:
    found, at = [], 0
    for length in lengths:
        part = np.take(whole, range(at, at + length), axis)
        offsets = tuple(at if each == axis else 0 for each in range(whole.ndim))
        found.append(Chunk(offsets, part.shape, MemorySource(part.tobytes())))
        at += length
    return found


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.data())
def test_any_split_reads_as_the_whole(others: list[int], data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, len(others) - 1))
    lengths = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    shape = [*others[:axis], sum(lengths), *others[axis + 1 :]]
    whole = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    chunks = _chunks(whole, axis, lengths)
    source = joined(shape, chunks, 2)
    assert source is not None
    expected = whole.tobytes()
    start = data.draw(st.integers(0, len(expected)))
    end = data.draw(st.integers(start, len(expected)))
    with source.opened():
        assert source.read(start, end - start) == expected[start:end]


def _places(*chunks: tuple[tuple[int, ...], tuple[int, ...]]) -> list[Chunk]:
    return [Chunk(offsets, shape, MemorySource(b"")) for offsets, shape in chunks]


def test_what_does_not_make_up_the_whole_is_not_read() -> None:
    assert joined((4, 4), _places(((0, 0), (2, 4))), 1) is None  # a half is missing
    assert joined((4, 4), _places(((0, 0), (2, 4)), ((1, 0), (2, 4))), 1) is None  # they overlap
    assert joined((4,), _places(((0,), (2,)), ((2,), (3,))), 1) is None  # more than there is
    assert joined((4,), _places(((0, 0), (2, 2))), 1) is None
    assert joined((4, 4), _places(((0, 0), (2, 2)), ((0, 2), (2, 2)), ((2, 0), (2, 2))), 1) is None  # a corner is
    assert joined((4, 4), _places(*[((0, 0), (4, 4))] * 2), 1) is None  # twice the same
    assert joined((), _places(((), ())), 1) is not None
    assert joined((4, 4), _places(((0, 0), (4, 4))), 1) is not None


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=3), st.randoms(), st.data())
def test_a_split_along_several_dimensions_reads_as_the_whole(
    lengths: list[list[int]], random: Random, data: st.DataObject
) -> None:
    shape = tuple(map(sum, lengths))
    whole = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    chunks = []
    for place in itertools.product(*(range(len(each)) for each in lengths)):
        offsets = tuple(sum(each[:at]) for each, at in zip(lengths, place))
        sizes = tuple(each[at] for each, at in zip(lengths, place))
        part = whole[tuple(slice(start, start + size) for start, size in zip(offsets, sizes))]
        chunks.append(Chunk(offsets, part.shape, MemorySource(part.tobytes())))
    random.shuffle(chunks)
    chunks = list({(chunk.offsets, chunk.shape): chunk for chunk in chunks}.values())
    source = joined(shape, chunks, 2)
    assert source is not None
    expected = whole.tobytes()
    start = data.draw(st.integers(0, len(expected)))
    end = data.draw(st.integers(start, len(expected)))
    with source.opened():
        assert source.read(start, end - start) == expected[start:end]
