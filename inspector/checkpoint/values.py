"""What is no container and no tensor, as a `Value`; and the keys of dicts as text."""

from __future__ import annotations

from ..errors import FileError
from ..language import tr
from . import numpy_arrays
from .calls import Malformed, sizes
from .entries import ITEM_SIZES, Value
from .inert import Blob, Global, Node, Reference
from .tensor_shortcut import StridedTensor

_PREFIX = 1 << 16
_PURE_PATHS = ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path")


def plain(name: str, value: object) -> Value:
    """A number, text, bytes, None, or a name."""
    if isinstance(value, Blob):
        return _long(name, value)
    if isinstance(value, Global):
        kind = "torch.dtype" if _is_dtype(value) else "class or function"
        return Value(name, kind, value.full)
    if isinstance(value, Reference):
        return _reference(name, value.pid)
    return Value(name, type(value).__name__, value)


def _is_dtype(value: Global) -> bool:
    return value.module == "torch" and value.name in ITEM_SIZES


def _long(name: str, blob: Blob) -> Value:
    note = tr("the first {prefix:,} of {nbytes:,} bytes", prefix=_PREFIX, nbytes=blob.nbytes)
    try:
        piece = blob.source.read_up_to(blob.start, min(_PREFIX, blob.nbytes))
    except FileError as error:
        return Value(name, blob.type, None, error.message)
    return Value(name, blob.type, piece.decode("utf-8", "replace") if blob.type == "str" else piece, note)


def _reference(name: str, pid: object) -> Value:
    if isinstance(pid, tuple) and len(pid) > 3 and pid[0] == "storage":
        kind = getattr(pid[1], "full", "torch.storage")
        return Value(
            name,
            kind,
            tr("storage {key} on {device}", key=key_text(pid[2]), device=key_text(pid[3])),
            tr("a storage by itself"),
        )
    return Value(name, tr("persistent id"), key_text(pid))


def known(name: str, node: Node) -> Value | None:
    """The objects of well-known classes that read as one value: torch.Size, paths, numpy scalars ..."""
    scalar = numpy_arrays.scalar(node)
    if scalar is not None:
        return Value(name, *scalar)
    args = node.args if isinstance(node.args, tuple) else ()
    full = node.type.full
    if full == "torch.Size" and args:
        return Value(name, "torch.Size", str(list(sizes(args[0]))))
    if full == "torch.device":
        return Value(name, "torch.device", ":".join(map(key_text, args)))
    if full == "_codecs.encode" and args and isinstance(args[0], str):
        return Value(name, "bytes", _latin1(args[0]))
    if node.type.module in ("builtins", "__builtin__"):
        return _builtin(name, node.type.name, args)
    if node.type.module.startswith("pathlib") and node.type.name in _PURE_PATHS and _all(args, str):
        return Value(name, full, "/".join(map(str, args)).replace("//", "/"))
    dtype = numpy_arrays.as_dtype(node)
    if dtype is not None:
        return Value(name, "numpy.dtype", (">" if dtype.big_endian else "") + dtype.code)
    return None


def _builtin(name: str, type: str, args: tuple[object, ...]) -> Value | None:
    if type == "complex" and len(args) == 2 and isinstance(args[0], float) and isinstance(args[1], float):
        return Value(name, "complex", complex(args[0], args[1]))
    if type in ("bytes", "bytearray") and (not args or isinstance(args[0], bytes)):
        return Value(name, type, args[0] if args else b"")
    return None


def _all(args: tuple[object, ...], cls: type) -> bool:
    return all(isinstance(each, cls) for each in args)


def _latin1(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise Malformed(tr("bytes written as text that is not latin-1")) from None


def key_text(key: object, depth: int = 0) -> str:
    """A key of a dict as text: as it is, as a number, as `(0, 'a')`, or as what kind of thing it is."""
    if type(key) is str:
        return key
    if type(key) is int and abs(key) >= 1 << 64:
        return f"{key:#x}"[:80]
    if key is None or isinstance(key, (int, float, bytes)):
        return str(key)[:200]
    if isinstance(key, Global):
        return key.full
    if isinstance(key, (tuple, list)):
        if depth > 3 or len(key) > 8:
            return f"<{type(key).__name__} of {len(key)}>"
        inside = ", ".join(repr(item) if type(item) is str else key_text(item, depth + 1) for item in key)
        return f"({inside})"
    return _name_of_object(key, depth)


def _name_of_object(key: object, depth: int) -> str:
    """Old optimizers have the parameters themselves as keys: these go by the storage they lie in."""
    if isinstance(key, StridedTensor):
        return f"<tensor in storage {key.pid[2]}>"
    if isinstance(key, Node):
        inner = key.args[0] if isinstance(key.args, tuple) and key.args else None
        if depth < 4 and (key.type.name.startswith("_rebuild_parameter") or key.type.name == "Parameter"):
            return _name_of_object(inner, depth + 1)
        if isinstance(inner, Reference) and isinstance(inner.pid, tuple) and len(inner.pid) > 2:
            return f"<tensor in storage {key_text(inner.pid[2])}>"
        return f"<{key.type.full[:100]}>"
    return f"<{type(key).__name__}>"
