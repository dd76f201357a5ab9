"""Shapes and strides: which places of a storage a tensor's elements are at, and in which order.

Everything here is arithmetic on a few integers; nothing is read. Strides are in elements, as torch has
them, and never negative (torch knows none).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import FileError
from ..language import tr
from .entries import Tensor

MOST = 2**63 - 1
"""The largest number of elements, and of anything else, that torch can count."""
MOST_DIMENSIONS = 32
"""More than these, after those that go together are one, nobody has; numpy ends at 64."""


class Layout(NamedTuple):
    """Elements at `offset` + the sum of index * stride, over all indices of `shape`, in row-major order."""

    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int

    @property
    def numel(self) -> int:
        return math.prod(self.shape)

    @property
    def span(self) -> int:
        """How many places lie from the first element to the last one, both counted; 0 when there is none."""
        if 0 in self.shape:
            return 0
        return 1 + sum((size - 1) * step for size, step in zip(self.shape, self.stride))

    @property
    def is_contiguous(self) -> bool:
        """Whether the elements lie in row-major order without gaps."""
        return self.numel == self.span and coalesced(self).stride in ((), (1,))


def layout_of(tensor: Tensor) -> Layout:
    """The tensor's layout, checked to be one. Raises FileError for sizes and strides that cannot be."""
    shape, stride, offset = tensor.shape, tensor.stride, tensor.offset
    if len(stride) != len(shape):
        raise FileError(
            tr("The tensor has {count} dimensions and {count_2} strides.", count=len(shape), count_2=len(stride))
        )
    for what, numbers in ((tr("size"), shape), (tr("stride"), stride), (tr("storage offset"), (offset,))):
        for number in numbers:
            if type(number) is not int or not 0 <= number <= MOST:
                raise FileError(
                    tr(
                        "The tensor has a {what} of {as_text}, which no tensor can have.",
                        what=what,
                        as_text=_as_text(number),
                    )
                )
    layout = Layout(shape, stride, offset)
    if math.prod(size for size in shape if size) > MOST // 16:  # numpy counts the bytes, of none as well
        raise FileError(tr("The tensor's sizes multiply to more than 64 bits can count."))
    if len(shape) > MOST_DIMENSIONS and len(coalesced(layout).shape) > MOST_DIMENSIONS:
        raise FileError(
            tr(
                "The tensor has {count:,} dimensions; more than {most_dimensions} are not read.",
                count=len(shape),
                most_dimensions=MOST_DIMENSIONS,
            )
        )
    return layout


def coalesced(layout: Layout) -> Layout:
    """The same elements in the same order with as few dimensions as can be; none for a single element."""
    shape: list[int] = []
    stride: list[int] = []
    for size, step in zip(layout.shape, layout.stride):
        if size == 1:
            continue
        if shape and stride[-1] == step * size:
            shape[-1] *= size
            stride[-1] = step
        else:
            shape.append(size)
            stride.append(step)
    return Layout(tuple(shape), tuple(stride), layout.offset)


def distinct(layout: Layout) -> tuple[Layout, int]:
    """The layout without its expanded dimensions (stride 0), and how often each of its elements is meant."""
    kept = [(size, step) for size, step in zip(layout.shape, layout.stride) if step or size == 0]
    times = math.prod(size for size, step in zip(layout.shape, layout.stride) if not step and size)
    return Layout(tuple(size for size, _ in kept), tuple(step for _, step in kept), layout.offset), times


def in_storage_order(layout: Layout) -> Layout:
    """The same elements with the dimensions ordered as they lie in the storage: channels-last and
    transposed tensors become contiguous."""
    order = sorted(zip(layout.stride, layout.shape), key=lambda pair: -pair[0])
    return Layout(tuple(size for _, size in order), tuple(step for step, _ in order), layout.offset)


def slabs(layout: Layout, elements: int) -> Iterator[Layout]:
    """The layout in stretches of at most `elements` elements that follow one another in its order."""
    numel = layout.numel
    if numel == 0:
        return
    if numel <= elements:
        yield layout
        return
    size, step = layout.shape[0], layout.stride[0]
    inner = numel // size
    rows = max(1, elements // inner)
    for first in range(0, size, rows):
        part = Layout((min(rows, size - first), *layout.shape[1:]), layout.stride, layout.offset + first * step)
        if inner <= elements:
            yield part
        else:
            yield from slabs(Layout(part.shape[1:], part.stride[1:], part.offset), elements)


def _as_text(number: object) -> str:
    if isinstance(number, int) and abs(number) > MOST:
        return tr("more than 64 bits")  # Python refuses to write out numbers of many thousand digits
    return str(number)[:40]
