"""The stack, the memo, and the opcodes that would run code: here they only leave a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..inert import Node
from .table import article, decimal, decoded, i32, opcode, u8, u32, unpack_u16, unpack_u32

if TYPE_CHECKING:
    from ..unpickling import Machine

# The stack and the memo


@opcode(b"0")
def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


@opcode(b"1")
def _pop_to_mark(machine: Machine) -> None:
    machine.pop_mark()


@opcode(b"2")
def _dup(machine: Machine) -> None:
    machine.stack.append(machine.stack[-1])


def _remember(machine: Machine, index: int) -> None:
    machine.spend(100)
    machine.remember(index, machine.stack[-1])


@opcode(b"q")
def _binput(machine: Machine) -> None:
    _remember(machine, u8(machine))


@opcode(b"r")
def _long_binput(machine: Machine) -> None:
    _remember(machine, u32(machine))


@opcode(b"p")
def _put(machine: Machine) -> None:
    _remember(machine, decimal(machine.line()))


@opcode(b"\x94")
def _memoize(machine: Machine) -> None:
    _remember(machine, len(machine.memo))


@opcode(b"h")
def _binget(machine: Machine) -> None:
    index = machine.take(1)
    machine.recall(index[0], b"h" + index)


@opcode(b"j")
def _long_binget(machine: Machine) -> None:
    index = machine.take(4)
    machine.recall(unpack_u32(index)[0], b"j" + index)


@opcode(b"g")
def _get(machine: Machine) -> None:
    machine.recall(decimal(machine.line()))


# What would run code: here it only leaves a name


@opcode(b"c")
def _global(machine: Machine) -> None:
    module = decoded(machine.line())
    machine.stack.append(machine.named(module, decoded(machine.line())))


@opcode(b"\x93")
def _stack_global(machine: Machine) -> None:
    name = machine.stack.pop()
    module = machine.stack.pop()
    if not isinstance(module, str) or not isinstance(name, str):
        raise machine.error("a global whose name is no text")
    machine.stack.append(machine.named(module, name))


@opcode(b"R")
def _reduce(machine: Machine) -> None:
    args = machine.stack.pop()
    machine.put_node(machine.callee(machine.stack.pop()), args)


opcode(b"\x81")(_reduce)  # NEWOBJ: cls.__new__(cls, *args)


@opcode(b"\x92")
def _newobj_ex(machine: Machine) -> None:
    kwargs = machine.stack.pop()
    args = machine.stack.pop()
    machine.put_node(machine.callee(machine.stack.pop()), args)
    if isinstance(kwargs, Node) and kwargs.items:
        machine.stack[-1].items = list(kwargs.items)  # type: ignore[attr-defined]


@opcode(b"i")
def _inst(machine: Machine) -> None:
    module = decoded(machine.line())
    called = machine.named(module, decoded(machine.line()))
    machine.put_node(called, tuple(machine.pop_mark()))


@opcode(b"o")
def _obj(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.put_node(machine.callee(items[0]), tuple(items[1:]))


@opcode(b"b")
def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) is not Node:
        raise machine.error(f"a state is given to {article(target)}")
    # A second BUILD would update what the first one set.
    target.state = state if target.state is None else (target.state, state)


def _extension(machine: Machine, code: int) -> None:
    machine.stack.append(machine.named("copyreg extension", str(code)))


opcode(b"\x82")(lambda machine: _extension(machine, u8(machine)))
opcode(b"\x83")(lambda machine: _extension(machine, unpack_u16(machine.take(2))[0]))
opcode(b"\x84")(lambda machine: _extension(machine, i32(machine)))


@opcode(b"P")
def _persid(machine: Machine) -> None:
    _refer(machine, decoded(machine.line()))


def _refer(machine: Machine, pid: object) -> None:
    machine.spend(100)
    machine.pids.append(pid)
    machine.stack.append(machine.refer(pid))


@opcode(b"Q")
def _binpersid(machine: Machine) -> None:
    _refer(machine, machine.stack.pop())
