"""Storages of a pickle that is one of several in its file, under names that no other of them has."""

from __future__ import annotations

from .entries import Storage
from .rebuilding import Shelf


class NamedShelf:
    """Gives the storages of `inner` with `name` before their keys: `0` of `constants` becomes `constants/0`."""

    def __init__(self, inner: Shelf, name: str) -> None:
        self._inner = inner
        self._name = name

    def storage(self, pid: tuple[object, ...]) -> Storage:
        """The storage that `pid` names. Raises Malformed."""
        found = self._inner.storage(pid)
        owner = f"{self._name}/{found.owner}" if found.owner else ""
        return found._replace(key=f"{self._name}/{found.key}", owner=owner)
