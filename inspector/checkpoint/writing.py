"""A plan made into a file, so that nothing is lost whatever happens.

    finish(write("mended.pth", plan))

The file is written beside its place under another name, brought to the disk, opened again with this program's own
reader and compared bit by bit with what was meant; only then is it given its name. Whoever stops asking has cancelled:
nothing is left behind then, nor after a full disk or any other error.

Why this way: a half-written file under a good name is the worst that can happen to a checkpoint, next to a good one
that was written over. So a name is taken last, and one that exists only when that was said.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
from collections.abc import Generator, Iterator
from typing import IO, NamedTuple

from ..errors import FileError
from ..progress import Progress
from ..wording import safe, size
from . import safetensors_writing, zip_writing
from .planning import Plan
from .verifying import verify

_SPARE = 1 << 20
"""Bytes of header, names and padding that are allowed for when room is looked for."""


class Written(NamedTuple):
    """A file that was written."""

    path: str
    nbytes: int
    tensors: int


def write(
    path: str | os.PathLike[str], plan: Plan, *, overwrite: bool = False, over_source: bool = False
) -> Generator[Progress, None, Written]:
    """Writes `plan` to `path`, saying how far it is.

    A file that is there is only replaced with `overwrite`, one of the plan's own sources only with `over_source` as
    well. Raises FileError when the file cannot be written, is not what was meant, or when a source cannot be read.
    """
    path = os.fspath(path)
    refuse_target(path, plan, overwrite=overwrite, over_source=over_source)
    head = safetensors_writing.header(plan) if plan.format == "safetensors" else zip_writing.pickled(plan)
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with _as_sentences(path):
            _refuse_too_large(folder, plan, len(head))
            yield from _fill(beside, plan, head, name)
            yield from verify(beside, plan, head)
            refuse_target(path, plan, overwrite=overwrite, over_source=over_source)
            _take_place(beside, path)
        return Written(path, os.path.getsize(path), len(plan.tensors))
    finally:
        with contextlib.suppress(OSError):
            os.unlink(beside)


def refuse_target(path: str, plan: Plan, *, overwrite: bool, over_source: bool) -> None:
    """Raises FileError when this plan must not be written to `path`: what `write` asks itself, to be asked before."""
    shown = safe(path)
    if os.path.isdir(path) or not os.path.basename(path):
        raise _unwritable(path, f"{shown} is a folder.", "Give the name of a file in it.")
    if not os.path.lexists(path):
        return
    if any(_is_same(source, path) for source in plan.sources):
        if not (overwrite and over_source):
            raise _unwritable(path, f"{shown} is the very file that is read.", "Save under another name.")
    elif not overwrite:
        raise _unwritable(
            path, f"{shown} is there already.", "Save under another name, or say that it may be replaced."
        )
    if not os.path.isfile(path):
        raise _unwritable(path, f"{shown} is no ordinary file.", "Save under another name.")


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _unwritable(path: str, message: str, hint: str) -> FileError:
    return FileError(message, path=path, title="This file cannot be written", hint=hint)


def _refuse_too_large(folder: str, plan: Plan, head: int) -> None:
    """Before hours are spent on a disk that is too small. What cannot be asked is found out in time."""
    try:
        room = os.statvfs(folder or ".")
    except (OSError, AttributeError):
        return
    free, wanted = room.f_bavail * room.f_frsize, plan.nbytes + head + _SPARE
    if free < wanted:
        raise OSError(errno.ENOSPC, f"{size(wanted)} are needed, {size(free)} are free")


def _fill(beside: str, plan: Plan, head: bytes, name: str) -> Iterator[Progress]:
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    total = 2 * plan.nbytes
    with io.BufferedRandom(io.FileIO(descriptor, "r+"), 1 << 20) as file:
        for done in _pieces(plan, file, head, name):
            yield Progress(done, total, "bytes", "writing")
        file.flush()
        os.fsync(file.fileno())


def _pieces(plan: Plan, file: IO[bytes], head: bytes, name: str) -> Iterator[int]:
    if plan.format == "safetensors":
        return safetensors_writing.write_safetensors(plan, file, head)
    return zip_writing.write_zip(plan, file, _folder_of(name), head)


def _folder_of(name: str) -> str:
    """The folder inside of the archive: torch calls it as the file, without its ending."""
    stem = os.path.splitext(name)[0]
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in stem if letter.isascii())
    return plain.strip(".") or "archive"


def _take_place(beside: str, path: str) -> None:
    """Gives the file its name, and the rights of the one that it replaces."""
    with contextlib.suppress(OSError):
        os.chmod(beside, os.stat(path).st_mode & 0o777)
    os.replace(beside, path)
    with contextlib.suppress(OSError):  # the name is on the disk when its folder is; not every system can say so
        folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _as_sentences(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = safe(os.path.dirname(path) or ".")
        message, hint = _REASONS.get(error.errno or 0, (f"FOLDER: {safe(error.strerror or str(error))}.", ""))
        raise _unwritable(path, message.replace("FOLDER", folder), hint) from None


_REASONS = {
    errno.ENOSPC: ("There is not enough room on the disk of FOLDER.", "Make room, or save somewhere else."),
    errno.EDQUOT: ("There is not enough room left for you on the disk of FOLDER.", "Make room, or save elsewhere."),
    errno.EFBIG: ("The disk of FOLDER does not take files as large as this one.", "Save somewhere else."),
    errno.EACCES: ("In FOLDER you may not write.", "Save somewhere else."),
    errno.EPERM: ("In FOLDER you may not write.", "Save somewhere else."),
    errno.EROFS: ("The disk of FOLDER can only be read.", "Save somewhere else."),
    errno.ENOENT: ("There is no folder FOLDER.", "Make it first, or save somewhere else."),
    errno.ENOTDIR: ("FOLDER is no folder.", "Save somewhere else."),
    errno.ENAMETOOLONG: ("The name is too long for the disk of FOLDER.", "Give a shorter one."),
}
