"""JSON read piece by piece, in bounded memory, as far as it is sound.

    stream = JsonStream(source, start=8, nbytes=512)
    for key in stream.members():            # the object that begins here
        value = stream.value()              # or, for an object in it, stream.members() again

Why this way: `json.loads` makes 2 GB of objects out of a hostile text of 100 MB, and gives nothing at all
for a text that was cut off. Here one value is decoded at a time (by the standard library's decoder), so a
long text costs no more than its longest value, and all that stands before a flaw has been said already.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from ..errors import FileError
from ..language import tr
from .sources import Source

VALUE_LIMIT = 1 << 20
"""Characters that one value (or key) may take when nothing else is said."""
_WINDOW = 1 << 18
_decode = json.JSONDecoder().raw_decode
_blank = re.compile(r"[ \t\n\r]*").match


class JsonStream:
    """The JSON text in `nbytes` bytes of `source` from `start` on. Raises FileError, and nothing else."""

    def __init__(self, source: Source, start: int = 0, nbytes: int | None = None) -> None:
        self._source = source
        self._next = start
        self._end = min(source.nbytes, source.nbytes if nbytes is None else start + nbytes)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0

    def members(self, limit: int = VALUE_LIMIT) -> Iterator[str]:
        """The keys of the object that begins here; the value of each is to be read before the next is asked for."""
        self._take("{")
        if self._comes("}"):
            return
        while True:
            key = self.value(limit)
            if type(key) is not str:
                raise self._flaw(tr("a key is not a text"))
            self._take(":")
            yield key
            if not self._comes(","):
                self._take("}")
                return

    def value(self, limit: int = VALUE_LIMIT) -> object:
        """The value that begins here, of `limit` characters at most."""
        self._skip_blanks()
        while True:
            try:
                found, end = _decode(self._text, self._at)
            except RecursionError:
                raise self._flaw(tr("it is nested too deeply")) from None
            except ValueError as error:
                if not self._grow(limit):
                    raise self._flaw(getattr(error, "msg", tr("a number is too long")).lower()) from None
                continue
            rest = self._text[end : end + 3]
            if len(rest) < 3 and not rest.strip("+-.eE") and self._grow(limit):
                continue  # a number may go on in what follows, after `-0` as after the e of `1e`
            self._at = end
            return found

    def rest_is_blank(self) -> bool:
        """Whether nothing but blanks is left."""
        self._skip_blanks()
        return self._at == len(self._text)

    def _take(self, character: str) -> None:
        if not self._comes(character):
            found = self._text[self._at : self._at + 1]
            reason = tr("{character!r} is missing", character=character) if found else tr("the text ends too early")
            raise self._flaw(reason)

    def _comes(self, character: str) -> bool:
        """Whether `character` is next but for blanks; then it is passed over."""
        if not self._text.startswith(character, self._at):
            self._skip_blanks()
            if not self._text.startswith(character, self._at):
                return False
        self._at += 1
        return True

    def _skip_blanks(self) -> None:
        self._at = _blank(self._text, self._at).end()  # type: ignore[union-attr]
        while self._at == len(self._text) and self._grow(_WINDOW):
            self._at = _blank(self._text, self._at).end()  # type: ignore[union-attr]

    def _grow(self, limit: int) -> bool:
        """Reads on, as much again as there is; False when there is nothing more or `limit` is reached."""
        left = len(self._text) - self._at
        if self._next >= self._end or left >= limit:
            return False
        fresh = self._source.read_up_to(self._next, min(max(_WINDOW, left), self._end - self._next))
        self._next += len(fresh)
        try:
            more = self._decoder.decode(fresh, final=self._next >= self._end)
        except UnicodeDecodeError as error:
            good = fresh[: error.start].decode("utf-8", "ignore")
            self._next = self._end
            if not good:
                raise self._flaw(tr("it is not UTF-8 text")) from None
            more = good
        self._text = self._text[self._at :] + more
        self._at = 0
        return bool(fresh)

    def _flaw(self, reason: str) -> FileError:
        offset = self._next - len(self._text[self._at :].encode("utf-8", "surrogatepass"))
        told = tr("The JSON text cannot be read on from byte {offset:,}: {reason}.", offset=offset, reason=reason)
        return FileError(told, offset=offset)
