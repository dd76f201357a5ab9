"""The numbers of one tensor, read when asked for: block by block, a page of them, or as a digest.

    for block in blocks(tensor):            every element, 1-D pieces of the stored type, in row-major order
        ...
    read(tensor, (0, slice(0, 50)))         a part of it, as numbers in its own shape
    digest(tensor)                          the first 16 hex digits of the SHA-256 of its elements

Everything raises FileError, and nothing else, when a tensor's elements are missing, cannot be where it says,
or when the file was cut short or replaced since it was opened.

Why this way: nothing is mapped (see `sources`), and what is read at once is bounded whatever the strides
say: a block for what lies in order, a panel of at most 32 MB for what has to be gathered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from typing import Literal, Union

import numpy as np

from ..errors import FileError, InspectorError
from ..language import tr
from ..progress import Progress, finish
from ..wording import count, size
from .decoding import Array, decode, dequantize, float4_values, stored_type, swap
from .dtypes import PER_BYTE
from .encodings import Latin1Source, UnpackedSource
from .entries import Quantization, Storage, Tensor
from .layouts import MOST, Layout, coalesced, in_storage_order, layout_of, slabs
from .sources import Source

Order = Literal["logical", "storage"]
Index = tuple[Union[int, slice], ...]

BLOCK = 256 * 1024
"""Elements of a block: with the buffers its statistics need, it stays in the processor's cache."""

MOST_READ = 256 * 1024 * 1024
"""Bytes that `read` gives at most."""

_PANEL = 32 * 1024 * 1024
"""Bytes gathered at once where the elements do not lie in the order they are wanted in."""
_STRIDE = 16 * 1024 * 1024
"""Bytes that are walked over at once where most of what lies between the elements is not wanted."""
_SPAN = 1024 * 1024
"""Bytes that are read in one go to pick elements out of them."""
_GAP = 16 * 1024
"""Bytes that are rather read through than skipped: a `pread` costs about as much."""
_ENDLESS = 1024 * 1024 * 1024
"""Bytes up to which a tensor may repeat its storage (expanded, overlapping) as often as it likes."""


class Elements:
    """The elements of one tensor: where they are, checked to be there, and read with one call each."""

    def __init__(self, tensor: Tensor) -> None:
        if tensor.damage:
            raise FileError(tensor.damage)
        self.tensor = tensor
        self.layout = layout_of(tensor)
        self.type = stored_type(tensor.dtype)
        storage = _storage_of(tensor)
        self._source, self._start = _elements_of(tensor, storage)
        self._swap = storage.big_endian and self.type.itemsize > 1
        self._turn = (tensor.extra.conj, tensor.extra.neg) if tensor.extra.conj or tensor.extra.neg else None
        self._check_ends(storage)

    @property
    def itemsize(self) -> int:
        return self.type.itemsize

    @property
    def source(self) -> Source:
        """Where the elements are read from."""
        return self._source

    def opened(self) -> AbstractContextManager[None]:
        """Keeps the file open for the reads inside."""
        return self._source.opened()

    def read_into(self, first: int, out: Array) -> None:
        """Fills `out` (1-D, contiguous, of the stored type) with what stands from place `first` of the storage on."""
        if out.size:
            self._source.read_into(self._start + first * self.itemsize, memoryview(out.view(np.uint8).data))
            if self._swap:
                swap(out)
            if self._turn:
                _turn(out, *self._turn)

    def gather(self, layout: Layout) -> Array:
        """The elements at `layout`, as an array of its shape. What it reads beside them is bounded."""
        out = np.empty(layout.shape, self.type)
        if layout.is_contiguous:
            self.read_into(layout.offset, out.reshape(-1))
        elif out.size:
            self._gather_into(out, layout)
        return out

    def _gather_into(self, out: Array, layout: Layout) -> None:
        span = layout.span
        nbytes = span * self.itemsize
        if nbytes <= _GAP or (nbytes <= _SPAN and span <= 4 * layout.numel):
            places = np.empty(span, self.type)
            self.read_into(layout.offset, places)
            steps = tuple(step * self.itemsize for step in layout.stride)
            out[...] = np.lib.stride_tricks.as_strided(places, layout.shape, steps, writeable=False)
            return
        widest = max(range(len(layout.shape)), key=lambda axis: layout.stride[axis] * (layout.shape[axis] > 1))
        half = layout.shape[widest] // 2
        for start, stop in ((0, half), (half, layout.shape[widest])):
            shape = (*layout.shape[:widest], stop - start, *layout.shape[widest + 1 :])
            chosen = (slice(None),) * widest + (slice(start, stop),)
            part = Layout(shape, layout.stride, layout.offset + start * layout.stride[widest])
            self._gather_into(out[chosen], part)

    def _check_ends(self, storage: Storage) -> None:
        places = storage.nbytes * PER_BYTE.get(self.tensor.dtype, 1) // self.itemsize
        last = self.layout.offset + self.layout.span if self.layout.span else 0
        if last > places:
            raise FileError(
                tr(
                    "The tensor's last element would be number {last} of its storage, which holds {max} ({nbytes}).",
                    last=count(last),
                    max=count(max(places, 0)),
                    nbytes=size(storage.nbytes),
                ),
                hint=tr("Its sizes, strides or offset are wrong, or the file was damaged."),
            )


def blocks(tensor: Tensor, elements: int = BLOCK, *, order: Order = "logical") -> Iterator[Array]:
    """The tensor's elements as 1-D arrays of at most `elements`, in row-major order.

    The arrays have the stored type in native byte order: bfloat16, float8 and quantised elements are the
    integers they are stored as (see `decoding`), complex32 ones four bytes. Each is valid only until the next
    is asked for. With `order="storage"` the elements come as they lie in the storage, where that is quicker.
    """
    opened = Elements(tensor)
    yield from blocks_of(opened, opened.layout if order == "logical" else in_storage_order(opened.layout), elements)


def blocks_of(opened: Elements, layout: Layout, elements: int = BLOCK) -> Iterator[Array]:
    """As `blocks`, for the elements at `layout` (a layout of the same storage, within the tensor's bounds)."""
    layout = coalesced(layout)
    _refuse_endless(layout, opened.itemsize)
    with opened.opened():
        if layout.is_contiguous:
            yield from _contiguous_blocks(opened, layout.offset, layout.numel, elements)
        else:
            yield from _gathered_blocks(opened, layout, elements)


def number_blocks(tensor: Tensor, elements: int = BLOCK) -> Iterator[Array]:
    """The tensor's elements as `blocks` gives them, but as numbers (see `numbers_of`), in row-major order."""
    if is_per_channel(tensor):
        yield from _dequantized_rows(tensor, elements)
    else:
        yield from (numbers_of(tensor, block) for block in blocks(tensor, elements))


def numbers_of(tensor: Tensor, stored: Array) -> Array:
    """Stored elements of a tensor that is not quantised per channel, as numbers: bfloat16, float8 and quantised
    ones as float32, the two in a byte of float4_e2m1fn_x2 as float32 one after the other, bool as bool."""
    quantization = tensor.extra.quantization
    if quantization is not None:
        return dequantize(stored, quantization.scale, quantization.zero_point)
    if tensor.dtype == "float4_e2m1fn_x2":
        return float4_values()[np.stack([stored & 15, stored >> 4], axis=-1).reshape(-1)]
    return decode(stored, tensor.dtype)


def is_per_channel(tensor: Tensor) -> bool:
    """Whether each channel of a quantised tensor has a scale of its own."""
    quantization = tensor.extra.quantization
    return quantization is not None and isinstance(quantization.scale, Tensor)


def read(tensor: Tensor, index: Index = (), *, raw: bool = False) -> Array:
    """The part of a tensor that `index` says, one int or slice for each dimension, as numbers.

    An int takes its dimension away, as in numpy; missing dimensions are taken whole. bfloat16 and float8
    come as float32, complex32 as complex64, and quantised elements as the float32 they stand for - or,
    when `raw`, as their integers. Raises InspectorError for an index that does not fit, or for more than 256 MB.
    """
    opened = Elements(tensor)
    chosen = _chosen(index, opened.layout.shape)
    part, turned = _part(opened.layout, chosen)
    if part.numel * opened.itemsize > MOST_READ:
        raise InspectorError(
            tr("{numel} elements are more than can be shown at once.", numel=count(part.numel)),
            hint=tr("Ask for a smaller part."),
        )
    with opened.opened():
        numbers = decode(opened.gather(part)[turned], tensor.dtype)
    if tensor.extra.quantization is not None and not raw:
        numbers = dequantize(numbers, *_quantization_at(tensor, tensor.extra.quantization, chosen))
    dropped = tuple(axis for axis, one in enumerate(index) if not isinstance(one, slice))
    return numbers.squeeze(dropped)


def digest(tensor: Tensor) -> str:
    """The first 16 hex digits of the SHA-256 of the elements, as contiguous little-endian bytes in row-major
    order; of a quantised tensor, of its integers."""
    return finish(digesting(tensor))


def digesting(tensor: Tensor) -> Generator[Progress, None, str]:
    """`digest`, saying how far it is."""
    total, done = tensor.nbytes, 0
    sha = hashlib.sha256()
    for block in blocks(tensor):
        sha.update(block.astype(block.dtype.newbyteorder("<"), copy=False).view(np.uint8).data)
        done += block.nbytes
        yield Progress(done, total)
    return sha.hexdigest()[:16]


def _storage_of(tensor: Tensor) -> Storage:
    storage = tensor.storage
    if storage is None:
        if tensor.extra.parts:
            raise FileError(
                tr("A {layout} tensor has no elements of its own: look at its parts.", layout=tensor.layout)
            )
        raise FileError(tr("The tensor was saved without its numbers (a meta tensor)."))
    if storage.damage:
        raise FileError(storage.damage)
    if storage.source is None:
        raise FileError(tr("The numbers of this tensor are not in the file."))
    return storage


def _elements_of(tensor: Tensor, storage: Storage) -> tuple[Source, int]:
    """The source that holds the storage's elements one after another, and where in it they begin."""
    source, start, nbytes = storage.source, storage.start, storage.nbytes
    assert source is not None
    if not (0 <= start <= MOST and 0 <= nbytes <= MOST):
        raise FileError(tr("The tensor's storage starts at a byte, or has a size, that no file can have."))
    if tensor.extra.latin1:
        source, start = Latin1Source(source, start, nbytes), 0
    if tensor.dtype in PER_BYTE:
        source, start = UnpackedSource(source, start, nbytes, PER_BYTE[tensor.dtype]), 0
    return source, start


def _contiguous_blocks(opened: Elements, first: int, numel: int, elements: int) -> Iterator[Array]:
    buffer = np.empty(min(elements, numel), opened.type)
    for done in range(0, numel, elements):
        block = buffer[: min(elements, numel - done)]
        opened.read_into(first + done, block)
        yield block


def _gathered_blocks(opened: Elements, layout: Layout, elements: int) -> Iterator[Array]:
    for slab in slabs(layout, _gathered_at_once(layout, opened.itemsize, elements)):
        row = opened.gather(slab).reshape(-1)
        for start in range(0, row.size, elements):
            yield row[start : start + elements]


def _gathered_at_once(layout: Layout, itemsize: int, elements: int) -> int:
    """How many elements are gathered at once."""
    first = next(slabs(layout, elements), layout)
    if first.span <= 4 * first.numel:
        return elements
    if list(layout.stride) == sorted(layout.stride, reverse=True):
        return max(1, min(elements, _STRIDE * layout.numel // (layout.span * itemsize)))
    # The rows of a transposed matrix are spread over all of it: as many as may be are taken at once, so that
    # what lies beside them is read but once.
    return max(elements, _PANEL // itemsize)


def _dequantized_rows(tensor: Tensor, elements: int) -> Iterator[Array]:
    if not tensor.shape:
        raise FileError(tr("A tensor without dimensions cannot have scales for its channels."))
    rows = max(1, elements // max(1, tensor.numel // max(1, tensor.shape[0])))
    for first in range(0, tensor.shape[0], rows):
        yield read(tensor, (slice(first, first + rows),)).reshape(-1)


def _refuse_endless(layout: Layout, itemsize: int) -> None:
    nbytes = layout.numel * itemsize
    if nbytes > _ENDLESS and nbytes > 64 * layout.span * itemsize:
        raise FileError(
            tr(
                "The tensor repeats the {span} of its storage until they are {nbytes}: that is not read to its end.",
                span=size(layout.span * itemsize),
                nbytes=size(nbytes),
            )
        )


def _turn(elements: Array, conj: bool, neg: bool) -> None:
    """Resolves torch's lazy conjugation and negation, in place."""
    parts = elements.view(np.float16) if elements.dtype.kind == "V" else elements
    if neg:
        np.negative(parts, out=parts)
    if conj and parts.dtype.kind == "c":
        np.conjugate(parts, out=parts)
    elif conj and elements.dtype.kind == "V":
        np.negative(parts[1::2], out=parts[1::2])


def _chosen(index: Index, shape: tuple[int, ...]) -> list[range]:
    """The indices that are taken of each dimension."""
    if len(index) > len(shape):
        raise InspectorError(
            tr(
                "{count} indices are too many for a tensor of {count_2} dimensions.",
                count=len(index),
                count_2=len(shape),
            )
        )
    return [_taken(one, length) for one, length in zip((*index, *(slice(None),) * (len(shape) - len(index))), shape)]


def _taken(one: int | slice, length: int) -> range:
    if isinstance(one, slice):
        return range(length)[one]
    if not -length <= one < length:
        raise InspectorError(tr("There is no index {one} in a dimension of {length} elements.", one=one, length=length))
    return range(one % length, one % length + 1)


def _part(layout: Layout, chosen: list[range]) -> tuple[Layout, tuple[slice, ...]]:
    """The elements of the `chosen` indices, none walked backwards, and the slices that turn those dimensions
    round that were to be."""
    forward = [taken[::-1] if taken.step < 0 else taken for taken in chosen]
    first = sum(taken.start * step for taken, step in zip(forward, layout.stride) if taken)
    stride = tuple(taken.step * step for taken, step in zip(forward, layout.stride))
    turned = tuple(slice(None, None, -1 if taken.step < 0 else 1) for taken in chosen)
    return Layout(tuple(map(len, forward)), stride, layout.offset + first), turned or (...,)  # type: ignore[return-value]


def _quantization_at(tensor: Tensor, quantization: Quantization, chosen: list[range]) -> tuple[Array, Array]:
    """Scale and zero point of the chosen part, in shapes that broadcast with it."""
    scale, zero_point = (
        _along_axis(values, quantization.axis, tensor, chosen)
        for values in (quantization.scale, quantization.zero_point)
    )
    return scale, zero_point


def _along_axis(values: float | Tensor, axis: int | None, tensor: Tensor, chosen: list[range]) -> Array:
    if not isinstance(values, Tensor):
        return np.asarray(values, np.float64)
    if axis is None or not 0 <= axis < len(tensor.shape) or values.numel != tensor.shape[axis]:
        raise FileError(tr("The tensor's scales do not fit its shape, so its numbers cannot be worked out."))
    taken = chosen[axis]
    numbers = read(values).reshape(-1)[np.arange(taken.start, taken.stop, taken.step)].astype(np.float64)
    return numbers.reshape([-1 if dimension == axis else 1 for dimension in range(len(tensor.shape))])
