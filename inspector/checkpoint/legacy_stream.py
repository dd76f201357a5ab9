"""What `torch.save` wrote from 0.1.10 to 1.5: five pickles in a row, then the storages.

Format: `torch/serialization.py` (`_legacy_save`, `_legacy_load`): the magic number, the protocol version
1001, facts about the system, the object, the list of storage keys; then for each key in the list's order its
number of elements as int64 and its bytes, little-endian. How large an element is, only the object says.
"""

from __future__ import annotations

import struct

from ..language import tr
from ..wording import size
from .calls import Malformed
from .contents import Contents, Pickled, cut_share, read_pickle
from .entries import Text
from .inert import Node
from .sources import MemorySource, Source
from .storages import Declared, Place, PlacedStorages, declared
from .unpickling import Budget

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
_HEADER = 8


def read(source: Source, start: int, budget: Budget) -> Contents:
    """The legacy checkpoint whose magic number was found to end at `start`."""
    contents = Contents("legacy")
    at = start
    for what in (tr("The protocol version"), tr("The system information")):
        pickled = read_pickle(source, at, budget, what)
        contents.took(pickled)
        _note(contents, what, pickled.value)
        at = pickled.end
    thing = read_pickle(source, at, budget, tr("The pickle of the object"))
    contents.value = contents.took(thing)
    contents.texts.extend(_sources(thing.pids))
    keys = read_pickle(source, thing.end, budget, tr("The list of storages")) if not thing.damage else None
    if keys is not None:
        contents.took(keys)
    _place_storages(contents, source, thing, keys)
    return contents


def _note(contents: Contents, what: str, value: object) -> None:
    if what == "The protocol version" and value not in (PROTOCOL_VERSION, None):
        contents.damage.append(
            tr(
                "The protocol version is {value}, where {protocol_version} is known.",
                value=str(value)[:40],
                protocol_version=PROTOCOL_VERSION,
            )
        )
    if isinstance(value, Node):
        little = dict(value.pairs()).get("little_endian") if value.items else None
        if isinstance(little, bool):
            contents.facts.append((tr("byte order of the writer"), "little" if little else "big"))


def _place_storages(contents: Contents, source: Source, thing: Pickled, keys: Pickled | None) -> None:
    wanted = _declared(thing.pids)
    listed = keys.value if keys is not None and isinstance(keys.value, list) else []
    places, end, complete = _walk(source, keys.end if keys else source.nbytes, listed, wanted)
    missing = Place(
        None, 0, 0, tr("Its bytes are missing: the file ends at byte {nbytes:,}, before them.", nbytes=source.nbytes)
    )
    if complete and keys is not None and not keys.damage:
        missing = missing._replace(damage=tr("Its bytes are missing: the file does not list its storage."))
        if end < source.nbytes:
            contents.facts.append(
                (tr("after the checkpoint"), tr("{nbytes} that do not belong to it", nbytes=size(source.nbytes - end)))
            )
    else:
        contents.cut_at = cut_share(source.nbytes, thing.end + sum(each.nbytes + _HEADER for each in wanted.values()))
    empty = Place(None, 0, 0)
    contents.shelf = PlacedStorages(lambda storage: places.get(storage.key, missing if storage.nbytes else empty))


def _declared(pids: list[object]) -> dict[str, Declared]:
    found: dict[str, Declared] = {}
    for pid in pids:
        try:
            storage = declared(pid)
        except Malformed:
            continue
        found.setdefault(storage.key, storage)
    return found


def _walk(
    source: Source, at: int, keys: list[object], wanted: dict[str, Declared]
) -> tuple[dict[str, Place], int, bool]:
    """Where each storage begins, the end of the last, and whether all of them are there."""
    places: dict[str, Place] = {}
    for key in keys:
        storage = wanted.get(str(key)) if isinstance(key, (str, int)) else None
        header = source.read_up_to(at, _HEADER)
        if storage is None or len(header) < _HEADER:
            return places, at, False
        (numel,) = struct.unpack("<q", header)
        start = at + _HEADER
        promised = max(numel, 0) * storage.item_size
        there = min(promised, source.nbytes - start)
        damage = "" if there == promised else _cut_off(source, there, promised)
        places[storage.key] = Place(source, start, there, damage)
        at = start + promised
        if damage:
            return places, at, False
    return places, at, True


def _cut_off(source: Source, there: int, promised: int) -> str:
    return tr(
        "The file ends at byte {nbytes:,}, {there:,} of its {promised:,} bytes in.",
        nbytes=source.nbytes,
        there=there,
        promised=promised,
    )


def _sources(pids: list[object]) -> list[Text]:
    """The source texts that old files carry with their modules: `('module', class, file, source)`."""
    found: dict[str, Text] = {}
    for pid in pids:
        if isinstance(pid, tuple) and len(pid) == 4 and pid[0] == "module" and isinstance(pid[3], str):
            data = pid[3].encode("utf-8", "backslashreplace")
            name = f"{getattr(pid[1], 'full', 'source')} ({pid[2]})" if isinstance(pid[2], str) else "source"
            found.setdefault(name, Text(name, MemorySource(data), 0, len(data)))
    return list(found.values())


def is_magic(value: object) -> bool:
    """Whether the first pickle of a file is the magic number of this format."""
    return type(value) is int and value == MAGIC
