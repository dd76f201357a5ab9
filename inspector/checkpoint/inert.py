"""What a pickle becomes when none of it is run: stand-ins that only remember.

A pickle is a program. Read here, `GLOBAL os.system` is a `Global` with two names, calling it makes a
`Node` that remembers callee and arguments, and a list of a million layers is just that. Lists and tuples
stand for themselves; dicts and sets are Nodes too, since a real one would hash what an attacker built.
"""

from __future__ import annotations

from typing import NamedTuple

from .sources import Source


class Global:
    """A class or function, by name. One object for each name within a file."""

    __slots__ = ("full", "module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name
        self.full = f"{module}.{name}"

    def __repr__(self) -> str:
        return f"Global({self.full[:200]})"


class Node:
    """A dict, a set, or whatever calling `type` with `args` would have made.

    `items` are what was set by key, flat: key, value, key, value ...; `elements` what was appended or
    added; `state` what BUILD was given. All of them stay None until there are any.
    """

    __slots__ = ("args", "elements", "items", "state", "type")

    def __init__(self, type: Global, args: object = ()) -> None:
        self.type = type
        self.args = args
        self.state: object = None
        self.items: list[object] | None = None
        self.elements: list[object] | None = None

    def __repr__(self) -> str:
        return f"Node({self.type.full[:200]})"

    def pairs(self) -> list[tuple[object, object]]:
        """What was set by key, in order; a key that was set twice stands once, with its last value."""
        flat = self.items or []
        keys = flat[0::2]
        if set(map(type, keys)) == {str}:
            return list(dict(zip(keys, flat[1::2], strict=False)).items())
        found: dict[object, tuple[object, object]] = {}
        for index in range(0, len(flat) - 1, 2):
            key = flat[index]
            # Only text is hashed with a secret. An attacker can choose ints that collide, and a tuple
            # that doubles itself takes for ever.
            handle = key if type(key) is str else f"{key!r}\0" if type(key) in _PLAIN else index
            found[handle] = (key, flat[index + 1])
        return list(found.values())


_PLAIN = (bool, float, type(None))


class Reference:
    """A persistent id: how a pickle points at what is stored beside it, mostly a storage."""

    __slots__ = ("pid",)

    def __init__(self, pid: object) -> None:
        self.pid = pid


def class_of(value: object) -> Global | None:
    """The class that `value` names: itself, or - where a file carries the source text along - the class
    in a persistent id `('module', class, file, source)`."""
    if isinstance(value, Reference) and isinstance(value.pid, tuple) and value.pid[:1] == ("module",):
        value = value.pid[1] if len(value.pid) > 1 else None
    return value if isinstance(value, Global) else None


class Blob(NamedTuple):
    """Text or bytes too long to be read along with the pickle, left where they stand."""

    type: str
    """`str`, `bytes` or `bytearray`."""
    source: Source
    start: int
    nbytes: int


DICT = Global("builtins", "dict")
SET = Global("builtins", "set")
FROZENSET = Global("builtins", "frozenset")
