"""What inert calls are made of: their arguments, checked, and the strided tensors that they describe."""

from __future__ import annotations

from ..language import tr
from .dtypes import ITEM_SIZES, PER_BYTE
from .entries import Extra, Storage, Tensor
from .inert import Global, Node

MAX_DIMENSIONS = 64
NO_EXTRA = Extra()
_BIGGEST = 1 << 63


class Malformed(Exception):
    """A call whose arguments cannot build what it should; its text says why."""


def arguments(node: Node) -> tuple[object, ...]:
    """The arguments of a call, as a tuple."""
    if isinstance(node.args, tuple):
        return node.args
    if isinstance(node.args, list):
        return tuple(node.args)
    raise Malformed(tr("{full} is called with something that is no tuple", full=node.type.full))


def sizes(value: object) -> tuple[int, ...]:
    """A shape or a stride: whole numbers from 0 to 2^63 - 1, at most 64 of them."""
    if isinstance(value, Node) and value.type.full == "torch.Size":
        value = (*arguments(value), ())[0]  # torch.Size() is the shape of a number
    if not isinstance(value, (tuple, list)) or len(value) > MAX_DIMENSIONS:
        raise Malformed(tr("a shape that is no short tuple"))
    shape = tuple(whole(each) for each in value)
    countable(shape)
    return shape


def countable(shape: tuple[int, ...]) -> None:
    """torch counts elements in 64 bits with a sign."""
    product = 1
    for dimension in shape:
        product *= max(dimension, 1)
    if product >= _BIGGEST:
        raise Malformed(tr("a shape with more elements than can be counted"))


def whole(value: object) -> int:
    """A size, a step or an offset."""
    if type(value) is not int or not 0 <= value < _BIGGEST:
        if type(value) is int and value < 0:
            raise Malformed(tr("a negative number where a size is expected"))
        raise Malformed(tr("something else where a size is expected"))
    return value


def same_length(shape: tuple[int, ...], stride: tuple[int, ...]) -> None:
    if len(shape) != len(stride):
        raise Malformed(tr("{dimensions} dimensions and {strides} strides", dimensions=len(shape), strides=len(stride)))


def contiguous_stride(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides, in elements, of a row-major tensor."""
    stride: list[int] = []
    step = 1
    for dimension in reversed(shape):
        stride.append(step)
        step *= max(dimension, 1)
    return tuple(reversed(stride))


def dtype_of(value: object) -> str:
    """torch's name of a dtype that a pickle names by `torch.float32`."""
    if isinstance(value, Global) and value.module == "torch" and value.name in ITEM_SIZES:
        return value.name
    raise Malformed(tr("a dtype is expected, and something else stands there"))


def strided(
    name: str,
    dtype: str,
    shape: tuple[int, ...],
    stride: tuple[int, ...],
    offset: int,
    storage: Storage | None,
    requires_grad: bool = False,
    extra: Extra = NO_EXTRA,
) -> Tensor:
    """A strided tensor, with its damage when it reaches out of its storage or the storage is damaged."""
    damage = ""
    if storage is not None:
        reach = reached(shape, stride)
        needed = -(-(offset + reach) // PER_BYTE.get(dtype, 1)) * ITEM_SIZES.get(dtype, 1) if reach else 0
        damage = storage.damage or (overreach(needed, storage) if needed > storage.nbytes else "")
    return Tensor(name, dtype, shape, stride, offset, storage, requires_grad, False, "strided", damage, extra)


def reached(shape: tuple[int, ...], stride: tuple[int, ...]) -> int:
    """The elements of its storage from its first to its last; 0 for a tensor without any."""
    last = 0
    for dimension, step in zip(shape, stride, strict=False):
        if dimension == 0:
            return 0
        last += (dimension - 1) * step
    return last + 1


def overreach(needed: int, storage: Storage) -> str:
    """The sentence about a tensor that needs more bytes than its storage has."""
    return tr(
        "It reaches to byte {needed:,} of its storage, which holds {nbytes:,}.", needed=needed, nbytes=storage.nbytes
    )
