"""Sources for elements that do not stand in the file byte by byte as they stand in memory.

Why this way: unpacked here, behind the interface every reader knows already, text and half bytes need no
second way through strides, pages, digests and statistics.
"""

from __future__ import annotations

import codecs
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import FileError
from ..language import tr
from .sources import PIECE, Source


class Latin1Source(Source):
    """`nbytes` bytes that were written as text: the latin-1 character of each byte, in UTF-8.

    That is how pickle protocol 2 carries the bytes of a numpy array. Read front to back each character is
    decoded once, in bounded memory; a read further back starts anew.
    """

    def __init__(self, text: Source, start: int, nbytes: int) -> None:
        self.packed = text
        self._start = start
        self.nbytes = nbytes
        self._lock = threading.Lock()
        self._rewind()

    @contextmanager
    def opened(self) -> Iterator[None]:
        with self.packed.opened():
            yield

    def is_unchanged(self) -> bool:
        return self.packed.is_unchanged()

    def read_into(self, offset: int, buffer: memoryview) -> None:
        with self._lock:
            if offset < self._at - len(self._held):
                self._rewind()
            self._skip(offset)
            done = 0
            while done < len(buffer):
                piece = self._take(len(buffer) - done)
                buffer[done : done + len(piece)] = piece
                done += len(piece)

    def _rewind(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._fed = self._start
        self._held = b""
        """Decoded, and not yet asked for."""
        self._at = 0
        """The place of the byte after those that are held."""

    def _skip(self, offset: int) -> None:
        while self._at - len(self._held) < offset:
            self._take(offset - (self._at - len(self._held)))

    def _take(self, nbytes: int) -> bytes:
        """Between 1 and `nbytes` further bytes."""
        while not self._held:
            self._held = self._decode()
            self._at += len(self._held)
        piece, self._held = self._held[:nbytes], self._held[nbytes:]
        return piece

    def _decode(self) -> bytes:
        # Two bytes of UTF-8 at most hold one character; more than the rest can need is never read.
        left = 2 * (self.nbytes - self._at)
        text = self.packed.read_up_to(self._fed, min(PIECE, left)) if left > 0 else b""
        if not text:
            raise FileError(
                tr(
                    "The text that holds the numbers ends after {at:,} of {nbytes:,} bytes.",
                    at=self._at,
                    nbytes=self.nbytes,
                )
            )
        try:
            decoded = self._decoder.decode(text).encode("latin-1")
        except UnicodeError:
            raise FileError(
                tr("The text that holds the numbers is not what bytes written as latin-1 look like."), offset=self._fed
            ) from None
        self._fed += len(text)
        return decoded


class UnpackedSource(Source):
    """One byte for each element of a type that packs `per_byte` elements into a byte, low bits first.

    torch packs `quint4x2` and `quint2x4` so, over row ends, whatever the shape (seen in torch 2.13).
    """

    def __init__(self, packed: Source, start: int, nbytes: int, per_byte: int) -> None:
        self.packed = packed
        self._start = start
        self._per_byte = per_byte
        self.nbytes = nbytes * per_byte

    @contextmanager
    def opened(self) -> Iterator[None]:
        with self.packed.opened():
            yield

    def is_unchanged(self) -> bool:
        return self.packed.is_unchanged()

    def read_into(self, offset: int, buffer: memoryview) -> None:
        import numpy as np

        first, last = offset // self._per_byte, (offset + len(buffer) - 1) // self._per_byte
        packed = np.frombuffer(self.packed.read(self._start + first, last + 1 - first), np.uint8)
        bits = 8 // self._per_byte
        shifts = np.arange(0, 8, bits, dtype=np.uint8)
        codes = (packed[:, None] >> shifts) & np.uint8((1 << bits) - 1)
        skipped = offset - first * self._per_byte
        np.asarray(buffer)[:] = codes.reshape(-1)[skipped : skipped + len(buffer)]
