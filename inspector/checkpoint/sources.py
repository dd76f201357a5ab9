"""Where bytes come from: a file, a part of it, or what a compressed part of it holds.

Why this way: values are read with `pread`, never through a map. A file that is cut short while it is
mapped - a training run that overwrites its checkpoint - kills the whole process with SIGBUS; a `pread`
that comes back short is a sentence. Pieces of at most 128 kB stay in the processor's cache; what is read into a
buffer that somebody holds is in the cache or not by that buffer's size, and is read in fewer calls, because each
hands the interpreter to another thread.
"""

from __future__ import annotations

import os
import stat
import zlib
from _thread import allocate_lock  # `threading` takes longer to import than a small file to be read
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import NamedTuple

from ..errors import FileError
from ..language import tr

PIECE = 128 * 1024
"""Bytes that one `pread` asks for at most, where it makes the buffer."""
_INTO = 1024 * 1024
"""Bytes that it asks for at most where it is given one."""


class Stamp(NamedTuple):
    """What tells one state of a file from another: if any of it changed, the file is not what was read."""

    device: int
    inode: int
    nbytes: int
    modified_ns: int


class Place(NamedTuple):
    """Where bytes lie for whoever wants to look at them: `offset` bytes into the file `path`."""

    path: str
    offset: int
    member: str = ""
    """The member of an archive that they belong to."""
    deflated: bool = False
    """They are compressed: `offset` is that of the whole compressed stretch."""


class Source:
    """`nbytes` bytes that can be read at any place. Raises FileError, and nothing else, when they cannot."""

    nbytes: int

    @property
    def reads_anywhere(self) -> bool:
        """Whether several threads may read at several places at once, and none has to begin anew for another."""
        return False

    def read(self, offset: int, nbytes: int) -> bytes:
        """Exactly `nbytes` bytes from `offset` on; a FileError when the source ends before."""
        buffer = bytearray(nbytes)
        self.read_into(offset, memoryview(buffer))
        return bytes(buffer)

    def read_up_to(self, offset: int, nbytes: int) -> bytes:
        """What there is of the `nbytes` bytes from `offset` on, perhaps nothing."""
        start = min(max(offset, 0), self.nbytes)
        return self.read(start, min(nbytes, self.nbytes - start))

    def read_into(self, offset: int, buffer: memoryview) -> None:
        """Fills `buffer` (of bytes) with what stands from `offset` on."""
        raise NotImplementedError

    def opened(self) -> AbstractContextManager[None]:
        """Keeps the file open for the reads inside: one open instead of one each."""
        return nullcontext()

    def place(self, offset: int) -> Place | None:
        """Where byte `offset` lies in a file; None when it is in none by itself. Raises FileError."""
        return None

    def is_unchanged(self) -> bool:
        """Whether the file that it reads is still the very one that was opened."""
        return True

    def part(self, offset: int, nbytes: int) -> Source:
        """The `nbytes` bytes from `offset` on, as a source of their own."""
        return PartSource(self, offset, nbytes)


class FileSource(Source):
    """A regular file. Refuses what is not one: a FIFO would wait for ever, a device has no end."""

    def __init__(self, path: str) -> None:
        self.path = os.fspath(path)
        self._lock = allocate_lock()
        self._descriptor = -1
        self._users = 0
        self.stamp: Stamp | None = None
        with self.opened():
            self.stamp = self._stamp_of(self._descriptor)
            self.nbytes = self.stamp.nbytes

    @property
    def reads_anywhere(self) -> bool:
        return True

    def read(self, offset: int, nbytes: int) -> bytes:
        if nbytes <= PIECE:
            with self.opened():
                found = self._pread(nbytes, offset)
            if len(found) == nbytes:
                return found
        return super().read(offset, nbytes)

    def read_into(self, offset: int, buffer: memoryview) -> None:
        with self.opened():
            done, wanted = 0, len(buffer)
            while done < wanted:
                try:
                    got = os.preadv(self._descriptor, [buffer[done : done + _INTO]], offset + done)
                except OSError as error:
                    raise self._unreadable(error, offset + done) from None
                if got == 0:
                    raise self._ended(offset + done, wanted - done)
                done += got

    @contextmanager
    def opened(self) -> Iterator[None]:
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def place(self, offset: int) -> Place:
        return Place(self.path, offset)

    def is_unchanged(self) -> bool:
        """Whether the path still leads to the very state of the file that was read."""
        try:
            found = os.stat(self.path)
        except OSError:
            return False
        return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) == self.stamp

    def _enter(self) -> None:
        with self._lock:
            if self._users == 0:
                self._descriptor = self._open()
            self._users += 1

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def _open(self) -> int:
        try:
            # Without O_NONBLOCK, opening a FIFO waits for somebody to write into it.
            flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
            mode = os.stat(self.path).st_mode
            if not stat.S_ISREG(mode):
                raise FileError(
                    tr("This is {kind_of_file}, not a file.", kind_of_file=_kind_of_file(mode)), path=self.path
                )
            descriptor = os.open(self.path, flags | getattr(os, "O_BINARY", 0))
        except (OSError, ValueError) as error:
            raise self._unreadable(error, None) from None
        try:
            self._check(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _check(self, descriptor: int) -> None:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise FileError(tr("This is {kind_of_file}, not a file.", kind_of_file=_kind_of_file(mode)), path=self.path)
        if self.stamp is not None and self._stamp_of(descriptor) != self.stamp:
            raise FileError(
                tr("The file was changed on disk since it was opened."),
                path=self.path,
                hint=tr("Open it again to see what it holds now."),
            )

    def _stamp_of(self, descriptor: int) -> Stamp:
        found = os.fstat(descriptor)
        return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def _pread(self, nbytes: int, offset: int) -> bytes:
        try:
            return os.pread(self._descriptor, nbytes, offset)
        except (OSError, OverflowError, ValueError) as error:
            raise self._unreadable(error, offset) from None

    def _ended(self, offset: int, missing: int) -> FileError:
        return FileError(
            tr("The file ends at byte {offset:,}, {missing:,} bytes before it should.", offset=offset, missing=missing),
            path=self.path,
            offset=offset,
            hint=tr("It was cut short: copy or download it again."),
        )

    def _unreadable(self, error: Exception, offset: int | None) -> FileError:
        reason = getattr(error, "strerror", None) or str(error)
        return FileError(tr("The file cannot be read: {reason}.", reason=reason), path=self.path, offset=offset)


class MemorySource(Source):
    """Bytes that are in memory already."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.nbytes = len(data)

    @property
    def reads_anywhere(self) -> bool:
        return True

    def read(self, offset: int, nbytes: int) -> bytes:
        if not 0 <= offset <= offset + nbytes <= self.nbytes:
            raise _outside(offset, nbytes, self.nbytes)
        return self._data[offset : offset + nbytes]

    def read_into(self, offset: int, buffer: memoryview) -> None:
        buffer[:] = self.read(offset, len(buffer))


class PartSource(Source):
    """A stretch of another source."""

    def __init__(self, whole: Source, start: int, nbytes: int) -> None:
        self.whole = whole
        self.start = start
        self.nbytes = max(0, min(nbytes, whole.nbytes - start))

    @property
    def reads_anywhere(self) -> bool:
        return self.whole.reads_anywhere

    def read(self, offset: int, nbytes: int) -> bytes:
        if not 0 <= offset <= offset + nbytes <= self.nbytes:
            raise _outside(offset, nbytes, self.nbytes)
        return self.whole.read(self.start + offset, nbytes)

    def read_into(self, offset: int, buffer: memoryview) -> None:
        if not 0 <= offset <= offset + len(buffer) <= self.nbytes:
            raise _outside(offset, len(buffer), self.nbytes)
        self.whole.read_into(self.start + offset, buffer)

    def place(self, offset: int) -> Place | None:
        return self.whole.place(self.start + offset)

    def opened(self) -> AbstractContextManager[None]:
        return self.whole.opened()

    def is_unchanged(self) -> bool:
        return self.whole.is_unchanged()


class InflatedSource(Source):
    """What a deflated stretch of another source holds, `nbytes` bytes when inflated.

    Read front to back it inflates each byte once, in bounded memory; a read further back starts anew.
    `nbytes` is what the directory promises: a stream that holds less is a FileError where it ends, and
    what it holds beyond is never inflated.
    """

    def __init__(self, packed: Source, nbytes: int) -> None:
        self._packed = packed
        self.nbytes = nbytes
        self._lock = allocate_lock()
        self._rewind()

    def opened(self) -> AbstractContextManager[None]:
        return self._packed.opened()

    def is_unchanged(self) -> bool:
        return self._packed.is_unchanged()

    def read_into(self, offset: int, buffer: memoryview) -> None:
        if not 0 <= offset <= offset + len(buffer) <= self.nbytes:
            raise _outside(offset, len(buffer), self.nbytes)
        with self._lock:
            if offset < self._at:
                self._rewind()
            while self._at < offset:
                self._next(min(PIECE, offset - self._at))
            done = 0
            while done < len(buffer):
                piece = self._next(min(PIECE, len(buffer) - done))
                buffer[done : done + len(piece)] = piece
                done += len(piece)

    def place(self, offset: int) -> Place | None:
        packed = self._packed.place(0)
        return packed._replace(deflated=True) if packed else None

    def _rewind(self) -> None:
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._fed = 0
        self._at = 0

    def _next(self, nbytes: int) -> bytes:
        """Between 1 and `nbytes` further bytes."""
        try:
            while True:
                fresh = self._inflater.unconsumed_tail
                if not fresh:
                    fresh = self._packed.read_up_to(self._fed, PIECE)
                    self._fed += len(fresh)
                piece = self._inflater.decompress(fresh, nbytes)
                if piece:
                    self._at += len(piece)
                    return piece
                if self._inflater.eof or not fresh:
                    raise FileError(
                        tr("The compressed data end after {at:,} of {nbytes:,} bytes.", at=self._at, nbytes=self.nbytes)
                    )
        except zlib.error as error:
            raise FileError(
                tr("The compressed data are damaged after {at:,} bytes: {error}.", at=self._at, error=error)
            ) from None


def _outside(offset: int, nbytes: int, whole: int) -> FileError:
    message = tr(
        "Bytes {offset:,} to {offset_2:,} lie outside of what is there ({whole:,} bytes).",
        offset=offset,
        offset_2=offset + nbytes,
        whole=whole,
    )
    return FileError(message, offset=offset)


def _kind_of_file(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, tr("a folder")),
        (stat.S_ISFIFO, tr("a named pipe (FIFO)")),
        (stat.S_ISCHR, tr("a character device")),
        (stat.S_ISBLK, tr("a block device")),
        (stat.S_ISSOCK, tr("a socket")),
    )
    return next((words for test, words in kinds if test(mode)), tr("something special"))
