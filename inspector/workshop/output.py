"""What user code prints: its beginning and its end, however much there is between them."""

from __future__ import annotations

import codecs

from ..language import tr
from ..wording import size


class Output:
    """Takes bytes of both streams as they come, keeps `limit` of them at most."""

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._head = ""
        self._tail = ""
        self._skipped = 0
        self._decoders = {stream: codecs.getincrementaldecoder("utf-8")("replace") for stream in ("stdout", "stderr")}

    def take(self, stream: str, data: bytes) -> str:
        """Keeps what `stream` said, and gives what of it may be shown at once: nothing more when it is too much."""
        text = self._decoders[stream].decode(data)
        room = self._half - len(self._head)
        shown, rest = text[:room], text[room:]
        self._head += shown
        tail = self._tail + rest
        self._skipped += max(0, len(tail) - self._half)
        self._tail = tail[-self._half :] if self._half else ""
        return shown

    @property
    def rest(self) -> str:
        """What was not shown at once: how much was left out, and the end."""
        left_out = tr("\n… {skipped} left out …\n", skipped=size(self._skipped)) if self._skipped else ""
        return left_out + self._tail

    @property
    def text(self) -> str:
        """All of it, or its beginning and end."""
        return self._head + self.rest
