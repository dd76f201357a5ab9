"""Model classes in the .py files beside a checkpoint that may be its own. The code is read, none of it is run.

Why this way: people keep the class beside its checkpoints, and what its `__init__` puts on `self` are the first
parts of the keys. So the right class of the right file can be offered at once, before anybody was asked whether that
file may be run.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .parsing import parsed
from .requests import ModelSource

_MOST_FILES = 60
_MOST_BYTES = 400_000
"""Of one file; what is larger was not written by a person."""
_PREFIXES = ("module", "_orig_mod")
"""What DataParallel and torch.compile put before every key."""
_BASES = ("Module", "LightningModule", "PreTrainedModel")


class Written(NamedTuple):
    """A class as it is written in a file."""

    source: ModelSource
    attributes: frozenset[str]
    """What its `__init__` puts on `self`."""


def classes_beside(path: str, keys: Iterable[str], name: str = "") -> tuple[ModelSource, ...]:
    """The classes beside the checkpoint at `path` that have an attribute for the first part of each of `keys`.

    That of this `name` comes first, then the one with the fewest other attributes.
    """
    wanted = _first_parts(keys)
    if not wanted:
        return ()
    found = [each for file in _files(os.path.dirname(os.path.abspath(path))) for each in classes_of(file)]
    fitting = [each for each in found if wanted <= each.attributes]
    return tuple(each.source for each in sorted(fitting, key=lambda each: _rank(each, name)))


def _rank(written: Written, name: str) -> tuple[bool, int]:
    return written.source.name != name, len(written.attributes)


def classes_of(file: str) -> tuple[Written, ...]:
    """The module classes that a .py file defines, in its order; none where it cannot be read as Python."""
    try:
        with open(file, "rb") as opened:
            text = opened.read(_MOST_BYTES + 1)
        tree = parsed(text) if len(text) <= _MOST_BYTES and b"Module" in text else ast.Module([], [])
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    defined = {each.name: each for each in tree.body if isinstance(each, ast.ClassDef)}
    modules = [each for each in defined.values() if _is_module(each, defined)]
    return tuple(Written(ModelSource("file", file, each.name), _attributes(each, defined)) for each in modules)


def _first_parts(keys: Iterable[str]) -> frozenset[str]:
    parts = [key.split(".") for key in keys]
    for prefix in _PREFIXES:
        if parts and all(each[0] == prefix and len(each) > 1 for each in parts):
            parts = [each[1:] for each in parts]
    return frozenset(each[0] for each in parts)


def _files(folder: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names[:_MOST_FILES]]


def _is_module(one: ast.ClassDef, defined: Mapping[str, ast.ClassDef], depth: int = 0) -> bool:
    for name in _base_names(one):
        if name in _BASES:
            return True
        if name in defined and depth < len(defined) and _is_module(defined[name], defined, depth + 1):
            return True
    return False


def _base_names(one: ast.ClassDef) -> Iterator[str]:
    for base in one.bases:
        if isinstance(base, ast.Attribute):
            yield base.attr
        elif isinstance(base, ast.Name):
            yield base.id


def _attributes(one: ast.ClassDef, defined: Mapping[str, ast.ClassDef], depth: int = 0) -> frozenset[str]:
    """What is assigned to `self`, or registered on it, in its methods and those of its bases in the same file."""
    own = frozenset(name for node in ast.walk(one) for name in _put_on_self(node))
    bases = [defined[name] for name in _base_names(one) if name in defined] if depth < len(defined) else []
    return own.union(*(_attributes(base, defined, depth + 1) for base in bases))


def _put_on_self(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for each in ast.walk(target):
                if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self":
                    yield each.attr
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        name = node.args[0]
        if node.func.attr in ("register_buffer", "register_parameter", "add_module") and isinstance(name, ast.Constant):
            yield str(name.value)
