"""Entries over bytes in memory or in a file, made from the arrays and tensors that they must read back as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from inspector.checkpoint.entries import ITEM_SIZES, Extra, Quantization, Storage, Tensor
from inspector.checkpoint.sources import FileSource, MemorySource, Source


def storage_of(data: bytes, **changes: Any) -> Storage:
    return Storage("0", "uint8", "cpu", len(data), MemorySource(data))._replace(**changes)


def entry_of_array(array: np.ndarray, **changes: Any) -> Tensor:
    """A numpy array as an entry with the array's own strides, over the bytes of what it is a view of."""
    whole = array
    while isinstance(whole.base, np.ndarray):
        whole = whole.base
    data = whole.tobytes("A")
    offset = (array.__array_interface__["data"][0] - whole.__array_interface__["data"][0]) // array.itemsize
    stride = tuple(step // array.itemsize for step in array.strides)
    tensor = Tensor("array", array.dtype.name, array.shape, stride, offset, storage_of(data))
    return tensor._replace(**changes)


def entry_of_tensor(tensor: Any, **changes: Any) -> Tensor:
    """A torch tensor as an entry, over the bytes of its storage."""
    import torch

    extra = Extra(_quantization_of(tensor), conj=tensor.is_conj(), neg=tensor.is_neg())
    data = torch.tensor([], dtype=torch.uint8).set_(tensor.untyped_storage()).numpy().tobytes()
    dtype = str(tensor.dtype).removeprefix("torch.")
    layout = (tuple(tensor.shape), tuple(tensor.stride()), tensor.storage_offset())
    return Tensor("tensor", dtype, *layout, storage_of(data), extra=extra)._replace(**changes)


def entry_in_file(path: Path, array: np.ndarray) -> Tensor:
    """A contiguous array as an entry whose bytes are those of the file at `path`, which is written."""
    path.write_bytes(array.tobytes())
    return entry_over(FileSource(str(path)), array)


def entry_over(source: Source, array: np.ndarray, start: int = 0) -> Tensor:
    """A contiguous array as an entry whose bytes stand in `source`."""
    storage = Storage("0", "uint8", "cpu", array.nbytes, source, start)
    stride = tuple(step // array.itemsize for step in array.strides)
    return Tensor("array", array.dtype.name, array.shape, stride, 0, storage)


def _quantization_of(tensor: Any) -> Quantization | None:
    if not tensor.is_quantized:
        return None
    scheme = str(tensor.qscheme()).removeprefix("torch.")
    if scheme.startswith("per_tensor"):
        return Quantization(scheme, tensor.q_scale(), tensor.q_zero_point())
    scales, zero_points = tensor.q_per_channel_scales(), tensor.q_per_channel_zero_points()
    axis = tensor.q_per_channel_axis()
    return Quantization(scheme, entry_of_tensor(scales), entry_of_tensor(zero_points), axis)


ODD = st.sampled_from([0, 1, 2, 3, 7, 8, 2**20, 2**31, 2**62, 2**63 - 1, 2**64, 10**5000, -1, -(2**63)])
HOSTILE = st.builds(
    lambda dtype, shape, stride, offset, nbytes, start, data, flags: Tensor(
        "t",
        dtype,
        tuple(shape),
        tuple(stride[: len(shape)]),
        offset,
        storage_of(data, nbytes=nbytes, start=start, big_endian=flags[0]),
        extra=Extra(conj=flags[1], neg=flags[2], latin1=flags[3]),
    ),
    st.sampled_from([*ITEM_SIZES, "object"]),
    st.lists(ODD, max_size=4),
    st.lists(ODD, min_size=3, max_size=4),
    ODD,
    ODD,
    ODD,
    st.binary(max_size=64),
    st.tuples(*[st.booleans()] * 4),
)
"""Tensors that claim anything about themselves."""
