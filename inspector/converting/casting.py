"""Numbers in another dtype, and what that loses: counted block by block, before anything is written.

    for done, losses in measured(tensor, "float16"): ...        `losses` of the numbers so far
    for block in blocks(tensor, "float16"): ...                 what is written, the very same conversion

Rounding is torch's (see `checkpoint.converting`): a float64 goes to 16 bits by way of a float32.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..checkpoint.dtypes import CONVERTED
from ..checkpoint.entries import ITEM_SIZES
from ..comparing.sides import Item
from .sections import is_plain
from .wishes import Losses, Wish

if TYPE_CHECKING:
    from ..checkpoint.decoding import Array
    from ..checkpoint.entries import Tensor

_FLOAT8 = tuple(name for name in CONVERTED if name.startswith("float8"))
_HELD = {
    "float64": ("float32", "float16", "bfloat16", *_FLOAT8),
    "float32": ("float16", "bfloat16", *_FLOAT8),
    "float16": _FLOAT8,
    "bfloat16": _FLOAT8,
}
"""The types whose every number a type holds as well."""
_FLOATS = ("float64", "float32", "float16", "bfloat16", *_FLOAT8)
_SMALLEST = {"float64": 2.0**-1022, "float32": 2.0**-126, "float16": 2.0**-14, "bfloat16": 2.0**-126}
"""The smallest number of a type that is not subnormal."""
_PIECE = 1 << 14
"""Elements that are worked on at once: with all that is made of them they stay in a processor's cache."""
_PATTERNS = 1 << 16
_NORM = re.compile(r"norm|(^|[._])(bn|ln|gn)(_|\d|\.|$)", re.IGNORECASE)


def new_dtype(item: Item, wish: Wish, norms: frozenset[str]) -> str:
    """The dtype of a tensor after the wish: floating point ones are cast, as `model.half()` does it."""
    if not wish.dtype or not is_plain(item) or item.dtype not in _FLOATS:
        return item.dtype
    if wish.keep_norms and item.key.rpartition(".")[0] in norms:
        return item.dtype
    return wish.dtype


def norms_of(items: tuple[Item, ...]) -> frozenset[str]:
    """The paths of normalisation layers: by their running statistics, weights of one dimension, or their names."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.key.rpartition(".")[0], []).append(item)
    return frozenset(path for path, group in groups.items() if _is_norm(path, group))


def _is_norm(path: str, group: list[Item]) -> bool:
    if any(item.key.endswith("running_mean") for item in group):
        return True
    if not all(len(item.shape or ()) == 1 for item in group):
        return False
    names = {item.key.rpartition(".")[2] for item in group}
    return names == {"weight", "bias"} or _NORM.search(path) is not None


def is_exact(old: str, new: str) -> bool:
    """Whether `new` holds every number of `old`."""
    return old == new or old in _HELD.get(new, ())


def blocks(tensor: Tensor, dtype: str) -> Iterator[Array]:
    """The elements as `dtype` stores them, in row-major order; each block valid until the next is asked for."""
    import numpy as np

    from ..checkpoint import arrays
    from ..checkpoint.converting import convert
    from ..checkpoint.decoding import stored_type

    made = np.empty(min(arrays.BLOCK, tensor.numel), stored_type(dtype))
    for block in arrays.blocks(tensor):
        if block.size > made.size:
            made = np.empty(block.size, made.dtype)
        for start in range(0, block.size, _PIECE):
            piece = block[start : start + _PIECE]
            made[start : start + piece.size] = convert(piece, tensor.dtype, dtype)
        yield made[: block.size]


def zeros(numel: int, dtype: str) -> Iterator[Array]:
    """So many zeros, in blocks."""
    import numpy as np

    from ..checkpoint.arrays import BLOCK
    from ..checkpoint.decoding import stored_type

    block = np.zeros(min(numel, BLOCK), stored_type(dtype))
    for done in range(0, numel, BLOCK):
        yield block[: min(BLOCK, numel - done)]


def measured(tensor: Tensor, dtype: str) -> Iterator[tuple[int, Losses]]:
    """What a cast of the tensor loses: after each block the bytes that were read, and the losses so far."""
    from ..checkpoint import arrays

    counting = _by_pattern if ITEM_SIZES[tensor.dtype] == 2 and tensor.numel > _PATTERNS else _by_number
    done = 0
    for block, losses in counting(arrays.blocks(tensor), tensor.dtype, dtype):
        done += block.nbytes
        yield done, losses


Blocks = Iterator["Array"]


def _by_number(blocks: Blocks, old: str, new: str) -> Iterator[tuple[Array, Losses]]:
    """In pieces that stay in the cache of a processor, with all that is worked out of them."""
    losses = Losses()
    for block in blocks:
        for start in range(0, block.size, _PIECE):
            losses = together(losses, _of_block(block[start : start + _PIECE], old, new))
        yield block, losses


def _by_pattern(blocks: Blocks, old: str, new: str) -> Iterator[tuple[Array, Losses]]:
    """Of 16 bits there are so few patterns that it is enough to count them."""
    import numpy as np

    from ..checkpoint.decoding import stored_type

    counts = np.zeros(_PATTERNS, np.int64)
    patterns = np.arange(_PATTERNS, dtype=np.uint16)
    for block in blocks:
        counts += np.bincount(block.view(np.uint16), minlength=_PATTERNS)
        yield block, Losses(int(counts.sum()))
    there = counts > 0
    yield patterns[:0], _of_block(patterns[there].view(stored_type(old)), old, new, counts[there])


def together(one: Losses, other: Losses) -> Losses:
    """The losses of two tensors in one."""
    numbers, nan, infinite, overflowing, vanishing, subnormal, rounded = map(sum, zip(one[:-1], other[:-1]))
    worst = max(one.largest_error, other.largest_error)
    return Losses(numbers, nan, infinite, overflowing, vanishing, subnormal, rounded, worst)


def _of_block(stored: Array, old: str, new: str, counts: Array | None = None) -> Losses:
    """What a cast of these elements loses; with `counts` each stands for so many."""
    import numpy as np

    from ..checkpoint.converting import convert
    from ..checkpoint.decoding import decode

    numbers: Any = decode(stored, old)
    if numbers.dtype == np.float16:
        numbers = numbers.astype(np.float32)
    back: Any = decode(convert(stored, old, new), new)
    with np.errstate(all="ignore"):
        size, reached = np.abs(numbers), np.abs(back.astype(numbers.dtype, copy=False))
        errors = np.abs(reached - size)
        usual = counts is None and bool(np.isfinite(errors.max(initial=0))) and reached.min(initial=1) >= _SMALLEST[new]
        if not usual:
            return _of_any(size, reached, errors, _SMALLEST.get(old, 0.0), _SMALLEST[new], counts)
        rounded = int(np.count_nonzero(errors))
        errors /= size
        return Losses(numbers.size, rounded=rounded, largest_error=float(errors.max(initial=0)))


def _of_any(
    size: Array, reached: Array, errors: Array, old_smallest: float, smallest: float, counts: Array | None
) -> Losses:
    """As `_of_block`, where there are numbers that are not finite, or small ones."""
    import numpy as np

    nan, infinite = np.isnan(size), np.isinf(size)
    vanishing = (reached == 0) & (size > 0)
    rounded = (errors > 0) & np.isfinite(reached) & ~vanishing
    masks = (
        nan, infinite, np.isinf(reached) & ~infinite, vanishing,
        (reached < smallest) & (reached > 0) & (size >= old_smallest), rounded,
    )  # fmt: skip
    every = np.ones_like(masks[0])
    sums = (int(np.count_nonzero(mask) if counts is None else counts[mask].sum()) for mask in (every, *masks))
    numbers, were_nan, were_infinite, *lost = sums
    worst = float((errors[rounded] / size[rounded]).max(initial=0)) if rounded.any() else 0.0
    return Losses(numbers, were_nan, were_infinite, lost[0], lost[1], lost[2], lost[3], worst)
