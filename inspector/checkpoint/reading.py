"""`open_checkpoint`: any file or folder that holds a model's numbers, as a tree. Nothing in it is run.

Why this way: the bytes decide what a file is, never the ending of its name (`.pth.tar` is hardly ever a tar),
and never "does it contain a zip directory somewhere": a legacy file may hold one inside of a tensor. Readers
are imported when their container turns up, so that opening the usual file imports nothing else.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import FileError
from ..language import tr
from .contents import checkpoint
from .entries import Checkpoint
from .nested import NestedStorages
from .sections import sections
from .single import ZIP, read_contents
from .sources import FileSource
from .unpickling import Budget

if TYPE_CHECKING:
    from .zip_archive import Archive


def open_checkpoint(path: str | os.PathLike[str], budget: Budget | None = None) -> Checkpoint:
    """The checkpoint at `path`: a file of any known kind, an index of shards, or a folder of them.

    Values are not read: see `arrays`. A damaged file opens as far as it goes, with sentences in `damage`.
    Raises FileError, and nothing else, for what is no checkpoint or too broken to show anything.
    """
    path = os.fspath(path)
    if os.path.basename(path) == ".metadata" and os.path.isfile(path):
        path = os.path.dirname(path) or "."  # it describes the distributed checkpoint that its folder is
    if os.path.isdir(path):
        from . import folders

        return _with_sections(folders.read(path, _opener()))
    source = FileSource(path)
    with source.opened():
        from_index = _index(source)
        return _with_sections(from_index if from_index is not None else _open(source, budget or Budget()))


def _opener() -> Callable[[str], Checkpoint]:
    """Opens shards - plain files, neither folders nor indices of other files - within one budget for all of them."""
    budget = Budget()

    def open_file(path: str) -> Checkpoint:
        source = FileSource(path)
        with source.opened():
            return _open(source, budget)

    return open_file


def _with_sections(found: Checkpoint) -> Checkpoint:
    return found if found.sections else found._replace(sections=sections(found.root))


def _index(source: FileSource) -> Checkpoint | None:
    if source.read_up_to(0, 64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return None
    from . import sharded

    return sharded.read_index(source, _opener()) if sharded.is_index(source) else None


def _open(source: FileSource, budget: Budget) -> Checkpoint:
    head = source.read_up_to(0, 1024)
    try:
        if is_safetensors(head, source.nbytes):
            from . import safetensors_file

            return safetensors_file.read(source)
        if head[257:262] == b"ustar" or _is_old_tar(head):
            from . import legacy_tar

            return legacy_tar.read(source)
        if head[:4] in ZIP:
            return _open_zip(source, budget)
        return checkpoint(read_contents(source, budget), source, NestedStorages(read_contents, budget))
    except FileError as error:
        if not error.path:
            error.path = source.path
        raise


def is_safetensors(head: bytes, nbytes: int) -> bool:
    """Whether the file begins with the length of a JSON header and its brace.

    A length may spell `PK\\3\\4`; a zip has its compression method where the brace stands, and no method is 123.
    """
    if len(head) < 9 or head[8:9] != b"{":
        return False
    (length,) = struct.unpack_from("<Q", head)
    # A pickle may begin with \x80 and have its brace there too; then the length is out of all proportion.
    return bool(length + 8 <= nbytes or (length < 1 << 32 and head[:1] != b"\x80"))


def _is_old_tar(head: bytes) -> bool:
    """A tar header from before `ustar`: its checksum is right. 512 zero bytes are no header."""
    if len(head) < 512 or not head[0]:
        return False
    try:
        checksum = int(head[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return sum(head[:148]) + 8 * 32 + sum(head[156:512]) == checksum


def _open_zip(source: FileSource, budget: Budget) -> Checkpoint:
    from . import zip_archive

    archive = zip_archive.open_archive(source, budget)
    if archive is None:
        raise FileError(
            tr("This begins like a zip archive, and nothing in it is whole."),
            hint=tr("Copy or download the file again."),
        )
    names = archive.members
    if "model.json" in names or "constants.pkl" in names or any(name.startswith("code/") for name in names):
        from . import torchscript

        return torchscript.read(archive, source, budget)
    if "data.pkl" in names:
        contents = zip_archive.read(archive, budget)
        return checkpoint(contents, source, NestedStorages(read_contents, budget))
    return _open_other_zip(archive, source, budget)


def _open_other_zip(archive: Archive, source: FileSource, budget: Budget) -> Checkpoint:
    names = archive.members
    if any(name.startswith(".data/") for name in names) and any(name.endswith(".pkl") for name in names):
        from . import package

        return package.read(archive, source, budget)
    if "archive_format" in names or any(name.startswith(("models/", "serialized_")) for name in names):
        from . import exported

        return exported.read(archive, source, budget)
    from .unrecognised import refuse_zip

    raise refuse_zip(source, list(names))
