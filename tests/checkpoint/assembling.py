"""Checkpoints put together by hand: pickles opcode by opcode, and the containers around them.

    data = pickled({"w": tensor("0", (2, 3))})       # bytes of a pickle, without torch and without a class
    zip_file(path, data, {"0": bytes(24)})

What `pickle` would refuse or could not be made to write - names of classes that are not there, calls of
anything, lies - is written here as easily as what is sound.
"""

from __future__ import annotations

import io
import math
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

MAGIC = 0x1950A86A20F9469CFC6C
_NUMPY_OF_STORAGE = {"Float": 4, "Double": 8, "Half": 2, "Long": 8, "Int": 4, "Byte": 1, "Bool": 1, "BFloat16": 2}


class Raw(bytes):
    """Opcodes that leave one object on the stack, put in as they are."""


class Name(NamedTuple):
    """A class or function, by module and name."""

    module: str
    name: str


class Call(NamedTuple):
    """What calling `callee` with `args` gives, and what is set on it by BUILD."""

    callee: object
    args: tuple[object, ...] = ()
    state: object = None
    new: bool = False
    """NEWOBJ instead of REDUCE."""


class Pid(NamedTuple):
    """A persistent id."""

    pid: object


def pickled(value: object, protocol: int = 2) -> bytes:
    """`value` as a pickle."""
    return b"\x80" + bytes([protocol]) + opcodes(value) + b"."


def opcodes(value: object) -> bytes:
    """The opcodes that build `value`, of protocol 2 and below. Nothing is memoised."""
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, Name):
        return b"c" + value.module.encode() + b"\n" + value.name.encode() + b"\n"
    if isinstance(value, Call):
        made = opcodes(value.callee) + opcodes(tuple(value.args)) + (b"\x81" if value.new else b"R")
        return made if value.state is None else made + opcodes(value.state) + b"b"
    if isinstance(value, Pid):
        return opcodes(value.pid) + b"Q"
    return _plain(value)


def _plain(value: object) -> bytes:
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        return b"\x8a" + bytes([len(raw)]) + raw
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return b"X" + struct.pack("<I", len(raw)) + raw
    if isinstance(value, bytes):
        return b"B" + struct.pack("<I", len(value)) + value
    if isinstance(value, dict):
        return b"}(" + b"".join(opcodes(key) + opcodes(item) for key, item in value.items()) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(opcodes, value)) + b"e"
    assert isinstance(value, tuple), value
    return b"(" + b"".join(map(opcodes, value)) + b"t"


ORDERED = Name("collections", "OrderedDict")
REBUILD = Name("torch._utils", "_rebuild_tensor_v2")


def mapping(pairs: list[tuple[object, object]]) -> Raw:
    """A dict whose keys need not be hashable here."""
    return Raw(b"}(" + b"".join(opcodes(key) + opcodes(value) for key, value in pairs) + b"u")


def ordered(items: dict[str, object]) -> Raw:
    """An OrderedDict."""
    body = b"".join(opcodes(key) + opcodes(value) for key, value in items.items())
    return Raw(opcodes(Call(ORDERED)) + b"(" + body + b"u")


def storage(key: str, numel: int, kind: str = "Float", device: str = "cpu", *rest: object) -> Pid:
    """A storage by its persistent id."""
    return Pid(("storage", Name("torch", f"{kind}Storage"), key, device, numel, *rest))


def contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a row-major tensor."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def tensor(key: str, shape: tuple[int, ...], kind: str = "Float", **others: object) -> Call:
    """A tensor that fills its storage; `offset`, `stride`, `numel` and `rest` (of the persistent id) may differ."""
    stride = others.get("stride", contiguous(shape))
    numel = others.get("numel", math.prod(shape))
    rest = others.get("rest", ())
    held = storage(key, numel, kind, "cpu", *rest)  # type: ignore[arg-type, misc]
    return Call(REBUILD, (held, others.get("offset", 0), shape, stride, False, Call(ORDERED)))


def zip_bytes(members: dict[str, bytes], root: str = "archive", method: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with these members in the folder `root` (none when it is empty)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(f"{root}/{name}" if root else name, data)
    return packed.getvalue()


def zip_file(path: Path, data_pkl: bytes, storages: dict[str, bytes] | None = None, **others: object) -> str:
    """A checkpoint as torch writes it since 1.6."""
    path.write_bytes(zip_checkpoint(data_pkl, storages or {}, **others))  # type: ignore[arg-type]
    return str(path)


def zip_checkpoint(data_pkl: bytes, storages: dict[str, bytes], root: str = "archive") -> bytes:
    """The bytes of a checkpoint as torch writes it since 1.6."""
    members = {"data.pkl": data_pkl, "byteorder": b"little"}
    members |= {f"data/{key}": data for key, data in storages.items()} | {"version": b"3\n"}
    return zip_bytes(members, root)


def legacy_checkpoint(
    thing: bytes, storages: dict[str, bytes], item_size: int = 4, keys: bytes | None = None, start: bytes | None = None
) -> bytes:
    """The bytes of a checkpoint as torch wrote it from 0.1.10 to 1.5."""
    sizes = {"short": 2, "int": 4, "long": 4}
    sys_info = {"protocol_version": 1001, "little_endian": True, "type_sizes": sizes}
    head = pickled(MAGIC) + pickled(1001) + pickled(sys_info)
    tail = b"".join(struct.pack("<q", len(data) // item_size) + data for data in storages.values())
    return (head if start is None else start) + thing + (pickled(list(storages)) if keys is None else keys) + tail


class OldTensor(NamedTuple):
    """A tensor of a tar archive."""

    key: int
    storage: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int = 0
    kind: str = "Float"


def tar_storages(storages: dict[int, bytes], views: list[object] | None = None, kind: str = "Float") -> bytes:
    """The member `storages` of a tar archive."""
    found = pickled(len(storages))
    for key, data in storages.items():
        numel = len(data) // _NUMPY_OF_STORAGE[kind]
        found += pickled((key, "cpu", Name("torch", f"{kind}Storage"))) + struct.pack("<q", numel) + data
    return found + pickled(views or [])


def tar_tensors(tensors: list[OldTensor]) -> bytes:
    """The member `tensors` of a tar archive."""
    found = pickled(len(tensors))
    for each in tensors:
        dimensions = len(each.shape)
        found += pickled((each.key, each.storage, Name("torch", f"{each.kind}Tensor")))
        found += struct.pack(f"<ii{2 * dimensions + 1}q", dimensions, 0, *each.shape, *each.stride, each.offset)
    return found


def tar_bytes(members: dict[str, bytes]) -> bytes:
    """A tar archive with these members."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def tar_checkpoint(thing: bytes, storages: bytes, tensors: bytes) -> bytes:
    """The bytes of a checkpoint as torch wrote it before 0.1.10."""
    sizes = {"short": 2, "int": 4, "long": 8}
    sys_info = pickled({"protocol_version": 1000, "little_endian": True, "type_sizes": sizes})
    return tar_bytes({"sys_info": sys_info, "pickle": thing, "tensors": tensors, "storages": storages})
