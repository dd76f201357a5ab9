"""The members of an archive that lost its directory: the local headers, followed one by one.

A download that broke off, a disk that was full: the central directory stands at the end of a zip and is
gone first. torch writes local headers without sizes, so the end of a member is known only from what the
pickle says of its storages, or by searching for what follows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ..language import tr
from ..wording import safe
from .sources import Source
from .zip_directory import CENTRAL, DESCRIPTOR, LOCAL, Member

_SEARCH = 1 << 20
_HEADER = 30
_SIZES_FOLLOW = 0x08


def recover(archive: Source, expected: dict[str, int], start: int = 0) -> Iterator[Member]:
    """Each member from `start` on, the last one perhaps incomplete (then `damage` says so).

    `expected` gives sizes of members by name where they are known; the caller may add to it while members
    come, since the pickle that knows them comes first.
    """
    at = start
    while True:
        header = archive.read_up_to(at, _HEADER)
        if len(header) < _HEADER or header[:4] != LOCAL:
            return
        flags, method, packed, nbytes, name_length, extra_length = _fields(header)
        name = archive.read_up_to(at + _HEADER, name_length).decode("utf-8", "backslashreplace")
        data = at + _HEADER + name_length + extra_length
        if data > archive.nbytes:
            return
        known = packed if packed or not flags & _SIZES_FOLLOW else expected.get(name)
        end, whole = _end_of(archive, data, known)
        size = end - data
        damage = "" if whole else _cut_off(name, archive.nbytes, size, known)
        yield Member(name, at, size, nbytes if packed else size, method, damage)
        if not whole:
            return
        at = _next_header(archive, end)


def _fields(header: bytes) -> tuple[int, int, int, int, int, int]:
    flags, method = struct.unpack_from("<HH", header, 6)
    packed, nbytes, name_length, extra_length = struct.unpack_from("<IIHH", header, 18)
    return flags, method, packed, nbytes, name_length, extra_length


def _cut_off(name: str, end: int, size: int, known: int | None) -> str:
    told = {"end": end, "name": safe(name, 80), "size": size}
    if known is None:
        return tr("The file ends at byte {end:,}, in the middle of {name}: {size:,} bytes of it are there.", **told)
    return tr(
        "The file ends at byte {end:,}, in the middle of {name}: {size:,} of {known:,} bytes of it are there.",
        known=known,
        **told,
    )


def _end_of(archive: Source, data: int, known: int | None) -> tuple[int, bool]:
    """Where the member that begins at `data` ends, and whether it is all there."""
    if known is not None:
        end = data + known
        if end > archive.nbytes:
            return archive.nbytes, False
        if archive.read_up_to(end, 4) in (DESCRIPTOR, LOCAL, CENTRAL, b""):
            return end, True
    return _search(archive, data)


def _search(archive: Source, data: int) -> tuple[int, bool]:
    """The end of a member of unknown size: the descriptor that gives just the size up to it."""
    at = data
    while at < archive.nbytes:
        piece = archive.read_up_to(at, _SEARCH)
        found = piece.find(DESCRIPTOR)
        while found >= 0:
            if _describes(archive.read_up_to(at + found, 24), at + found - data):
                return at + found, True
            found = piece.find(DESCRIPTOR, found + 1)
        if at + len(piece) >= archive.nbytes:
            break
        at += len(piece) - 3
    return archive.nbytes, False


def _describes(descriptor: bytes, size: int) -> bool:
    narrow = struct.unpack_from("<I", descriptor, 8)[0] if len(descriptor) >= 12 else -1
    wide = struct.unpack_from("<Q", descriptor, 8)[0] if len(descriptor) >= 16 else -1
    return size in (narrow, wide)


def _next_header(archive: Source, end: int) -> int:
    """Behind the descriptor, if there is one: 16 bytes, or 24 with 64-bit sizes."""
    following = archive.read_up_to(end, 28)
    if following[:4] != DESCRIPTOR:
        return end
    return end + 24 if following[24:28] in (LOCAL, CENTRAL) else end + 16
