"""The table of what each opcode does, and what its handlers read with."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...language import tr

if TYPE_CHECKING:
    from ..unpickling import Machine

INLINE = 1 << 20
"""Text and bytes longer than this stay in the file (as a `Blob`)."""

unpack_u16 = struct.Struct("<H").unpack_from
unpack_i32 = struct.Struct("<i").unpack_from
unpack_u32 = struct.Struct("<I").unpack_from
unpack_u64 = struct.Struct("<Q").unpack_from
unpack_f64 = struct.Struct(">d").unpack_from

STOP = ord(".")


def _unknown(machine: Machine) -> None:
    machine.at -= 1
    raise machine.error(f"byte 0x{machine.buffer[machine.at]:02x} is no pickle opcode")


HANDLERS: list[Callable[[Machine], None]] = [_unknown] * 256


def opcode(code: bytes) -> Callable[[Callable[[Machine], None]], Callable[[Machine], None]]:
    def register(handler: Callable[[Machine], None]) -> Callable[[Machine], None]:
        HANDLERS[code[0]] = handler
        return handler

    return register


def u8(machine: Machine) -> int:
    return machine.take(1)[0]


def u32(machine: Machine) -> int:
    value: int = unpack_u32(machine.take(4))[0]
    return value


def u64(machine: Machine) -> int:
    value: int = unpack_u64(machine.take(8))[0]
    return value


def i32(machine: Machine) -> int:
    value: int = unpack_i32(machine.take(4))[0]
    return value


def article(target: object) -> str:
    """What kind of thing `target` is, with its article."""
    return tr("a {type}", type=type(target).__name__.lower())


def decimal(text: bytes) -> int:
    if len(text) > 4000:
        raise ValueError(tr("a whole number of over 4,000 digits"))
    return int(text)


def decoded(piece: bytes) -> str:
    try:
        return piece.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return piece.decode("utf-8", "backslashreplace")
