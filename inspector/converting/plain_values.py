"""The tree that is shown of a file as one that can be written: for formats whose tree is not one pickle.

Why this way: a file that is a pickle is copied from the pickle itself (`checkpoint.rewriting`), to the type. What is
read from a tar, from many files, or out of a folder has no such pickle; its numbers, texts, lists and dicts are as
good as the ones that are shown.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from ..checkpoint.entries import Branch, Entry, Tensor, Value
from ..checkpoint.planning import Leaf
from ..errors import FileError
from ..language import tr, unstopped
from ..wording import safe

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_MOST_DEPTH = 100


class Copying:
    """Copies entries; `leaf` takes up a tensor by its key. What cannot be written is told in `left_out`."""

    def __init__(self, leaf: Callable[[str, Tensor], Leaf], *, numbers: bool = False) -> None:
        self._leaf = leaf
        self._numbers = numbers  # whether names of digits in dicts are numbers, as the state of an optimizer has them
        self._replaced: dict[str, object] = {}
        self.left_out: list[tuple[str, str]] = []

    def root(self, branch: Branch, replaced: dict[str, object]) -> object:
        """The whole tree, with other things at some keys."""
        self._replaced = replaced
        return self.value("", branch)

    def value(self, key: str, entry: Entry) -> object:
        """An entry as it is written. Raises FileError for what cannot be."""
        if key in self._replaced:
            return self._replaced[key]
        if key.count(".") > _MOST_DEPTH:
            raise FileError(tr("it is nested deeper than {most_depth} levels", most_depth=_MOST_DEPTH))
        if isinstance(entry, Tensor):
            return self._leaf(key, entry)
        if isinstance(entry, Value):
            return _plain(entry)
        return self._container(key, entry)

    def _container(self, key: str, branch: Branch) -> object:
        if branch.damage or branch.note:
            raise FileError(unstopped(branch.damage or branch.note))
        if branch.kind == "mapping":
            items = {self._name(name): value for name, value in self._children(key, branch)}
            return OrderedDict(items) if branch.type.endswith("OrderedDict") else items
        if branch.kind == "sequence" and branch.type in ("list", "tuple"):
            values = [self.value(_below(key, child.name), child) for child in branch.children]
            return tuple(values) if branch.type == "tuple" else values
        raise FileError(tr("it is a {name}", name=safe(branch.type)))

    def _children(self, key: str, branch: Branch) -> list[tuple[str, object]]:
        """The items of a dict that can be written."""
        found: list[tuple[str, object]] = []
        for child in branch.children:
            if isinstance(child, Branch) and child.attribute:
                continue
            try:
                found.append((child.name, self.value(_below(key, child.name), child)))
            except FileError as error:
                self.left_out.append((_below(key, child.name), error.message))
        return found

    def _name(self, name: str) -> str | int:
        return int(name) if self._numbers and name.isascii() and name.isdigit() and len(name) < 20 else name


def _plain(value: Value) -> object:
    if isinstance(value.value, _PLAIN) and type(value.value).__name__ == value.type and not value.note:
        return value.value
    raise FileError(unstopped(value.note) or tr("it is a {name}", name=safe(value.type)))


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
