"""What each pickle opcode does to a `Machine`: one small function each, in the table `HANDLERS`.

The opcodes of all protocols, 0 to 5, are documented in Python's `pickletools`. A handler that finds too
little to work on may raise IndexError, and ValueError for an argument that is no number: the machine says
where.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from .inert import DICT, FROZENSET, SET, Node

if TYPE_CHECKING:
    from .unpickling import Machine

INLINE = 1 << 20
"""Text and bytes longer than this stay in the file (as a `Blob`)."""

_unpack_u16 = struct.Struct("<H").unpack_from
_unpack_i32 = struct.Struct("<i").unpack_from
_unpack_u32 = struct.Struct("<I").unpack_from
_unpack_u64 = struct.Struct("<Q").unpack_from
_unpack_f64 = struct.Struct(">d").unpack_from

STOP = ord(".")


def _unknown(machine: Machine) -> None:
    machine.at -= 1
    raise machine.error(f"byte 0x{machine.buffer[machine.at]:02x} is no pickle opcode")


HANDLERS: list[Callable[[Machine], None]] = [_unknown] * 256


def _opcode(code: bytes) -> Callable[[Callable[[Machine], None]], Callable[[Machine], None]]:
    def register(handler: Callable[[Machine], None]) -> Callable[[Machine], None]:
        HANDLERS[code[0]] = handler
        return handler

    return register


def _u8(machine: Machine) -> int:
    machine.at += 1
    return machine.buffer[machine.at - 1]


def _u32(machine: Machine) -> int:
    value: int = _unpack_u32(machine.take(4))[0]
    return value


def _u64(machine: Machine) -> int:
    value: int = _unpack_u64(machine.take(8))[0]
    return value


def _i32(machine: Machine) -> int:
    value: int = _unpack_i32(machine.take(4))[0]
    return value


def article(target: object) -> str:
    """What kind of thing `target` is, with its article."""
    return f"a {type(target).__name__.lower()}"


# Constants

for _code, _constant in ((b"N", None), (b"\x88", True), (b"\x89", False), (b")", ())):
    _opcode(_code)(lambda machine, value=_constant: machine.stack.append(value))  # type: ignore[misc]


@_opcode(b"K")
def _binint1(machine: Machine) -> None:
    machine.stack.append(machine.buffer[machine.at])
    machine.at += 1


@_opcode(b"M")
def _binint2(machine: Machine) -> None:
    machine.stack.append(_unpack_u16(machine.take(2))[0])


@_opcode(b"J")
def _binint(machine: Machine) -> None:
    machine.stack.append(_i32(machine))


@_opcode(b"\x8a")
def _long1(machine: Machine) -> None:
    nbytes = _u8(machine)
    machine.spend(nbytes)
    machine.stack.append(int.from_bytes(machine.take(nbytes), "little", signed=True))


@_opcode(b"\x8b")
def _long4(machine: Machine) -> None:
    nbytes = _i32(machine)
    if not 0 <= nbytes <= 4096:
        raise machine.error(f"a whole number of {nbytes:,} bytes")
    machine.spend(nbytes)
    machine.stack.append(int.from_bytes(machine.take(nbytes), "little", signed=True))


@_opcode(b"I")
def _int(machine: Machine) -> None:
    text = machine.line()
    machine.stack.append({b"00": False, b"01": True}[text] if text in (b"00", b"01") else _decimal(text))


@_opcode(b"L")
def _long(machine: Machine) -> None:
    machine.stack.append(_decimal(machine.line().rstrip(b"L")))


def _decimal(text: bytes) -> int:
    if len(text) > 4000:
        raise ValueError("a whole number of over 4,000 digits")
    return int(text)


@_opcode(b"G")
def _binfloat(machine: Machine) -> None:
    machine.stack.append(_unpack_f64(machine.take(8))[0])


@_opcode(b"F")
def _float(machine: Machine) -> None:
    machine.stack.append(float(machine.line()[:400]))


# Text and bytes


def _text(machine: Machine, nbytes: int) -> None:
    if nbytes > INLINE:
        machine.stack.append(machine.long_one("str", nbytes))
        return
    machine.spend(nbytes + 60)
    machine.stack.append(_decoded(machine.take(nbytes)))


def _decoded(piece: bytes) -> str:
    try:
        return piece.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return piece.decode("utf-8", "backslashreplace")


@_opcode(b"X")
def _binunicode(machine: Machine) -> None:
    _text(machine, _u32(machine))


@_opcode(b"\x8c")
def _short_binunicode(machine: Machine) -> None:
    _text(machine, _u8(machine))


@_opcode(b"\x8d")
def _binunicode8(machine: Machine) -> None:
    _text(machine, _u64(machine))


@_opcode(b"V")
def _unicode(machine: Machine) -> None:
    machine.stack.append(machine.line().decode("raw-unicode-escape", "backslashreplace"))


def _data(machine: Machine, nbytes: int, type: str = "bytes") -> None:
    if nbytes > INLINE:
        machine.stack.append(machine.long_one(type, nbytes))
        return
    machine.spend(nbytes)
    machine.stack.append(machine.take(nbytes))


@_opcode(b"B")
def _binbytes(machine: Machine) -> None:
    _data(machine, _u32(machine))


@_opcode(b"C")
def _short_binbytes(machine: Machine) -> None:
    _data(machine, _u8(machine))


@_opcode(b"\x8e")
def _binbytes8(machine: Machine) -> None:
    _data(machine, _u64(machine))


@_opcode(b"\x96")
def _bytearray8(machine: Machine) -> None:
    _data(machine, _u64(machine), "bytearray")


def _python2_string(machine: Machine, nbytes: int) -> None:
    """Python 2's `str` is text or bytes: text when it reads as UTF-8, as `torch.load` takes it."""
    _data(machine, nbytes)
    value = machine.stack[-1]
    if isinstance(value, bytes):
        machine.stack[-1] = _python2_text(value)


def _python2_text(value: bytes) -> str | bytes:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


@_opcode(b"T")
def _binstring(machine: Machine) -> None:
    nbytes = _i32(machine)
    if nbytes < 0:
        raise machine.error("a text of negative length")
    _python2_string(machine, nbytes)


@_opcode(b"U")
def _short_binstring(machine: Machine) -> None:
    _python2_string(machine, _u8(machine))


@_opcode(b"S")
def _string(machine: Machine) -> None:
    line = machine.line().strip()
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
        raise machine.error("a text without its quotes")
    text = line[1:-1].decode("unicode-escape", "backslashreplace")
    machine.stack.append(_python2_text(text.encode("latin-1", "replace")))


# Containers


@_opcode(b"(")
def _mark(machine: Machine) -> None:
    machine.spend(80)
    machine.outer.append(machine.stack)
    machine.stack = []


@_opcode(b"}")
def _empty_dict(machine: Machine) -> None:
    machine.put_node(DICT, ())


@_opcode(b"]")
def _empty_list(machine: Machine) -> None:
    machine.spend(100)
    machine.stack.append([])


@_opcode(b"\x8f")
def _empty_set(machine: Machine) -> None:
    machine.put_node(SET, ())


@_opcode(b"l")
def _list(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.stack.append(items)


@_opcode(b"d")
def _dict(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.put_node(DICT, ())
    machine.filled(machine.stack[-1]).extend(_in_pairs(machine, items))


@_opcode(b"\x91")
def _frozenset(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.put_node(FROZENSET, ())
    machine.grown(machine.stack[-1]).extend(items)


@_opcode(b"t")
def _tuple(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.spend(60 + 8 * len(items))
    machine.stack.append(tuple(items))


def _short_tuple(length: int) -> Callable[[Machine], None]:
    def handler(machine: Machine) -> None:
        stack = machine.stack
        if len(stack) < length:
            raise IndexError
        machine.spend(60 + 8 * length)
        stack[-length:] = [tuple(stack[-length:])]

    return handler


for _length, _code in enumerate((b"\x85", b"\x86", b"\x87"), 1):
    _opcode(_code)(_short_tuple(_length))


@_opcode(b"a")
def _append(machine: Machine) -> None:
    value = machine.stack.pop()
    machine.grown(machine.stack[-1]).append(value)


@_opcode(b"e")
def _appends(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.grown(machine.stack[-1]).extend(items)


_opcode(b"\x90")(_appends)  # ADDITEMS: the same for sets


@_opcode(b"s")
def _setitem(machine: Machine) -> None:
    value = machine.stack.pop()
    key = machine.stack.pop()
    machine.filled(machine.stack[-1]).extend((key, value))


@_opcode(b"u")
def _setitems(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.filled(machine.stack[-1]).extend(_in_pairs(machine, items))


def _in_pairs(machine: Machine, items: list[object]) -> list[object]:
    if len(items) % 2:
        raise machine.error("a key has no value")
    return items


# The stack and the memo


@_opcode(b"0")
def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


@_opcode(b"1")
def _pop_to_mark(machine: Machine) -> None:
    machine.pop_mark()


@_opcode(b"2")
def _dup(machine: Machine) -> None:
    machine.stack.append(machine.stack[-1])


def _remember(machine: Machine, index: int) -> None:
    machine.spend(100)
    machine.memo[index] = machine.stack[-1]


@_opcode(b"q")
def _binput(machine: Machine) -> None:
    _remember(machine, _u8(machine))


@_opcode(b"r")
def _long_binput(machine: Machine) -> None:
    _remember(machine, _u32(machine))


@_opcode(b"p")
def _put(machine: Machine) -> None:
    _remember(machine, _decimal(machine.line()))


@_opcode(b"\x94")
def _memoize(machine: Machine) -> None:
    _remember(machine, len(machine.memo))


@_opcode(b"h")
def _binget(machine: Machine) -> None:
    machine.recall(_u8(machine))


@_opcode(b"j")
def _long_binget(machine: Machine) -> None:
    machine.recall(_u32(machine))


@_opcode(b"g")
def _get(machine: Machine) -> None:
    machine.recall(_decimal(machine.line()))


# What would run code: here it only leaves a name


@_opcode(b"c")
def _global(machine: Machine) -> None:
    module = _decoded(machine.line())
    machine.stack.append(machine.named(module, _decoded(machine.line())))


@_opcode(b"\x93")
def _stack_global(machine: Machine) -> None:
    name = machine.stack.pop()
    module = machine.stack.pop()
    if not isinstance(module, str) or not isinstance(name, str):
        raise machine.error("a global whose name is no text")
    machine.stack.append(machine.named(module, name))


@_opcode(b"R")
def _reduce(machine: Machine) -> None:
    args = machine.stack.pop()
    machine.put_node(machine.callee(machine.stack.pop()), args)


_opcode(b"\x81")(_reduce)  # NEWOBJ: cls.__new__(cls, *args)


@_opcode(b"\x92")
def _newobj_ex(machine: Machine) -> None:
    kwargs = machine.stack.pop()
    args = machine.stack.pop()
    machine.put_node(machine.callee(machine.stack.pop()), args)
    if isinstance(kwargs, Node) and kwargs.items:
        machine.stack[-1].items = list(kwargs.items)  # type: ignore[attr-defined]


@_opcode(b"i")
def _inst(machine: Machine) -> None:
    module = _decoded(machine.line())
    called = machine.named(module, _decoded(machine.line()))
    machine.put_node(called, tuple(machine.pop_mark()))


@_opcode(b"o")
def _obj(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.put_node(machine.callee(items[0]), tuple(items[1:]))


@_opcode(b"b")
def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) is not Node:
        raise machine.error(f"a state is given to {article(target)}")
    # A second BUILD would update what the first one set.
    target.state = state if target.state is None else (target.state, state)


def _extension(machine: Machine, code: int) -> None:
    machine.stack.append(machine.named("copyreg extension", str(code)))


_opcode(b"\x82")(lambda machine: _extension(machine, _u8(machine)))
_opcode(b"\x83")(lambda machine: _extension(machine, _unpack_u16(machine.take(2))[0]))
_opcode(b"\x84")(lambda machine: _extension(machine, _i32(machine)))


@_opcode(b"P")
def _persid(machine: Machine) -> None:
    _refer(machine, _decoded(machine.line()))


def _refer(machine: Machine, pid: object) -> None:
    machine.spend(100)
    machine.pids.append(pid)
    machine.stack.append(machine.refer(pid))


@_opcode(b"Q")
def _binpersid(machine: Machine) -> None:
    _refer(machine, machine.stack.pop())


# Framing


@_opcode(b"\x80")
def _proto(machine: Machine) -> None:
    machine.protocol = _u8(machine)


@_opcode(b"\x95")
def _frame(machine: Machine) -> None:
    machine.take(8)  # a hint about buffering, which may lie


for _code in (b"\x97", b"\x98"):

    @_opcode(_code)
    def _out_of_band(machine: Machine) -> None:
        raise machine.error("it wants buffers that are not in the file")
