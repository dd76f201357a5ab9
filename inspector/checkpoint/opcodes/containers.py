"""Opcodes that build lists, tuples, dicts and sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..inert import DICT, FROZENSET, SET
from .table import opcode

if TYPE_CHECKING:
    from ..unpickling import Machine

# Containers


@opcode(b"(")
def _mark(machine: Machine) -> None:
    machine.spend(80)
    machine.outer.append(machine.stack)
    machine.stack = []


@opcode(b"}")
def _empty_dict(machine: Machine) -> None:
    machine.put_node(DICT, ())


@opcode(b"]")
def _empty_list(machine: Machine) -> None:
    machine.spend(100)
    machine.stack.append([])


@opcode(b"\x8f")
def _empty_set(machine: Machine) -> None:
    machine.put_node(SET, ())


@opcode(b"l")
def _list(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.stack.append(items)


@opcode(b"d")
def _dict(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.put_node(DICT, ())
    machine.filled(machine.stack[-1]).extend(_in_pairs(machine, items))


@opcode(b"\x91")
def _frozenset(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.put_node(FROZENSET, ())
    machine.grown(machine.stack[-1]).extend(items)


@opcode(b"t")
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
    opcode(_code)(_short_tuple(_length))


@opcode(b"a")
def _append(machine: Machine) -> None:
    value = machine.stack.pop()
    machine.grown(machine.stack[-1]).append(value)


@opcode(b"e")
def _appends(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.grown(machine.stack[-1]).extend(items)


opcode(b"\x90")(_appends)  # ADDITEMS: the same for sets


@opcode(b"s")
def _setitem(machine: Machine) -> None:
    value = machine.stack.pop()
    key = machine.stack.pop()
    machine.filled(machine.stack[-1]).extend((key, value))


@opcode(b"u")
def _setitems(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.filled(machine.stack[-1]).extend(_in_pairs(machine, items))


def _in_pairs(machine: Machine, items: list[object]) -> list[object]:
    if len(items) % 2:
        raise machine.error("a key has no value")
    return items
