"""The opcodes of one tensor, recognised in a single step.

`torch.save` writes each tensor of a state_dict as the same 30 to 40 opcodes: a call of
`torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, OrderedDict())`, the
storage by its persistent id. One regular expression matches all of them, ten times as fast as following
them one by one. Whatever deviates is left to the machine; so is whatever the memo would need of the
inside of a tensor (`ShortcutMiss`), which no file that torch wrote has been seen to need.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from .inert import Global

if TYPE_CHECKING:
    from .unpickling import Machine


class StridedTensor(NamedTuple):
    """What a call of `_rebuild_tensor_v2` says, before the storage is looked up."""

    pid: tuple[object, ...]
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    requires_grad: bool


_INT = rb"(?:K.|M..|J....|\x8a\x05.{5}|\x8a\x06.{6})"
_PUT = rb"(?:q.|r....)"
_GET = rb"(h.|j....)"
_SIZES = rb"(\)|" + _INT + rb"{1,3}[\x85-\x87]|\(" + _INT + rb"+t)" + _PUT + rb"?"
_TENSOR = re.compile(
    rb"\(\(" + _GET + _GET  # 'storage', its type
    + rb"(?:X(.)\0\0\0([0-9]{1,20})(" + _PUT + rb")|" + _GET + rb")"  # its key, new or known
    + _GET + rb"(" + _INT + rb")(N?)t" + _PUT + rb"Q"  # the device, its length, no view
    + rb"(" + _INT + rb")" + _SIZES + _SIZES + rb"([\x88\x89])"  # offset, size, stride, requires_grad
    + _GET + rb"\)R" + _PUT + rb"t" + _PUT + rb"R(" + _PUT + rb")",
    re.DOTALL,
)  # fmt: skip
_INTS = re.compile(_INT, re.DOTALL)
_COST = 700  # bytes that a tensor takes until it stands in the tree


class TensorShortcut:
    """Recognises tensors for a `Machine`; one object serves one pickle."""

    trigger = "torch._utils._rebuild_tensor_v2"

    def __init__(self) -> None:
        self._sizes: dict[bytes, tuple[int, ...]] = {}  # shapes come again and again
        self._seen: set[str] = set()

    def match(self, machine: Machine) -> StridedTensor | None:
        """The tensor that is built by what follows `machine.at`, or None when it is not one of the usual."""
        found = _TENSOR.match(machine.buffer, machine.at)
        if found is None:
            return None
        (tag, kind, key_length, key, key_put, key_get, device, numel, no_view, offset,
         shape, stride, requires_grad, hooks, put) = found.groups()  # fmt: skip
        memo = machine.memo
        if key is None:
            name = memo.get(_index(key_get))
        else:
            name = key.decode() if key_length[0] == len(key) else None
        storage_type, location = memo.get(_index(kind)), memo.get(_index(device))
        if (
            type(name) is not str
            or memo.get(_index(tag)) != "storage"
            or type(storage_type) is not Global
            or type(location) is not str
            or getattr(memo.get(_index(hooks)), "full", "") != "collections.OrderedDict"
        ):
            return None
        pid = ("storage", storage_type, name, location, _number(numel))
        if no_view:
            pid += (None,)
        machine.spend(_COST)
        if name not in self._seen:
            self._seen.add(name)
            machine.pids.append(pid)
        tensor = StridedTensor(pid, _number(offset), self._ints(shape), self._ints(stride), requires_grad == b"\x88")
        if key_put is not None:
            memo[_index(key_put)] = name
        memo[_index(put)] = tensor
        machine.at = found.end()
        return tensor

    def _ints(self, opcodes: bytes) -> tuple[int, ...]:
        known = self._sizes.get(opcodes)
        if known is None:
            inside = opcodes[1:] if opcodes[:1] == b"(" else opcodes
            known = self._sizes[opcodes] = tuple(_number(each) for each in _INTS.findall(inside))
        return known


_u16 = struct.Struct("<H").unpack_from
_i32 = struct.Struct("<i").unpack_from
_u32 = struct.Struct("<I").unpack_from


def _index(opcode: bytes) -> int:
    """The memo index of a GET or PUT."""
    if len(opcode) == 2:
        return opcode[1]
    index: int = _u32(opcode, 1)[0]
    return index


def _number(opcode: bytes) -> int:
    """The value of an integer opcode."""
    if len(opcode) == 2:
        return opcode[1]
    if len(opcode) == 3:
        number: int = _u16(opcode, 1)[0]
    elif opcode[0] == 0x4A:
        number = _i32(opcode, 1)[0]
    else:
        number = int.from_bytes(opcode[2:], "little", signed=True)
    return number
