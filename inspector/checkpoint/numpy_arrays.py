"""numpy's arrays and scalars as pickles hold them, understood without numpy.

`ndarray.__reduce__` gives `_reconstruct(ndarray, (0,), b'b')` and a state (version, shape, dtype, is_fortran,
data); a scalar is `scalar(dtype, data)`; a dtype is `dtype('f8', False, True)` with a state that begins with
(version, byte order). In protocol 2 the data are text, `_codecs.encode(text, 'latin1')`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from ..language import tr
from .calls import Malformed, arguments, contiguous_stride, sizes, strided
from .dtypes import NUMPY_DTYPES
from .entries import Extra, Storage, Tensor
from .inert import Blob, Node
from .sources import MemorySource, Source

_RECONSTRUCT = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
_FROM_BUFFER = ("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer")
_SCALAR = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
_UNPACK = {
    "b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
    "f2": "e", "f4": "f", "f8": "d",
}  # fmt: skip


class Dtype(NamedTuple):
    code: str
    big_endian: bool

    @property
    def item_size(self) -> int:
        digits = self.code[1:]
        return int(digits) if digits.isdigit() and len(digits) < 10 else 0


def array(name: str, value: object, next_number: Callable[[], int]) -> Tensor | None:
    """`value` as a numpy array, or None when it is none (or one of objects). Raises Malformed.

    `next_number` gives numbers by which blocks of memory go that stand in the pickle itself and have no name.
    """
    if not isinstance(value, Node):
        return None
    if value.type.full in _RECONSTRUCT and isinstance(value.state, tuple) and len(value.state) == 5:
        _version, shape, dtype, fortran, data = value.state
    elif value.type.full in _FROM_BUFFER and len(arguments(value)) == 4:
        data, dtype, shape, order = arguments(value)
        fortran = order == "F"
    else:
        return None
    found = as_dtype(dtype)
    if found is None or found.code not in NUMPY_DTYPES:
        return None
    storage, latin1 = _storage(data, found, sizes(shape), next_number())
    extra = Extra(subclass="numpy.ndarray", latin1=latin1)
    stride = _stride(sizes(shape), fortran is True)
    return strided(name, NUMPY_DTYPES[found.code], sizes(shape), stride, 0, storage, extra=extra)


def _stride(shape: tuple[int, ...], fortran: bool) -> tuple[int, ...]:
    return contiguous_stride(shape[::-1])[::-1] if fortran else contiguous_stride(shape)


def _storage(data: object, dtype: Dtype, shape: tuple[int, ...], number: int) -> tuple[Storage, bool]:
    source, start, nbytes, latin1 = _bytes_of(data)
    if latin1:
        nbytes = dtype.item_size  # what the text decodes to is known when it is read; the array says how much
        for dimension in shape:
            nbytes *= dimension
    key = tr("inline {number}", number=number)
    return Storage(key, NUMPY_DTYPES[dtype.code], "cpu", nbytes, source, start, dtype.big_endian), latin1


def _bytes_of(data: object) -> tuple[Source, int, int, bool]:
    """Where the data are: source, start, bytes there, and whether they are latin-1 text in UTF-8."""
    if isinstance(data, bytes):
        return MemorySource(data), 0, len(data), False
    if isinstance(data, Blob):
        if data.type == "str":  # as a source that ends where the text ends: what follows is no text
            return data.source.part(data.start, data.nbytes), 0, data.nbytes, True
        return data.source, data.start, data.nbytes, False
    if isinstance(data, str):
        return _latin1(data)
    if isinstance(data, Node) and data.type.full == "_codecs.encode":
        text = (arguments(data) or ("",))[0]
        return _latin1(text) if isinstance(text, str) else _bytes_of(text)
    raise Malformed(tr("an array whose data are neither bytes nor text"))


def _latin1(text: str) -> tuple[Source, int, int, bool]:
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        raise Malformed(tr("an array whose text is not latin-1")) from None
    return MemorySource(data), 0, len(data), False


def as_dtype(value: object) -> Dtype | None:
    """numpy's dtype from the call that makes it."""
    if not isinstance(value, Node) or value.type.full not in ("numpy.dtype", "numpy._dtype.dtype"):
        return None
    args = arguments(value)
    code = args[0] if args and isinstance(args[0], str) else ""
    state = value.state if isinstance(value.state, tuple) else ()
    order = state[1] if len(state) > 1 and isinstance(state[1], str) else "<"
    return Dtype(code.lstrip("<>=|"), order == ">" or code.startswith(">"))


def scalar(value: object) -> tuple[str, object] | None:
    """A numpy scalar as (type, plain value), or None when `value` is none."""
    if not isinstance(value, Node) or value.type.full not in _SCALAR:
        return None
    args = arguments(value)
    dtype = as_dtype(args[0]) if len(args) == 2 else None
    if dtype is None or dtype.code not in _UNPACK:
        return None
    source, start, nbytes, latin1 = _bytes_of(args[1])
    if latin1 or nbytes != dtype.item_size:
        raise Malformed(tr("a scalar whose data do not have its size"))
    order = ">" if dtype.big_endian else "<"
    (plain,) = struct.unpack(order + _UNPACK[dtype.code], source.read(start, nbytes))
    return f"numpy.{NUMPY_DTYPES[dtype.code]}", plain


def objects(value: object) -> list[object] | None:
    """What an array of Python objects holds, or None when `value` is none."""
    if isinstance(value, Node) and value.type.full in _RECONSTRUCT and isinstance(value.state, tuple):
        data = value.state[-1] if value.state else None
        return data if isinstance(data, list) else None
    return None
