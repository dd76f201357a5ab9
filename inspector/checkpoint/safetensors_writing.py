"""Safetensors: the length of a JSON header, the header, and the elements of the tensors, little-endian.

As the library does it, tensors with large elements come first, and the header is filled up with blanks to a multiple of
8: so every element stands at a multiple of its size. Each tensor has bytes of its own; there are no views.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import IO

from ..errors import FileError
from ..language import tr
from ..wording import safe
from .entries import ITEM_SIZES
from .planning import Leaf, Plan, PlannedTensor
from .safetensors_file import CODES, HEADER_LIMIT


def header(plan: Plan) -> bytes:
    """The header with its length before it. Raises FileError for what the format cannot hold."""
    told: dict[str, object] = {"__metadata__": {"format": "pt"} | dict(plan.metadata)}
    at = 0
    for key, tensor in _ordered(plan):
        if key in told:
            raise FileError(tr("A safetensors file cannot hold a tensor that is named {key!r}.", key=safe(key)))
        nbytes = plan.storages[tensor.storage].nbytes
        told[key] = {"dtype": _code(key, tensor), "shape": _shape(tensor), "data_offsets": [at, at + nbytes]}
        at += nbytes
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    text += b" " * (-len(text) % 8)
    if len(text) > HEADER_LIMIT:
        raise FileError(tr("So many names are more than the header of a safetensors file may hold."))
    return len(text).to_bytes(8, "little") + text


def write_safetensors(plan: Plan, file: IO[bytes], head: bytes) -> Iterator[int]:
    """Writes the file; yields the bytes of tensors that are done."""
    from .decoding import swap

    file.write(head)
    done = 0
    for _, tensor in _ordered(plan):
        for block in plan.storages[tensor.storage].blocks():
            if sys.byteorder == "big":
                swap(block)
            file.write(block.view("u1").data)
            done += block.nbytes
            yield done


def _ordered(plan: Plan) -> list[tuple[str, PlannedTensor]]:
    """The tensors in the order of their bytes, with their names."""
    if not isinstance(plan.root, dict) or not all(isinstance(leaf, Leaf) for leaf in plan.root.values()):
        raise FileError(tr("A safetensors file holds tensors by name, and nothing else."))
    named = [(str(key), plan.tensors[leaf.number]) for key, leaf in plan.root.items()]
    return sorted(named, key=lambda pair: -ITEM_SIZES[pair[1].dtype])


def _code(key: str, tensor: PlannedTensor) -> str:
    code = CODES.get(tensor.dtype)
    if tensor.dtype == "float4_e2m1fn_x2" and not tensor.shape:
        code = None
    if code is None or not _is_text(key):
        what = tr("{dtype} tensors", dtype=tensor.dtype) if code is None else tr("names with broken characters")
        raise FileError(tr("A safetensors file cannot hold {what}, such as {key}.", what=what, key=safe(key)))
    return code


def _shape(tensor: PlannedTensor) -> tuple[int, ...]:
    """torch counts the bytes of a packed type, safetensors the numbers."""
    if tensor.dtype != "float4_e2m1fn_x2":
        return tensor.shape
    return (*tensor.shape[:-1], 2 * tensor.shape[-1])


def _is_text(key: str) -> bool:
    """Whether a name is all characters: half of a surrogate pair is none."""
    return key.isascii() or key.encode("utf-8", "replace").decode() == key
