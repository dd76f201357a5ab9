"""What the code of a TorchScript archive says about its classes, read line by line.

    class Conv2d(Module):
      __parameters__ = ["weight", "bias", ]
      __buffers__ = []
      weight : Tensor
      kernel_size : Final[Tuple[int, int]] = (3, 3)
      def forward(self: ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import FileError
from .zip_archive import Archive

_CODE_LIMIT = 8 << 20
"""Bytes of code that are looked at; networks of thousands of layers have less."""
_MAX_CONSTANTS = 100
_CLASS = re.compile(r"class (\w{1,200})\((\w*)\):")
_NAMES = re.compile(r"  __(parameters|buffers)__ = \[(.{0,100000})\]")
_CONSTANT = re.compile(r"  (\w{1,200}) : Final\[(.{1,200})\] = (.{1,1000})")
_MANGLED = re.compile(r"\.___torch_mangle_\d+")


@dataclass(slots=True)
class ScriptClass:
    """What the code says about one class. Filled while its lines are read."""

    is_module: bool = True
    parameters: list[str] = field(default_factory=list)
    buffers: list[str] = field(default_factory=list)
    constants: dict[str, tuple[str, object]] = field(default_factory=dict)
    """By name the type as it is written, and the value: a number, a truth value, or text."""


def plain_name(full: str) -> str:
    """The name of a class as its author wrote it: `__torch__.a.___torch_mangle_3.B` is `a.B`."""
    return _MANGLED.sub("", full).removeprefix("__torch__.")


def read(archive: Archive) -> dict[str, ScriptClass]:
    """The classes of an archive by their full names (`__torch__.models.Net`), as far as the code can be read."""
    found: dict[str, ScriptClass] = {}
    left = _CODE_LIMIT
    for name in archive.members:
        if name.startswith("code/") and name.endswith(".py") and left > 0:
            text = _text(archive, name, left)
            left -= len(text)
            module = name.removeprefix("code/").removesuffix(".py").replace("/", ".")
            found.update((f"{module}.{each}", known) for each, known in _classes(text))
    return found


def _text(archive: Archive, name: str, limit: int) -> str:
    try:
        source = archive.open(name)
        return source.read_up_to(0, limit).decode("utf-8", "replace") if source is not None else ""
    except FileError:
        return ""


def _classes(text: str) -> Iterator[tuple[str, ScriptClass]]:
    current = ScriptClass()
    for line in text.split("\n"):
        begin = _CLASS.match(line)
        if begin:
            current = ScriptClass(is_module=begin[2] == "Module")
            yield begin[1], current
        elif line.startswith("  ") and not line.startswith("   "):
            _note(line, current)


def _note(line: str, known: ScriptClass) -> None:
    """Keeps what a line in the body of a class says about its names."""
    names = _NAMES.match(line)
    if names:
        getattr(known, names[1]).extend(re.findall(r'"([^"]*)"', names[2]))
        return
    constant = _CONSTANT.match(line)
    if constant and len(known.constants) < _MAX_CONSTANTS:
        known.constants[constant[1]] = constant[2], _value(constant[2], constant[3])


def _value(type: str, text: str) -> object:
    """A constant as a value where that is plain to see, else as it is written."""
    if type == "bool" and text in ("True", "False"):
        return text == "True"
    try:
        return int(text) if type == "int" else float(text) if type == "float" else text.strip('"')
    except ValueError:
        return text
