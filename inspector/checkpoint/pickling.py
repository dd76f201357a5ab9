"""A tree as a pickle of the kind that `torch.save` writes, in protocol 2.

Python's own pickler can only write classes that it can import, and torch is not imported here. So the opcodes are
written as `pickle` and torch 2.13 (`torch/_utils.py`, `torch/_tensor.py`) write them: few kinds of things are enough.

What stands in several places is written once and referred to, lists and dicts alike, as `pickle` does it: a tree
that doubles itself stays as small as it was, and what refers back to itself stays so.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Generator, Iterator, Sequence

from ..errors import FileError
from ..language import tr
from .dtypes import STORAGE_DTYPES
from .inert import Global, Node
from .planning import Leaf, PlannedStorage, PlannedTensor, StorageLeaf

_STORAGES = {dtype: Global("torch", name) for name, dtype in STORAGE_DTYPES.items() if "Untyped" not in name}
"""Types that have a class of storages. The others came later, and are written as untyped ones with their dtype."""

_UNTYPED = Global("torch.storage", "UntypedStorage")
_REBUILD_TENSOR = Global("torch._utils", "_rebuild_tensor_v2")
_REBUILD_TYPED = Global("torch._utils", "_rebuild_tensor_v3")
_REBUILD_PARAMETER = Global("torch._utils", "_rebuild_parameter")
_ORDERED = Global("collections", "OrderedDict")
_ENCODE = Global("_codecs", "encode")
_PYTHON2 = {"builtins": "__builtin__", "copyreg": "copy_reg"}
_BATCH = 1000
_MOST_DEPTH = 200
_END, _PAUSE = object(), object()
_AT_ONCE = 4_000
"""Tensors and containers between two words on how far it is."""


class Pickler:
    """Writes one pickle; `dump` gives its bytes. Raises FileError for what cannot be written."""

    def __init__(
        self, tensors: Sequence[PlannedTensor], storages: Sequence[PlannedStorage], bare: Sequence[int] = ()
    ) -> None:
        self._tensors = tensors
        self._storages = storages
        self._bare = bare
        self._out = bytearray(b"\x80\x02")
        self._memo: dict[object, int] = {}
        self._numbers = 0
        self._kept: list[object] = []  # their ids are in the memo, so they must live as long
        self._inside: list[Iterator[object]] = []
        """The containers that are open, each in the one before it."""
        self._written = 0
        """How many tensors are written."""

    def dumping(self, root: object) -> Generator[int, None, bytes]:
        """The bytes of the pickle; yields now and then how many tensors are in it."""
        if _is_container(root):
            yield from self._saving(root)
        else:
            self._save(root)
        return bytes(self._out + b".")

    def _saving(self, root: object) -> Iterator[int]:
        """Saves a container with all that is in it: each hands out those in it, so that this never calls itself."""
        inside, said = self._inside, 0
        inside.append(self._container(root))
        while inside:
            child = next(inside[-1], _END)
            if child is _END:
                inside.pop()
                continue
            if child is _PAUSE:
                yield self._written
                continue
            inside.append(self._container(child))
            if len(self._memo) - said > _AT_ONCE:
                said = len(self._memo)
                yield self._written

    def _save(self, value: object) -> None:
        """Saves what is no container."""
        if isinstance(value, Leaf):
            self._save_tensor(value.number)
        elif isinstance(value, StorageLeaf):
            self._save_storage(self._bare[value.number])
        elif isinstance(value, Global):
            self._save_global(value)
        else:
            self._save_plain(value)

    # -- plain values --------------------------------------------------------------------------------

    def _save_plain(self, value: object) -> None:
        if value is None:
            self._out += b"N"
        elif isinstance(value, bool):
            self._out += b"\x88" if value else b"\x89"
        elif isinstance(value, int):
            self._out += _int(value)
        elif isinstance(value, float):
            self._out += b"G" + struct.pack(">d", value)
        elif isinstance(value, str):
            self._save_text(value)
        elif isinstance(value, complex):
            self._call(Global("builtins", "complex"), (value.real, value.imag))
        elif isinstance(value, (bytes, bytearray)):
            self._call(_ENCODE, (value.decode("latin-1"), "latin1"))
        elif value == ():
            self._out += b")"
        else:
            raise FileError(tr("A value of the type {name} cannot be written.", name=type(value).__name__))

    def _save_text(self, text: str) -> None:
        if self._recalled(text):
            return
        data = text.encode("utf-8", "surrogatepass")
        self._out += b"X" + struct.pack("<I", len(data)) + data
        self._remember(text)

    def _save_global(self, value: Global) -> None:
        if self._recalled(("global", value.full)):
            return
        module = _PYTHON2.get(value.module, value.module)
        if "\n" in value.full:
            raise FileError(tr("A class whose name has line ends cannot be written."))
        self._out += f"c{module}\n{value.name}\n".encode("utf-8", "surrogatepass")
        self._remember(("global", value.full))

    # -- containers ----------------------------------------------------------------------------------

    def _container(self, value: object) -> Iterator[object]:
        """Saves a container; yields those in it, which are saved before it goes on."""
        if self._recalled(("id", id(value))):
            return
        self._kept.append(value)
        if isinstance(value, Node):
            yield from self._node(value)
        elif isinstance(value, dict):
            yield from self._dict(value)
        elif isinstance(value, list):
            self._out += b"]"
            self._remember(("id", id(value)))
            yield from self._batches(value, b"e")
        elif isinstance(value, tuple):
            yield from self._tuple(value)
            self._remember(("id", id(value)))

    def _dict(self, value: dict[object, object]) -> Iterator[object]:
        attributes = vars(value) if isinstance(value, OrderedDict) else {}
        if isinstance(value, OrderedDict):
            self._call(_ORDERED, ())
        else:
            self._out += b"}"
        self._remember(("id", id(value)))
        yield from self._batches([part for pair in value.items() for part in pair], b"u")
        if attributes:
            yield dict(attributes)
            self._out += b"b"

    def _node(self, value: Node) -> Iterator[object]:
        """What was read from a pickle, written as it was made: called, filled, and given its state."""
        if value.type.full == "builtins.dict" and value.args == ():
            self._out += b"}"
        else:
            args = value.args
            if not isinstance(args, tuple):
                raise FileError(tr("A {full} that is made of no arguments cannot be written.", full=value.type.full))
            elements = value.elements if value.type.full == "builtins.set" else None
            self._save_global(value.type)
            yield from self._tuple((list(elements),) if elements is not None and not args else args)
            self._out += b"R"
        self._remember(("id", id(value)))
        yield from self._batches([part for pair in value.pairs() for part in pair], b"u")
        if value.elements is not None and value.type.full != "builtins.set":
            yield from self._batches(value.elements, b"e")
        if value.state is not None:
            yield from self._each((value.state,))
            self._out += b"b"

    def _batches(self, values: Sequence[object], opcode: bytes) -> Iterator[object]:
        """Items (`u`) or elements (`e`), a thousand of them at a time."""
        step = 2 * _BATCH if opcode == b"u" else _BATCH
        for start in range(0, len(values), step):
            self._out += b"("
            yield from self._each(values[start : start + step])
            self._out += opcode
            if len(values) > step:
                yield _PAUSE

    def _each(self, values: Sequence[object]) -> Iterator[object]:
        if len(self._inside) >= _MOST_DEPTH and values:
            raise FileError(
                tr("What is nested deeper than {most_depth} levels cannot be written.", most_depth=_MOST_DEPTH)
            )
        for value in values:
            if type(value) is str:  # most are
                self._save_text(value)
            elif type(value) is Leaf:
                self._save_tensor(value.number)
            elif _is_container(value):
                yield value
            else:
                self._save(value)

    def _tuple(self, values: Sequence[object]) -> Iterator[object]:
        """Without a place in the memo: most tuples stand once."""
        if not values:
            self._out += b")"
            return
        self._out += b"(" if len(values) > 3 else b""
        yield from self._each(values)
        self._out += _end_of_tuple(len(values))

    def _save_tuple(self, values: Sequence[object]) -> None:
        """One that holds no container."""
        if not values:
            self._out += b")"
            return
        self._out += b"(" if len(values) > 3 else b""
        for value in values:
            self._save(value)
        self._out += _end_of_tuple(len(values))

    def _call(self, function: Global, arguments: tuple[object, ...]) -> None:
        """A call with arguments that are no containers."""
        self._save_global(function)
        self._save_tuple(arguments)
        self._out += b"R"

    # -- tensors -------------------------------------------------------------------------------------

    def _save_tensor(self, number: int) -> None:
        if self._recalled(("tensor", number)):
            return
        tensor = self._tensors[number]
        self._written += 1
        if tensor.parameter:
            self._save_global(_REBUILD_PARAMETER)
            self._out += b"("
            self._save_plain_tensor(tensor, requires_grad=False)
            self._out += b"\x88" if tensor.requires_grad else b"\x89"
            self._call(_ORDERED, ())
            self._out += b"tR"
        else:
            self._save_plain_tensor(tensor, requires_grad=tensor.requires_grad)
        self._remember(("tensor", number))

    def _save_plain_tensor(self, tensor: PlannedTensor, *, requires_grad: bool) -> None:
        typed = tensor.dtype in _STORAGES
        self._save_global(_REBUILD_TENSOR if typed else _REBUILD_TYPED)
        self._out += b"("
        self._save_storage(tensor.storage)
        self._out += _int(tensor.offset)
        for sizes in (tensor.shape, tensor.stride):
            self._save_tuple(sizes)
        self._out += b"\x88" if requires_grad else b"\x89"
        self._call(_ORDERED, ())
        if not typed:
            self._save_global(Global("torch", tensor.dtype))
        self._out += b"tR"
        if tensor.parameter:
            self._numbers += 1
            self._out += _put(self._numbers - 1)

    def _save_storage(self, number: int) -> None:
        """The persistent id of a storage: ('storage', its class, its name, where it is, how many elements)."""
        storage = self._storages[number]
        kind = _STORAGES.get(storage.dtype)
        self._out += b"("
        self._save_text("storage")
        self._save_global(kind or _UNTYPED)
        self._save_text(str(number))
        self._save_text("cpu")
        self._out += _int(storage.numel if kind is not None else storage.nbytes) + b"tQ"

    # -- what was written before ---------------------------------------------------------------------

    def _recalled(self, what: object) -> bool:
        number = self._memo.get(what)
        if number is None:
            return False
        self._out += b"h" + bytes([number]) if number < 256 else b"j" + struct.pack("<I", number)
        return True

    def _remember(self, what: object) -> None:
        self._memo[what] = self._numbers
        self._out += _put(self._numbers)
        self._numbers += 1


def _is_container(value: object) -> bool:
    """Whether other things are in it; most things are texts and tensors."""
    is_one = isinstance(value, (Node, dict, list, tuple)) and not isinstance(value, (Leaf, StorageLeaf, Global))
    return is_one and value != ()


def _end_of_tuple(count: int) -> bytes:
    return b"t" if count > 3 else b"\x85\x86\x87"[count - 1 : count]


def _put(number: int) -> bytes:
    return b"q" + bytes([number]) if number < 256 else b"r" + struct.pack("<I", number)


def _int(value: int) -> bytes:
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if 0 <= value < 65536:
        return b"M" + struct.pack("<H", value)
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    if len(data) > 255:
        raise FileError(tr("A number of more than 2,000 bits cannot be written."))
    return b"\x8a" + bytes([len(data)]) + data
