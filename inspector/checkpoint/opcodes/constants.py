"""Opcodes that push a number, text or bytes; and the framing around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .table import INLINE, decimal, decoded, i32, opcode, u8, u32, u64, unpack_f64, unpack_u16

if TYPE_CHECKING:
    from ..unpickling import Machine

# Constants

for _code, _constant in ((b"N", None), (b"\x88", True), (b"\x89", False), (b")", ())):
    opcode(_code)(lambda machine, value=_constant: machine.stack.append(value))  # type: ignore[misc]


@opcode(b"K")
def _binint1(machine: Machine) -> None:
    machine.stack.append(machine.take(1)[0])


@opcode(b"M")
def _binint2(machine: Machine) -> None:
    machine.stack.append(unpack_u16(machine.take(2))[0])


@opcode(b"J")
def _binint(machine: Machine) -> None:
    machine.stack.append(i32(machine))


@opcode(b"\x8a")
def _long1(machine: Machine) -> None:
    nbytes = u8(machine)
    machine.spend(nbytes)
    machine.stack.append(int.from_bytes(machine.take(nbytes), "little", signed=True))


@opcode(b"\x8b")
def _long4(machine: Machine) -> None:
    nbytes = i32(machine)
    if not 0 <= nbytes <= 4096:
        raise machine.error(f"a whole number of {nbytes:,} bytes")
    machine.spend(nbytes)
    machine.stack.append(int.from_bytes(machine.take(nbytes), "little", signed=True))


@opcode(b"I")
def _int(machine: Machine) -> None:
    text = machine.line()
    machine.stack.append({b"00": False, b"01": True}[text] if text in (b"00", b"01") else decimal(text))


@opcode(b"L")
def _long(machine: Machine) -> None:
    machine.stack.append(decimal(machine.line().rstrip(b"L")))


@opcode(b"G")
def _binfloat(machine: Machine) -> None:
    machine.stack.append(unpack_f64(machine.take(8))[0])


@opcode(b"F")
def _float(machine: Machine) -> None:
    machine.stack.append(float(machine.line()[:400]))


# Text and bytes


def _text(machine: Machine, nbytes: int) -> None:
    if nbytes > INLINE:
        machine.stack.append(machine.long_one("str", nbytes))
        return
    machine.spend(nbytes + 60)
    machine.stack.append(decoded(machine.take(nbytes)))


@opcode(b"X")
def _binunicode(machine: Machine) -> None:
    _text(machine, u32(machine))


@opcode(b"\x8c")
def _short_binunicode(machine: Machine) -> None:
    _text(machine, u8(machine))


@opcode(b"\x8d")
def _binunicode8(machine: Machine) -> None:
    _text(machine, u64(machine))


@opcode(b"V")
def _unicode(machine: Machine) -> None:
    machine.stack.append(machine.line().decode("raw-unicode-escape", "backslashreplace"))


def _data(machine: Machine, nbytes: int, type: str = "bytes") -> None:
    if nbytes > INLINE:
        machine.stack.append(machine.long_one(type, nbytes))
        return
    machine.spend(nbytes)
    machine.stack.append(machine.take(nbytes))


@opcode(b"B")
def _binbytes(machine: Machine) -> None:
    _data(machine, u32(machine))


@opcode(b"C")
def _short_binbytes(machine: Machine) -> None:
    _data(machine, u8(machine))


@opcode(b"\x8e")
def _binbytes8(machine: Machine) -> None:
    _data(machine, u64(machine))


@opcode(b"\x96")
def _bytearray8(machine: Machine) -> None:
    _data(machine, u64(machine), "bytearray")


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


@opcode(b"T")
def _binstring(machine: Machine) -> None:
    nbytes = i32(machine)
    if nbytes < 0:
        raise machine.error("a text of negative length")
    _python2_string(machine, nbytes)


@opcode(b"U")
def _short_binstring(machine: Machine) -> None:
    _python2_string(machine, u8(machine))


@opcode(b"S")
def _string(machine: Machine) -> None:
    line = machine.line().strip()
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
        raise machine.error("a text without its quotes")
    text = line[1:-1].decode("unicode-escape", "backslashreplace")
    machine.stack.append(_python2_text(text.encode("latin-1", "replace")))


# Framing


@opcode(b"\x80")
def _proto(machine: Machine) -> None:
    machine.protocol = u8(machine)


@opcode(b"\x95")
def _frame(machine: Machine) -> None:
    machine.take(8)  # a hint about buffering, which may lie


for _code in (b"\x97", b"\x98"):

    @opcode(_code)
    def _out_of_band(machine: Machine) -> None:
        raise machine.error("it wants buffers that are not in the file")
