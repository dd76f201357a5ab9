"""Storages as persistent ids name them, and where a container keeps their bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..language import tr
from .calls import Malformed
from .dtypes import STORAGE_DTYPES
from .entries import ITEM_SIZES, Storage
from .inert import Global
from .sources import Source
from .values import key_text


class Place(NamedTuple):
    """Where the bytes of a storage are; `nbytes` of them are there, or else `damage` says why not."""

    source: Source | None
    start: int
    nbytes: int
    damage: str = ""


class Declared(NamedTuple):
    """What a persistent id says of a storage: `('storage', type, key, device, numel[, view])`."""

    key: str
    dtype: str
    device: str
    nbytes: int
    view: tuple[str, int, int] | None = None
    """(key of the view, offset and length in elements), where the storage is a stretch of `key`."""

    @property
    def item_size(self) -> int:
        return ITEM_SIZES[self.dtype]


def declared(pid: object) -> Declared:
    """The storage that `pid` names. Raises Malformed."""
    if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
        raise Malformed(tr("a persistent id that names no storage"))
    _, kind, key, device, numel = pid[:5]
    dtype = STORAGE_DTYPES.get(kind.name) if type(kind) is Global else None
    if dtype is None or not isinstance(key, (str, int)) or type(numel) is not int or not 0 <= numel < 1 << 62:
        raise Malformed(tr("a persistent id whose storage has no known type or size"))
    view = _view(pid[5]) if len(pid) > 5 and pid[5] is not None else None
    if type(device) is not str or len(device) > 40:
        device = key_text(device)[:40]
    return Declared(key if type(key) is str else key_text(key), dtype, device, numel * ITEM_SIZES[dtype], view)


def _view(metadata: object) -> tuple[str, int, int]:
    if isinstance(metadata, tuple) and len(metadata) == 3:
        key, offset, numel = metadata
        if type(offset) is int and type(numel) is int and offset >= 0 and numel >= 0:
            return key_text(key), offset, numel
    raise Malformed(tr("a view of a storage without offset and length"))


class PlacedStorages:
    """The storages of one pickle; `find(key)` tells where the container keeps each."""

    def __init__(self, find: Callable[[Declared], Place], *, big_endian: bool = False) -> None:
        self._find = find
        self._big_endian = big_endian
        self._known: dict[str, Storage] = {}

    def storage(self, pid: tuple[object, ...]) -> Storage:
        """The storage that `pid` names, the same object each time. Raises Malformed."""
        known = self._known.get(pid[2]) if len(pid) > 2 and type(pid[2]) is str else None
        if known is not None and (len(pid) < 6 or pid[5] is None):
            return known
        return self._new(declared(pid))

    def _new(self, wanted: Declared) -> Storage:
        placed = self._placed(wanted)
        if wanted.view is None:
            self._known[wanted.key] = placed
        return placed

    def _placed(self, wanted: Declared) -> Storage:
        key, dtype, device, nbytes, view = wanted
        source, start, there, damage = self._find(wanted)
        if not damage and there < nbytes and source is not None:
            damage = tr(
                "Its storage {key} should hold {nbytes:,} bytes; {there:,} are there.",
                key=key,
                nbytes=nbytes,
                there=there,
            )
        whole = Storage(key, dtype, device, nbytes, source, start, self._big_endian, damage)
        if view is None:
            return whole
        key, offset, numel = view
        size = wanted.item_size
        if (offset + numel) * size > wanted.nbytes:
            raise Malformed(tr("a view that reaches out of its storage"))
        return whole._replace(key=key, nbytes=numel * size, start=whole.start + offset * size, owner=wanted.key)
