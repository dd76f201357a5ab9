"""The numbers of a tensor: blocks, pages and digests, against numpy and torch."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.arrays import blocks, digest, digesting, number_blocks, read
from inspector.checkpoint.entries import ITEM_SIZES, Extra, Storage, Tensor
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.sources import MemorySource
from inspector.errors import FileError, InspectorError
from inspector.progress import Progress
from tests.checkpoint.entries_of import HOSTILE, entry_in_file, entry_of_array, entry_of_tensor, storage_of
from tests.checkpoint.oracle import digest_of

TORCH_NUMBERS = [name for name in ITEM_SIZES if not name.startswith(("q", "bits", "float4"))]
PLACES = np.arange(40, dtype=np.int16)
"""A storage in which every place holds its own number."""


@st.composite
def layouts(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Any shape, strides and offset that stay within `PLACES`: gaps, overlaps, expansions, no elements at all."""
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    room = PLACES.size - 1
    stride = []
    for length in shape:
        step = draw(st.integers(0, min(9, room // max(1, length - 1))))
        stride.append(step)
        room -= step * max(0, length - 1)
    return shape, tuple(stride), draw(st.integers(0, max(0, room)))


def placed(shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> tuple[Tensor, np.ndarray]:
    """A tensor with this layout over `PLACES`, and the array that it is."""
    tensor = Tensor("view", "int16", shape, stride, offset, storage_of(PLACES.tobytes()))
    steps = tuple(step * 2 for step in stride)
    return tensor, np.lib.stride_tricks.as_strided(PLACES[offset:], shape, steps)


def joined(pieces: Any) -> np.ndarray:
    """Blocks as one array; each is copied, because its buffer is used again."""
    copies = [piece.copy() for piece in pieces]
    return np.concatenate(copies) if copies else np.empty(0, np.int16)


@given(layouts(), st.integers(1, 9))
def test_blocks_hold_every_element_in_row_major_order(layout: Any, elements: int) -> None:
    tensor, expected = placed(*layout)
    pieces = [piece.copy() for piece in blocks(tensor, elements)]
    assert all(0 < piece.size <= elements for piece in pieces)
    assert joined(pieces).tolist() == expected.ravel().tolist()


@given(layouts(), st.integers(1, 9))
def test_blocks_in_storage_order_hold_the_same_elements(layout: Any, elements: int) -> None:
    tensor, expected = placed(*layout)
    assert sorted(joined(blocks(tensor, elements, order="storage"))) == sorted(expected.ravel())


@given(layouts(), st.data())
def test_a_page_is_what_numpy_would_index(layout: Any, data: st.DataObject) -> None:
    tensor, expected = placed(*layout)
    index = tuple(
        data.draw(st.slices(length) | (st.integers(-length, length - 1) if length else st.nothing()))
        for length in layout[0][: data.draw(st.integers(0, len(layout[0])))]
    )
    assert np.array_equal(read(tensor, index), expected[index])


@pytest.mark.filterwarnings("ignore:ComplexHalf")  # torch says that it is experimental
@pytest.mark.parametrize("dtype", TORCH_NUMBERS)
def test_every_type_reads_as_torch_reads_it(dtype: str) -> None:
    import torch

    patterns = torch.arange(65536, dtype=torch.int32).to(torch.int16).view(torch.uint8)
    if dtype == "bool":
        patterns = patterns & 1
    tensor = patterns.view(getattr(torch, dtype)).reshape(2, -1)[:, 1:].t()
    entry = entry_of_tensor(tensor)
    assert digest(entry) == digest_of(tensor)
    assert np.array_equal(read(entry), _in_numpy(tensor), equal_nan=True)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int16", "int64", "complex64", "complex128"])
def test_big_endian_elements_are_turned_round(dtype: str) -> None:
    numbers = (np.arange(24) * 1.5 + 0.25).astype(dtype).reshape(4, 6)
    entry = entry_of_array(numbers)
    turned = entry._replace(storage=storage_of(numbers.byteswap().tobytes(), big_endian=True))
    assert np.array_equal(read(turned, (slice(1, 3),)), numbers[1:3])
    assert digest(turned) == digest(entry)


def test_conjugated_and_negated_views_are_resolved() -> None:
    import torch

    numbers = torch.complex(torch.randn(5, 3), torch.randn(5, 3))
    for view in (numbers.conj(), numbers.conj().imag, numbers.conj().t()[1:]):
        entry = entry_of_tensor(view)
        assert entry.extra.conj or entry.extra.neg
        assert np.array_equal(read(entry), view.resolve_conj().resolve_neg().numpy())
        assert digest(entry) == digest_of(view)


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch's quantisation says that it is deprecated
@pytest.mark.parametrize("dtype", ["qint8", "quint8", "qint32"])
def test_quantised_elements_are_dequantised_or_left_as_integers(dtype: str) -> None:
    import torch

    numbers, kind = torch.arange(-20, 22).reshape(6, 7).float(), getattr(torch, dtype)
    scales, zero_points = torch.tensor([0.5, 1.0, 2.0, 0.25, 3.0, 0.125]), torch.tensor([1, 2, 3, 4, 5, 60])
    for tensor in (
        torch.quantize_per_tensor(numbers, 0.37, 5, kind),
        torch.quantize_per_channel(numbers, scales, zero_points, 0, kind),
        torch.quantize_per_channel(numbers.t().contiguous(), scales, zero_points, 1, kind),
    ):
        entry, whole = entry_of_tensor(tensor), tensor.dequantize().numpy()
        assert np.array_equal(read(entry), whole)
        assert np.array_equal(read(entry, (slice(None, None, -2), 3)), whole[::-2, 3])
        assert np.array_equal(read(entry, (), raw=True), tensor.int_repr().numpy())
        assert np.array_equal(np.concatenate(list(number_blocks(entry, 10))), whole.ravel())
        assert digest(entry) == digest_of(tensor)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("dtype", ["quint4x2", "quint2x4"])
def test_elements_packed_into_a_byte_are_taken_apart(dtype: str) -> None:
    import torch

    numbers, ones = torch.arange(15).reshape(3, 5).float() % 4, torch.ones(3)
    tensor = torch.quantize_per_channel(numbers, ones, torch.zeros(3), 0, getattr(torch, dtype))
    entry = entry_of_tensor(tensor)
    assert np.array_equal(read(entry), numbers.numpy())
    assert np.array_equal(read(entry, (1, slice(3, 5))), numbers.numpy()[1, 3:5])


def test_two_float4_numbers_come_out_of_each_byte() -> None:
    tensor = Tensor("t", "float4_e2m1fn_x2", (3,), (1,), 0, storage_of(bytes([0x10, 0x7F, 0xA6])))
    assert np.concatenate(list(number_blocks(tensor))).tolist() == [0.0, 0.5, -6.0, 6.0, 4.0, -1.0]


def test_an_array_pickled_as_text_is_read_from_the_text(tmp_path: Path) -> None:
    import pickle

    array = np.arange(700_000, dtype=np.uint16).reshape(1000, 700)
    saved = {"array": array, "fortran": np.asfortranarray(array), "little": array[:3]}
    (tmp_path / "array.pkl").write_bytes(pickle.dumps(saved, protocol=2))
    entries = dict(open_checkpoint(str(tmp_path / "array.pkl")).tensors())
    assert entries["array"].extra.latin1
    for key in saved:
        assert np.array_equal(read(entries[key]), saved[key])
        assert np.array_equal(read(entries[key], (slice(900, 1, -7), 699)), saved[key][900:1:-7, 699])


@pytest.mark.parametrize(
    ("text", "words"),
    [(b"ab\xc3xx", "not what bytes"), ("abcdeΩxx".encode(), "not what bytes"), (b"abcdefg", "ends after 7 of 8")],
)
def test_text_that_holds_no_bytes_is_refused(text: bytes, words: str) -> None:
    storage = Storage("0", "uint8", "cpu", 8, MemorySource(text))
    with pytest.raises(FileError, match=words):
        read(Tensor("t", "uint8", (8,), (1,), 0, storage, extra=Extra(latin1=True)))


@pytest.mark.parametrize(
    ("shape", "stride", "offset", "words"),
    [
        ((5,), (1,), 36, "number 41 of its storage, which holds 40"),
        ((3, 3), (20, 1), 0, "number 43"),
        ((2**29, 2**29), (2**29, 1), 0, "which holds 40"),
        ((-1,), (1,), 0, "size of -1"),
        ((2,), (-1,), 5, "stride of -1"),
        ((2,), (1,), -3, "storage offset of -3"),
        ((2, 2), (1,), 0, "2 dimensions and 1 strides"),
        ((2,) * 40, tuple(range(40)), 0, "40 dimensions"),
        ((True,), (1,), 0, "size of True"),
        ((2**40, 2**40), (0, 0), 0, "more than 64 bits can count"),
        ((10**5000,), (0,), 0, "size of more than 64 bits"),
        ((2,), (-(10**5000),), 0, "stride of more than 64 bits"),
    ],
)
def test_sizes_that_cannot_be_are_a_sentence(shape: Any, stride: Any, offset: int, words: str) -> None:
    tensor = Tensor("t", "int16", shape, stride, offset, storage_of(PLACES.tobytes()))
    for use in (read, digest, lambda tensor: list(blocks(tensor))):
        with pytest.raises(FileError, match=words):
            use(tensor)


def test_a_place_before_the_source_is_a_sentence() -> None:
    with pytest.raises(FileError, match="starts at a byte"):
        read(Tensor("t", "int16", (2,), (1,), 0, storage_of(PLACES.tobytes(), start=-8)))


def test_a_storage_that_promises_more_than_there_is_is_a_sentence() -> None:
    with pytest.raises(FileError, match="outside"):
        read(Tensor("t", "int16", (100,), (1,), 0, storage_of(PLACES.tobytes(), nbytes=200)))


@pytest.mark.parametrize("dtype", ["object", "float32[0]", "<U8", "O", "", "int16,int16", "x" * 1000])
def test_elements_that_are_no_numbers_are_a_sentence(dtype: str) -> None:
    with pytest.raises(FileError, match="cannot be read as numbers"):
        read(Tensor("t", dtype, (1,), (1,), 0, storage_of(bytes(16))))


@given(HOSTILE)
def test_whatever_a_tensor_claims_only_our_errors_come_out(tensor: Tensor) -> None:
    for use in (read, digest, lambda tensor: list(number_blocks(tensor))):
        with contextlib.suppress(InspectorError):
            use(tensor)


def test_what_is_missing_is_said() -> None:
    meta = Tensor("t", "float32", (2,), (1,), 0, None)
    for tensor, words in (
        (meta, "meta tensor"),
        (meta._replace(layout="sparse_coo", extra=Extra(parts=(meta,))), "look at its parts"),
        (meta._replace(storage=storage_of(b"", source=None)), "not in the file"),
        (meta._replace(storage=storage_of(bytes(8), damage="Half of it is missing.")), "Half of it"),
        (meta._replace(damage="It is broken."), "It is broken."),
    ):
        with pytest.raises(FileError, match=words):
            read(tensor)


@pytest.mark.parametrize("index", [(0, 0, 0), (9,), (0, -7)])
def test_an_index_that_does_not_fit_is_a_sentence(index: tuple[int, ...]) -> None:
    with pytest.raises(InspectorError, match="ind"):
        read(entry_of_array(np.zeros((3, 4), np.float32)), index)


def test_a_tensor_expanded_without_end_is_read_in_part_and_refused_as_a_whole() -> None:
    tensor = Tensor("t", "float32", (10**6, 10**6), (0, 0), 0, storage_of(np.float32(7).tobytes()))
    assert read(tensor, (slice(5, 7), slice(0, 3))).tolist() == [[7, 7, 7], [7, 7, 7]]
    with pytest.raises(FileError, match=r"repeats the 4 B of its storage until they are 4\.00 TB"):
        digest(tensor)
    with pytest.raises(InspectorError, match="Ask for a smaller part"):
        read(tensor)


class CountedSource(MemorySource):
    """Bytes in memory that count what is read of them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.bytes_read = 0
        self.most_at_once = 0

    def read_into(self, offset: int, buffer: memoryview) -> None:
        self.bytes_read += len(buffer)
        self.most_at_once = max(self.most_at_once, len(buffer))
        super().read_into(offset, buffer)


def test_a_transposed_matrix_is_read_once_and_in_pieces() -> None:
    matrix = np.arange(3000 * 2000, dtype=np.float32).reshape(3000, 2000)
    source = CountedSource(matrix.tobytes())
    tensor = Tensor("t", "float32", (2000, 3000), (1, 2000), 0, Storage("0", "uint8", "cpu", matrix.nbytes, source))
    assert np.array_equal(joined(blocks(tensor)).reshape(2000, 3000), matrix.T)
    assert source.bytes_read <= 1.1 * matrix.nbytes
    assert source.most_at_once <= 1024 * 1024


def test_a_page_of_a_large_tensor_reads_little_of_it() -> None:
    matrix = np.arange(3000 * 2000, dtype=np.float32).reshape(3000, 2000)
    source = CountedSource(matrix.tobytes())
    tensor = Tensor("t", "float32", (3000, 2000), (2000, 1), 0, Storage("0", "uint8", "cpu", matrix.nbytes, source))
    assert np.array_equal(read(tensor, (slice(1000, 1040), slice(500, 510))), matrix[1000:1040, 500:510])
    assert source.bytes_read <= 400_000
    assert np.array_equal(read(tensor, (slice(None, None, 1500), 7)), matrix[::1500, 7])
    assert source.bytes_read <= 450_000


def test_a_file_cut_short_since_it_was_opened_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    tensor = entry_in_file(path, np.arange(1000, dtype=np.float32))
    os.truncate(path, 2000)
    with pytest.raises(FileError, match="changed on disk") as raised:
        digest(tensor)
    assert raised.value.path == str(path)


def test_a_file_cut_short_while_it_is_read_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    tensor = entry_in_file(path, np.arange(1000, dtype=np.float32))
    pieces = blocks(tensor, 400)
    assert next(pieces)[-1] == 399
    os.truncate(path, 2000)
    with pytest.raises(FileError, match="ends at byte 2,000") as raised:
        list(pieces)
    assert raised.value.offset == 2000


def test_a_digest_says_how_far_it_is() -> None:
    tensor = entry_of_array(np.arange(700_000, dtype=np.float32))
    words = list(digesting(tensor))
    assert [word.share for word in words] == sorted(word.share for word in words)
    assert words[-1] == Progress(tensor.nbytes, tensor.nbytes)


def _in_numpy(tensor: Any) -> np.ndarray:
    import torch

    name = str(tensor.dtype)
    if "bfloat16" in name or "float8" in name:
        return tensor.float().numpy()
    if "complex32" in name:
        return torch.view_as_real(tensor).float().numpy().view(np.complex64)[..., 0]
    return tensor.numpy()
