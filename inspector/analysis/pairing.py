"""Which element of one tensor belongs to which of another, and in which order both are read.

Why this way: what is worked out here does not depend on an order, so elements come as they lie in the file where both
tensors lie alike, and each only once however often an expanded tensor means it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ..checkpoint.decoding import Array, is_numeric
from ..checkpoint.entries import Tensor
from ..checkpoint.layouts import Layout
from ..errors import FileError, InspectorError
from ..language import tr
from ..wording import shape as shape_words

BLOCK = 128 * 1024
"""Elements of a block of what one thread reads. Two threads take a `STRETCH` at a time: they hand the interpreter to
each other at every call of numpy's, and with blocks half as long got no further than one."""
_PROBE = 1024
"""Bytes that tell most blocks apart."""


class Order(NamedTuple):
    """The elements of two tensors, each beside the one it belongs to."""

    a: Layout
    b: Layout
    axes: tuple[int, ...]
    """The dimensions of the tensors that these are, outermost first; those that both repeat are left out."""
    times: int
    """How often each pair of elements is meant."""


def as_it_is(a: Layout, b: Layout) -> Order:
    """All pairs of elements, in row-major order."""
    return Order(a, b, tuple(range(len(a.shape))), 1)


def in_order(a: Layout, b: Layout) -> Order:
    """All pairs of elements, as they lie in a."""
    kept = [axis for axis in range(len(a.shape)) if a.stride[axis] or b.stride[axis] or not a.shape[axis]]
    kept.sort(key=lambda axis: (-a.stride[axis], -b.stride[axis]))
    times = math.prod(size for axis, size in enumerate(a.shape) if axis not in kept)
    return Order(_along(a, kept), _along(b, kept), tuple(kept), times)


def _along(layout: Layout, axes: Iterable[int]) -> Layout:
    shape, stride = (tuple(each[axis] for axis in axes) for each in layout[:2])
    return Layout(shape, stride, layout.offset)


def in_step(blocks_a: Iterator[Array], blocks_b: Iterator[Array]) -> Iterator[tuple[Array, Array]]:
    """Blocks of any sizes as pairs of blocks of one size, at most `BLOCK`."""
    a = b = np.empty(0)
    while True:
        a = a if a.size else next(blocks_a, a)
        b = b if b.size else next(blocks_b, b)
        size = min(a.size, b.size, BLOCK)
        if not size:
            return
        yield a[:size], b[:size]
        a, b = a[size:], b[size:]


def numbers_in_one(tensor: Tensor) -> int:
    """How many numbers an element of the tensor is: two for float4_e2m1fn_x2."""
    return 2 if tensor.dtype == "float4_e2m1fn_x2" else 1


def refuse_what_has_no_distance(a: Tensor, b: Tensor) -> None:
    """Raises InspectorError for tensors of two shapes, and FileError for elements that are no numbers."""
    refuse_two_shapes(a, b)
    for tensor in (a, b):
        if not is_numeric(tensor.dtype):
            raise FileError(
                tr("Elements of the type {dtype} are no numbers that could be compared.", dtype=tensor.dtype[:60])
            )
    if "float4_e2m1fn_x2" in (a.dtype, b.dtype) and a.dtype != b.dtype:
        raise FileError(tr("Two numbers of float4_e2m1fn_x2 are one element: there is no number to each number."))


def refuse_two_shapes(a: Tensor, b: Tensor) -> None:
    """Raises InspectorError for tensors of two shapes."""
    if a.shape != b.shape:
        raise InspectorError(
            tr(
                "The shapes {one} and {other} differ: there is no element to each element.",
                one=shape_words(a.shape),
                other=shape_words(b.shape),
            )
        )


def same_bytes(a: Array, b: Array) -> bool:
    """Whether two blocks are the same bit for bit."""
    size = max(1, _PROBE // a.itemsize)
    if a[:size].tobytes() != b[:size].tobytes():
        return False
    if a.nbytes % 8:
        return a.tobytes() == b.tobytes()
    return bool(np.array_equal(a.view(np.uint64), b.view(np.uint64)))
