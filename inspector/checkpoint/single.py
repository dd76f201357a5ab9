"""What a single plain checkpoint holds: a zip of `torch.save`, a legacy stream, or a pickle.

A file may be one, and so may a part of a file: the storage in a plain pickle, an item of a distributed
checkpoint, the example inputs of an exported program.
"""

from __future__ import annotations

from collections.abc import Generator

from ..errors import FileError
from ..language import tr
from ..progress import Progress, finish
from .contents import Contents, Pickled, read_pickle
from .sources import FileSource, Source
from .unpickling import Budget

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")
"""What a zip archive may begin with."""
_PICKLE_OPENINGS = b"\x80(]}clIFVSLNd.\x94\x95"


def read_contents(source: Source, budget: Budget) -> Contents:
    """The contents of `source`, whichever of the three it is. Raises FileError."""
    return finish(reading_contents(source, budget))


def reading_contents(source: Source, budget: Budget) -> Generator[Progress, None, Contents]:
    """The same; of an archive, which most are, saying how far it is."""
    head = source.read_up_to(0, 64)
    if head[:4] in ZIP:
        from . import zip_archive

        archive = zip_archive.open_archive(source, budget)
        if archive is None or "data.pkl" not in archive.members:
            raise FileError(tr("A zip archive without data.pkl: no checkpoint of torch."))
        return (yield from zip_archive.reading(archive, budget))
    first = read_pickle(source, 0, budget) if head[:1] and head[0] in _PICKLE_OPENINGS else None
    from . import legacy_stream, plain_pickle

    if first is not None and legacy_stream.is_magic(first.value) and not first.damage:
        return legacy_stream.read(source, first.end, budget)
    if first is not None and _is_plain(first, head):
        return plain_pickle.read(source, first)
    raise _refusal(source)


def _is_plain(first: Pickled, head: bytes) -> bool:
    """A pickle by its PROTO opcode; a text one only when all of it can be followed and it means something."""
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05", b"\x00", b"\x01"):
        return True
    return not first.damage and first.end > 2 and first.value is not None


def _refusal(source: Source) -> FileError:
    if isinstance(source, FileSource):
        from .unrecognised import refuse

        return refuse(source)
    return FileError(tr("Bytes that are no checkpoint."))
