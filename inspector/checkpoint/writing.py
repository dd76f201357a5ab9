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
import shutil
from collections.abc import Generator, Iterator, Sequence
from typing import IO, NamedTuple

from ..errors import FileError
from ..language import marked, tr
from ..progress import Progress, retold
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
    files = [(os.fspath(path), plan)]
    (written,) = yield from write_all(files, overwrite=overwrite, over_source=over_source)
    return written


def write_all(
    files: Sequence[tuple[str, Plan | bytes]], *, overwrite: bool = False, over_source: bool = False
) -> Generator[Progress, None, tuple[Written, ...]]:
    """Writes several files of one folder, all of them or none: plans as `write` does, and texts as they are.

    They take their names in turn, each once all are written and compared: so one that names others comes last.
    """
    beside = [_beside(path) for path, _ in files]
    refuse_targets(files, overwrite=overwrite, over_source=over_source)
    heads = yield from _heads(files)
    try:
        with _as_sentences(files[0][0]):
            _refuse_too_large(
                files[0][0], sum(_nbytes(content) + len(head) for (_, content), head in zip(files, heads))
            )
            yield from _fill_all(beside, files, heads)
            refuse_targets(files, overwrite=overwrite, over_source=over_source)
            _take_places(beside, [path for path, _ in files])
        return tuple(Written(path, os.path.getsize(path), _tensors(content)) for path, content in files)
    finally:
        for each in beside:
            with contextlib.suppress(OSError):
                os.unlink(each)


def refuse_targets(files: Sequence[tuple[str, Plan | bytes]], *, overwrite: bool, over_source: bool) -> None:
    """Raises FileError when any of these must not be written: none may take the place of what another is read from."""
    sources = tuple({source: None for _, content in files if isinstance(content, Plan) for source in content.sources})
    for path, content in files:
        plan = content if isinstance(content, Plan) else Plan(None, (), ())
        refuse_target(path, plan._replace(sources=sources), overwrite=overwrite, over_source=over_source)


def refuse_lack_of_room(files: Sequence[tuple[str, Plan | bytes]]) -> None:
    """Raises FileError when the folder of the files is not there or only to be read, or its disk has too little room
    for them."""
    folder = os.path.dirname(files[0][0])
    with _as_sentences(files[0][0]):
        if not os.path.isdir(folder or "."):
            raise OSError(errno.ENOTDIR if os.path.lexists(folder) else errno.ENOENT, "")
        if os.name == "posix" and not os.access(folder or ".", os.W_OK):
            raise OSError(errno.EACCES, "")
        _refuse_too_large(files[0][0], sum(_nbytes(content) for _, content in files))


def _beside(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:100]}.{secrets.token_hex(4)}.part")


def _heads(files: Sequence[tuple[str, Plan | bytes]]) -> Generator[Progress, None, list[bytes]]:
    """What comes first in each file, or is the tree of an archive; of a text all of it."""
    total, heads = 2 * sum(_nbytes(content) for _, content in files), []
    for _, content in files:
        if isinstance(content, bytes):
            heads.append(content)
        elif content.format == "safetensors":
            heads.append(safetensors_writing.header(content))
        else:
            pickling = zip_writing.pickling(content)
            heads.append((yield from retold(pickling, lambda _: Progress(0, total, "bytes", "writing"))))
    return heads


def _nbytes(content: Plan | bytes) -> int:
    return content.nbytes if isinstance(content, Plan) else 0


def _tensors(content: Plan | bytes) -> int:
    return len(content.tensors) if isinstance(content, Plan) else 0


def _fill_all(
    beside: Sequence[str], files: Sequence[tuple[str, Plan | bytes]], heads: Sequence[bytes]
) -> Iterator[Progress]:
    """Writes each and holds it against its plan, before the next is begun."""
    total, before = 2 * sum(_nbytes(content) for _, content in files), 0
    for place, (path, content), head in zip(beside, files, heads):
        if isinstance(content, bytes):
            _fill_text(place, content)
            continue
        for work in (_fill(place, content, head, os.path.basename(path)), verify(place, content, head)):
            for said in work:
                yield said._replace(done=before + said.done, total=total)
        before += 2 * content.nbytes


def refuse_target(path: str, plan: Plan, *, overwrite: bool, over_source: bool) -> None:
    """Raises FileError when this plan must not be written to `path`: what `write` asks itself, to be asked before."""
    shown = safe(path)
    if os.path.isdir(path) or not os.path.basename(path):
        raise _unwritable(path, tr("{shown} is a folder.", shown=shown), tr("Give the name of a file in it."))
    if not os.path.lexists(path):
        return
    if any(_is_same(source, path) for source in plan.sources):
        if not (overwrite and over_source):
            raise _unwritable(
                path, tr("{shown} is the very file that is read.", shown=shown), tr("Save under another name.")
            )
    elif not overwrite:
        raise _unwritable(
            path,
            tr("{shown} is there already.", shown=shown),
            tr("Save under another name, or say that it may be replaced."),
        )
    if os.path.islink(path) and not os.path.exists(path):
        raise _unwritable(
            path, tr("{shown} is a link that leads nowhere.", shown=shown), tr("Save under another name.")
        )
    if not os.path.isfile(path):
        raise _unwritable(path, tr("{shown} is no ordinary file.", shown=shown), tr("Save under another name."))


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _unwritable(path: str, message: str, hint: str) -> FileError:
    return FileError(message, path=path, title=tr("This file cannot be written"), hint=hint)


def _refuse_too_large(path: str, nbytes: int) -> None:
    """Before hours are spent on a disk that is too small. What cannot be asked is found out in time."""
    folder = os.path.dirname(path)
    try:
        room = os.statvfs(folder or ".")
    except (OSError, AttributeError):
        return
    free, wanted = room.f_bavail * room.f_frsize, nbytes + _SPARE
    if free < wanted:
        raise _unwritable(
            path,
            tr(
                "There is not enough room on the disk of {folder}: {wanted} are needed, {free} are free.",
                folder=safe(folder) or tr("this folder"), wanted=size(wanted), free=size(free),
            ),
            tr("Make room, or save somewhere else."),
        )  # fmt: skip


def _fill_text(beside: str, content: bytes) -> None:
    with _new_file(beside) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _new_file(path: str) -> IO[bytes]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    return io.BufferedRandom(io.FileIO(descriptor, "r+"), 1 << 20)


def _fill(beside: str, plan: Plan, head: bytes, name: str) -> Iterator[Progress]:
    total = 2 * plan.nbytes
    with _new_file(beside) as file:
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


def _take_places(beside: Sequence[str], paths: Sequence[str]) -> None:
    """Gives all files their names; where that fails for one, those before it have what they had."""
    kept = [f"{place[: -len('.part')]}.kept" for place in beside] if len(paths) > 1 else []
    taken = 0
    try:
        for path, backup in zip(paths, kept):
            if os.path.lexists(path):
                _keep(path, backup)
        for place, path in zip(beside, paths):
            _take_place(place, path)
            taken += 1
    except BaseException:
        for path, backup in list(zip(paths, kept))[:taken]:
            with contextlib.suppress(OSError):
                os.replace(backup, path) if os.path.lexists(backup) else os.unlink(path)
        raise
    finally:
        for backup in kept:
            with contextlib.suppress(OSError):
                os.unlink(backup)
    _to_the_disk(os.path.dirname(paths[0]))


def _keep(path: str, backup: str) -> None:
    """A second name for a file that is about to be replaced; a copy where the disk knows no such thing."""
    try:
        os.link(path, backup)
    except OSError:
        shutil.copy2(path, backup)


def _take_place(beside: str, path: str) -> None:
    """Gives the file its name, and the rights of the one that it replaces."""
    with contextlib.suppress(OSError):
        os.chmod(beside, os.stat(path).st_mode & 0o777)
    os.replace(beside, path)


def _to_the_disk(folder: str) -> None:
    with contextlib.suppress(OSError):  # the name is on the disk when its folder is; not every system can say so
        descriptor = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _as_sentences(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = safe(os.path.dirname(path)) or tr("this folder")
        message, hint = _REASONS.get(error.errno or 0, ("", ""))
        said = tr(message, folder=folder) if message else f"{folder}: {safe(error.strerror or str(error))}."
        raise _unwritable(path, said, tr(hint)) from None


_REASONS = {
    errno.ENOSPC: (
        marked("There is not enough room on the disk of {folder}."),
        marked("Make room, or save somewhere else."),
    ),
    errno.EDQUOT: (
        marked("There is not enough room left for you on the disk of {folder}."),
        marked("Make room, or save elsewhere."),
    ),
    errno.EFBIG: (
        marked("The disk of {folder} does not take files as large as this one."),
        marked("Save somewhere else."),
    ),
    errno.EACCES: (marked("In {folder} you may not write."), marked("Save somewhere else.")),
    errno.EPERM: (marked("In {folder} you may not write."), marked("Save somewhere else.")),
    errno.EROFS: (marked("The disk of {folder} can only be read."), marked("Save somewhere else.")),
    errno.ENOENT: (marked("There is no folder {folder}."), marked("Make it first, or save somewhere else.")),
    errno.ENOTDIR: (marked("{folder} is no folder."), marked("Save somewhere else.")),
    errno.ENAMETOOLONG: (marked("The name is too long for the disk of {folder}."), marked("Give a shorter one.")),
}
