"""The opcodes of one tensor, or of a run of named ones, recognised in a single step.

`torch.save` writes each tensor of a state_dict as the same 30 to 40 opcodes: a call of
`torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, OrderedDict())`, the
storage by its persistent id. One regular expression matches all of them, ten times as fast as following
them one by one. Whatever deviates is left to the machine; so is whatever the memo would need of the
inside of a tensor (`ShortcutMiss`), which no file that torch wrote has been seen to need.

Why this way: in a state_dict name follows tensor follows name, 100,000 times. Such a run is matched name and
all, and then converted column by column, which takes 3 microseconds a tensor where the machine takes 40.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple

from .inert import Global, Node
from .runs import groups_in_a_row

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
_TAIL = (
    _GET + rb"(" + _INT + rb")(N?)t" + _PUT + rb"Q"  # the device, the storage's length, no view of it
    + rb"(" + _INT + rb")" + _SIZES + _SIZES + rb"([\x88\x89])"  # offset, size, stride, requires_grad
    + _GET + rb"\)R" + _PUT + rb"t" + _PUT + rb"R"
)  # fmt: skip
_TENSOR = (
    rb"(?s)\(\(" + _GET + _GET  # 'storage', its type
    + rb"(?:X(.)\0\0\0([0-9]{1,20})(" + _PUT + rb")|" + _GET + rb")"  # its key, new or known
    + _TAIL + rb"(" + _PUT + rb")"
)  # fmt: skip
_ANY_GET = rb"(?:h.|j....)"
_NEXT = (
    rb"(?s)(?:u\()?X(.)\0\0\0([ -~]+?)r(....)"  # perhaps a new batch of items; a name
    + rb"(" + _ANY_GET + rb"\(\(" + _ANY_GET + _ANY_GET + rb")"  # the function, 'storage', its type
    + rb"X(.)\0\0\0([0-9]{1,20})r(....)" + _TAIL + rb"r(....)"
)  # fmt: skip
_HEAD = rb"(?s)" + _GET + rb"\(\(" + _GET + _GET
_INTS = rb"(?s)" + _INT
_MANY = 32  # tensors from which on it pays to compile the expressions: they take 5 ms, and the machine 1 ms for these
_TRUE = b"\x88"
_NO_HOOKS = "collections.OrderedDict"
_COST = 700  # bytes that a tensor takes until it stands in the tree


class TensorShortcut:
    """Recognises tensors for a `Machine`; one object serves one pickle."""

    trigger = "torch._utils._rebuild_tensor_v2"

    def __init__(self) -> None:
        self._met = 0
        self._sizes = _Sizes()
        self._numbers = _Numbers()
        self._meanings: dict[tuple[bytes, bytes, bytes], tuple[Global, str]] = {}
        self._kinds: dict[tuple[bytes, bytes, bytes, bytes], tuple[Global, str] | None] = {}

    def match(self, machine: Machine, trigger: bytes) -> StridedTensor | None:
        """The tensor that is built by what follows `machine.at`, or None when it is not one of the usual.

        When a run of names and tensors follows it in the same dict, these are put on the machine's stack too;
        what is returned is the last tensor of the run. `trigger` is the opcode that got the function.
        """
        self._met += 1
        if self._met <= _MANY:
            return None
        tensor = self._one(machine)
        if tensor is None or len(machine.stack) % 2 == 0 or not machine.outer:
            return tensor
        if machine.buffer[machine.at : machine.at + 1] not in (b"X", b"u"):  # a name, or the end of a batch of items
            return tensor
        below = machine.outer[-1]
        if not below or type(below[-1]) is not Node:
            return tensor
        run = self._run(machine, trigger)
        if run:
            machine.stack.append(tensor)
            machine.stack.extend(run[:-1])
        return run[-1] if run else tensor  # type: ignore[return-value]

    def _one(self, machine: Machine) -> StridedTensor | None:
        found = re.compile(_TENSOR).match(machine.buffer, machine.at)
        if found is None:
            return None
        (tag, kind, key_length, key, key_put, key_get, device, numel, no_view, offset,
         shape, stride, requires_grad, hooks, put) = found.groups()  # fmt: skip
        memo = machine.memo
        known = self._known_kind(memo, (tag, kind, device, hooks))
        if key is None:
            name = memo.get(_index(key_get))
        else:
            name = key.decode() if key_length[0] == len(key) else None
        if known is None or type(name) is not str:
            return None
        pid: tuple[object, ...] = ("storage", known[0], name, known[1], self._numbers[numel])
        if no_view:
            pid += (None,)
        machine.spend(_COST)
        sizes = self._sizes
        tensor = StridedTensor(pid, self._numbers[offset], sizes[shape], sizes[stride], requires_grad == _TRUE)
        if key_put is not None:
            machine.pids.append(pid)
            machine.remember(_index(key_put), name)
        machine.remember(_index(put), tensor)
        machine.at = found.end()
        return tensor

    def _run(self, machine: Machine, trigger: bytes) -> list[object]:
        """Name, tensor, name, tensor ... as far as they follow in the usual form; moves the machine behind them."""
        rows, matches = groups_in_a_row(re.compile(_NEXT), machine.buffer, machine.at)
        rows = rows[: self._sound(machine, rows, trigger)] if rows else []
        if not rows:
            return []
        machine.spend(_COST * len(rows))
        (_, names, name_puts, heads, _, keys, key_puts, devices, numels, no_views, offsets,
         shapes, strides, grads, hooks, puts) = zip(*rows, strict=True)  # fmt: skip
        texts, key_texts = _texts(names), _texts(keys)
        types, locations = self._types(heads, devices, hooks)
        numbers, sizes = self._numbers.__getitem__, self._sizes.__getitem__
        columns = [repeat("storage"), types, key_texts, locations, map(numbers, numels)]
        if no_views[0]:
            columns.append(repeat(None))
        pids = list(zip(*columns, strict=False))  # as many as there are keys
        views = zip(pids, map(numbers, offsets), map(sizes, shapes), map(sizes, strides), map(_TRUE.__eq__, grads))
        tensors = list(map(StridedTensor._make, views))
        machine.pids.extend(pids)
        machine.remember_all(_indices(name_puts), texts)
        machine.remember_all(_indices(key_puts), key_texts)
        machine.remember_all(_indices(puts), tensors)
        machine.at = matches[len(rows) - 1].end()
        return list(chain.from_iterable(zip(texts, tensors, strict=True)))

    def _sound(self, machine: Machine, rows: list[tuple[bytes, ...]], trigger: bytes) -> int:
        """How many of the rows, from the first, are what the expression took them for.

        It cannot count: that a name is as long as it says is checked here, and what the references mean.
        """
        lengths, names, _, heads, key_lengths, keys, _, devices, _, views, *_, hooks, _ = zip(*rows, strict=True)
        if (
            list(b"".join(lengths)) == list(map(len, names))
            and list(b"".join(key_lengths)) == list(map(len, keys))
            and len(set(views)) == 1
            and all(self._means(machine, each, trigger) for each in set(zip(heads, devices, hooks, strict=True)))
        ):
            return len(rows)
        return next(index for index, row in enumerate(rows) if not self._is_sound(machine, row, trigger, rows[0][9]))

    def _is_sound(self, machine: Machine, row: tuple[bytes, ...], trigger: bytes, view: bytes) -> bool:
        return (
            len(row[1]) == row[0][0]
            and len(row[5]) == row[4][0]
            and row[9] == view
            and self._means(machine, (row[3], row[7], row[14]), trigger)
        )

    def _means(self, machine: Machine, references: tuple[bytes, bytes, bytes], trigger: bytes) -> bool:
        """Whether the references of a row are what they are taken for."""
        head, device, hooks = references
        function, tag, kind = re.fullmatch(_HEAD, head).groups()  # type: ignore[union-attr]
        found = self._known_kind(machine.memo, (tag, kind, device, hooks)) if function == trigger else None
        if found is not None:
            self._meanings[references] = found
        return found is not None

    def _types(
        self, heads: tuple[bytes, ...], devices: tuple[bytes, ...], hooks: tuple[bytes, ...]
    ) -> tuple[Iterable[Global], Iterable[str]]:
        """The type and the device of each storage."""
        if len(set(heads)) == len(set(devices)) == len(set(hooks)) == 1:
            kind, location = self._meanings[heads[0], devices[0], hooks[0]]
            return repeat(kind), repeat(location)
        found = [self._meanings[each] for each in zip(heads, devices, hooks, strict=True)]
        return [kind for kind, _ in found], [location for _, location in found]

    def _known_kind(
        self, memo: dict[int, object], handles: tuple[bytes, bytes, bytes, bytes]
    ) -> tuple[Global, str] | None:
        try:
            return self._kinds[handles]
        except KeyError:
            found = self._kinds[handles] = self._kind(memo, *handles)
            return found

    def _kind(
        self, memo: dict[int, object], tag: bytes, kind: bytes, device: bytes, hooks: bytes
    ) -> tuple[Global, str] | None:
        """What four references into the memo say: the type of the storage and its device."""
        storage_type, location = memo.get(_index(kind)), memo.get(_index(device))
        usual = memo.get(_index(tag)) == "storage" and getattr(memo.get(_index(hooks)), "full", "") == _NO_HOOKS
        if usual and type(storage_type) is Global and type(location) is str:
            return storage_type, location
        return None


def _texts(names: tuple[bytes, ...]) -> list[str]:
    """Printable ASCII, decoded in one go."""
    return b"\n".join(names).decode("ascii").split("\n")


def _indices(puts: tuple[bytes, ...]) -> tuple[int, ...]:
    return struct.unpack(f"<{len(puts)}I", b"".join(puts))


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


class _Numbers(dict[bytes, int]):
    """The values of integer opcodes; the same ones come again and again."""

    def __missing__(self, opcode: bytes) -> int:
        value = self[opcode] = _number(opcode)
        return value


class _Sizes(dict[bytes, "tuple[int, ...]"]):
    """Shapes and strides by their opcodes."""

    def __missing__(self, opcodes: bytes) -> tuple[int, ...]:
        inside = opcodes[1:] if opcodes[:1] == b"(" else opcodes
        value = self[opcodes] = tuple(_number(each) for each in re.findall(_INTS, inside))
        return value
