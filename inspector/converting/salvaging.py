"""Which tensors of a damaged file are whole: every byte is read, and held against its checksum where there is one.

Why this way: that a tensor has a place in the file does not say that its numbers are those that were saved. An
archive keeps a checksum of each storage; loading looks at none of them, so that this is where a flipped bit is found.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator

from ..checkpoint.entries import Checkpoint, Storage, Tensor
from ..checkpoint.sources import FileSource, Source
from ..checkpoint.unpickling import Budget
from ..checkpoint.zip_archive import open_archive
from ..checkpoint.zip_directory import MemberSource
from ..errors import FileError
from ..language import tr
from ..progress import Progress
from ..wording import safe
from .sections import Section, broken

_PIECE = 1 << 20


def read_through(checkpoint: Checkpoint, section: Section) -> Generator[Progress, None, dict[str, str]]:
    """Reads every tensor of a section once; gives those that are not whole with the reason, by old key."""
    items = [item for item in section.side.items if item.tensor is not None and not broken(item.tensor)]
    total, before = sum(item.tensor.nbytes for item in items if item.tensor), 0
    checked = _Checked(_has_checksums(checkpoint))
    unread: dict[str, str] = {}
    for item in items:
        assert item.tensor is not None
        try:
            for done in checked.read(item.tensor):
                yield Progress(min(before + done, total), total, "bytes", "reading")
        except FileError as error:
            unread[item.origins[0] if item.origins else item.key] = error.message
        before += item.tensor.nbytes
    return unread


def _has_checksums(checkpoint: Checkpoint) -> bool:
    """Whether the checksums of an archive mean anything: where that of its tree is wrong, the others say nothing."""
    if checkpoint.format != "zip":
        return False
    try:
        archive = open_archive(FileSource(checkpoint.path), Budget())
        pickle = archive.open("data.pkl") if archive is not None and archive.complete else None
        return isinstance(pickle, MemberSource) and zlib.crc32(pickle.read(0, pickle.nbytes)) == pickle.crc
    except FileError:
        return False


class _Checked:
    """Storages that were read, each once."""

    def __init__(self, with_checksums: bool) -> None:
        self._with_checksums = with_checksums
        self._found: dict[str, str] = {}

    def read(self, tensor: Tensor) -> Iterator[int]:
        """Reads a tensor, giving the bytes that are done. Raises FileError where it is not whole."""
        from ..checkpoint import arrays

        done = 0
        for part in tensor.extra.parts or (tensor,):
            if part.storage is not None and self._has_checksum(part.storage.source):
                for nbytes in self._check(part.storage):
                    yield done + nbytes
                done += part.nbytes
            else:
                for block in arrays.blocks(part):
                    done += block.nbytes
                    yield done

    def _has_checksum(self, source: Source | None) -> bool:
        return self._with_checksums and isinstance(source, MemberSource) and source.crc != 0

    def _check(self, storage: Storage) -> Iterator[int]:
        if storage.key not in self._found:
            self._found[storage.key] = ""
            source, checksum = storage.source, 0
            assert isinstance(source, MemberSource)
            with source.opened():
                for start in range(0, source.nbytes, _PIECE):
                    checksum = zlib.crc32(source.read_up_to(start, _PIECE), checksum)
                    yield min(start + _PIECE, source.nbytes)
            if checksum != source.crc:
                self._found[storage.key] = tr(
                    "The checksum of its storage {key} is another: its numbers are not those that were saved.",
                    key=safe(storage.key, 60),
                )
        if self._found[storage.key]:
            raise FileError(self._found[storage.key])
