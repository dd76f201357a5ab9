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
_NORM = re.compile(r"norm|(^|[._])(bn|ln|gn)(_|\d|\.|$)", re.IGNORECASE)


def new_dtype(item: Item, wish: Wish, norms: frozenset[str]) -> str:
    """The dtype of a tensor after the wish: floating point ones are cast, as `model.half()` does it."""
    if not wish.dtype or not is_plain(item) or item.dtype not in _FLOATS:
        return item.dtype
    if wish.keep_norms and item.key.rpartition(".")[0] in norms:
        return item.dtype
    return wish.dtype


def norms_of(items: tuple[Item, ...]) -> frozenset[str]:
    """The paths of normalisation layers: by their running statistics, or by names that only they have."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.key.rpartition(".")[0], []).append(item)
    return frozenset(path for path, group in groups.items() if _is_norm(path, group))


def _is_norm(path: str, group: list[Item]) -> bool:
    if any(item.key.endswith("running_mean") for item in group):
        return True
    return all(len(item.shape or ()) == 1 for item in group) and _NORM.search(path) is not None


def is_exact(old: str, new: str) -> bool:
    """Whether `new` holds every number of `old`."""
    return old == new or old in _HELD.get(new, ())


def blocks(tensor: Tensor, dtype: str) -> Iterator[Array]:
    """The elements as `dtype` stores them, in row-major order; each block valid until the next is asked for."""
    from ..checkpoint import arrays
    from ..checkpoint.converting import convert

    return (convert(block, tensor.dtype, dtype) for block in arrays.blocks(tensor))


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

    done, losses = 0, Losses()
    for block in arrays.blocks(tensor):
        done += block.nbytes
        losses = together(losses, _of_block(block, tensor.dtype, dtype))
        yield done, losses


def together(one: Losses, other: Losses) -> Losses:
    """The losses of two tensors in one."""
    numbers, nan, infinite, overflowing, vanishing, subnormal, rounded = map(sum, zip(one[:-1], other[:-1]))
    worst = max(one.largest_error, other.largest_error)
    return Losses(numbers, nan, infinite, overflowing, vanishing, subnormal, rounded, worst)


def _of_block(stored: Array, old: str, new: str) -> Losses:
    import numpy as np

    from ..checkpoint.converting import convert
    from ..checkpoint.decoding import decode

    numbers: Any = decode(stored, old)
    if numbers.dtype == np.float16:
        numbers = numbers.astype(np.float32)
    back: Any = decode(convert(stored, old, new), new)
    with np.errstate(all="ignore"):
        back = back.astype(numbers.dtype, copy=False)
        size, reached = np.abs(numbers), np.abs(back)
        subnormal = _count((reached < _SMALLEST[new]) & (size >= _SMALLEST.get(old, 0.0)) & (reached > 0))
        changed = np.flatnonzero(back != numbers)  # NaN is among them; in most files few numbers are exact
        before, after = size[changed], reached[changed]
        nan, overflowing, vanishing = np.isnan(before), np.isinf(after), after == 0
        rounded = ~(nan | overflowing | vanishing)
        errors = np.abs(after[rounded] - before[rounded]) / before[rounded]
    return Losses(
        numbers.size, _count(nan), _count(np.isinf(size)), _count(overflowing), _count(vanishing), subnormal,
        _count(rounded), float(errors.max()) if errors.size else 0.0,
    )  # fmt: skip


def _count(mask: Array) -> int:
    import numpy as np

    return int(np.count_nonzero(mask))
