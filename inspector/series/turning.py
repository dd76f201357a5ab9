"""The product of two successive updates of a tensor, read from three frames at once.

Why this way: where the two updates are of a size, their product follows from three distances that are measured anyway
(see `merging.moved`). Where one is much larger, that would lose the digits of the smaller; then the numbers themselves
are multiplied.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator

import numpy as np

from ..analysis.differences import wide
from ..analysis.moments import dotted
from ..checkpoint.arrays import number_blocks
from ..checkpoint.decoding import Array
from ..checkpoint.entries import Tensor
from ..progress import Progress

_BLOCK = 64 * 1024
"""Elements of a block: six of them, three in float64, stay in the processor's cache."""


def multiplying(earlier: Tensor, before: Tensor, now: Tensor) -> Generator[Progress, None, float]:
    """The sum of (now - before) * (before - earlier), of complex numbers the real part; nan where not all are finite.

    The tensors are of one shape. Raises FileError when they cannot be read.
    """
    total, done = 0.0, 0
    for one, two, three in _in_step(*(number_blocks(each, _BLOCK) for each in (earlier, before, now))):
        total += _product(one, two, three)
        done += one.size
        yield Progress(min(done, now.numel), now.numel, "elements")
    return total if math.isfinite(total) else math.nan


@np.errstate(all="ignore")
def _product(one: Array, two: Array, three: Array) -> float:
    middle = wide(two)
    last, first = wide(three) - middle, middle - wide(one)
    if last.dtype == first.dtype:  # a complex product's real part is the sum of those of the parts
        return dotted(last.view(np.float64), first.view(np.float64))
    return dotted(last.real.copy(), first.real.copy())


def _in_step(*sides: Iterator[Array]) -> Iterator[tuple[Array, ...]]:
    """Blocks of any sizes as blocks of one size."""
    held = [np.empty(0)] * len(sides)
    while True:
        held = [block if block.size else next(side, block) for block, side in zip(held, sides)]
        size = min(block.size for block in held)
        if not size:
            return
        yield tuple(block[:size] for block in held)
        held = [block[size:] for block in held]
