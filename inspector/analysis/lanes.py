"""Adding up one tensor, by one thread or two.

Why this way: numpy lets the interpreter go in most of what is done to a block, so that two threads get further
than one, and a window beside them stays awake. Both draw their stretches from one iterator: neither waits
for the other, and whoever stops - at an error, or because nobody asks on - takes the rest with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import length_hint

import numpy as np

from ..checkpoint.arrays import BLOCK, Elements, blocks_of, is_per_channel, number_blocks, numbers_of
from ..checkpoint.decoding import Array
from ..checkpoint.layouts import Layout
from ..progress import Progress
from .tallies import Numbers, Result, Singles, Table, Tally, measurable

STRETCH = 512 * 1024
"""Elements that a thread takes at a time, and after which the work says how far it is."""

Prepare = Callable[[Array], Array]


def adding_up(elements: Elements, layout: Layout, histogram: bool) -> Generator[Progress, None, Result]:
    """Measures the elements at `layout`, a part of what `elements` opened, in the order they lie in."""
    tensor = elements.tensor
    if is_per_channel(tensor):
        return (yield from _one_lane(map(measurable, number_blocks(tensor)), layout, Numbers(histogram)))
    tally, prepare = tally_for(elements, layout.numel, histogram)
    large = layout.is_contiguous and layout.numel > 2 * STRETCH
    # Counting bit patterns holds the interpreter nearly all the time: two threads would only wait for each other.
    if large and not isinstance(tally, Table) and elements.source.reads_anywhere:
        other, _ = tally_for(elements, layout.numel, histogram)
        return (yield from _two_lanes(elements, layout, (tally, other), prepare))
    return (yield from _one_lane(map(prepare, blocks_of(elements, layout)), layout, tally))


def tally_for(elements: Elements, numel: int, histogram: bool) -> tuple[Tally, Prepare]:
    """What adds up the blocks of a tensor, and what is done to each block before."""
    tensor, stored = elements.tensor, elements.type
    if tensor.dtype == "float32":
        return Singles(histogram, min(BLOCK, numel)), _as_it_is
    if stored.itemsize <= 2 and tensor.dtype != "float4_e2m1fn_x2":
        patterns = np.arange(256**stored.itemsize, dtype=f"u{stored.itemsize}").view(stored)
        return Table.of(measurable(numbers_of(tensor, patterns)), histogram), _as_it_is
    return Numbers(histogram), lambda block: measurable(numbers_of(tensor, block))


def _one_lane(blocks: Iterable[Array], layout: Layout, tally: Tally) -> Generator[Progress, None, Result]:
    done = 0
    for block in blocks:
        tally.add(block)
        done += block.size
        yield _progress(done, layout)
    return tally.result()


def _two_lanes(
    elements: Elements, layout: Layout, tallies: tuple[Tally, Tally], prepare: Prepare
) -> Generator[Progress, None, Result]:
    starts = iter(range(0, layout.numel, STRETCH))
    mine, theirs = (_stretches(elements, layout, starts, tally, prepare) for tally in tallies)
    for _ in together(starts, mine, theirs):
        yield _progress(layout.numel - length_hint(starts) * STRETCH, layout)
    yield _progress(layout.numel, layout)  # the other may have done the last of it, or everything
    tallies[0].join(tallies[1])
    return tallies[0].result()


def together(starts: Iterator[object], mine: Iterator[int], theirs: Iterator[int]) -> Iterator[int]:
    """Drives `theirs` on a thread of its own while it yields what `mine` yields; both draw from `starts`."""
    with ThreadPoolExecutor(1, thread_name_prefix="measuring") as helper:
        done = helper.submit(_exhaust, theirs)
        try:
            yield from mine
        finally:
            _exhaust(starts)
        done.result()


def _stretches(
    elements: Elements, layout: Layout, starts: Iterator[int], tally: Tally, prepare: Prepare
) -> Iterator[int]:
    """Adds up stretch after stretch of those that are left; yields where each ends."""
    for start in starts:
        size = min(STRETCH, layout.numel - start)
        for block in blocks_of(elements, Layout((size,), (1,), layout.offset + start)):
            tally.add(prepare(block))
        tally.settle(start)
        yield start + size


def _exhaust(iterator: Iterator[object]) -> None:
    deque(iterator, maxlen=0)


def _progress(done: int, layout: Layout) -> Progress:
    return Progress(min(done, layout.numel), layout.numel, "elements")


def _as_it_is(block: Array) -> Array:
    return block
