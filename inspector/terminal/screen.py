"""What is put on a terminal: colour where it can be seen, columns that stand under each other, large texts at once."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import TextIO

_CHARACTERS_AT_ONCE = 250_000


class Ink:
    """Text in the colours of meaning, or as it is. Colour is never the only sign: whoever uses it has a symbol too."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    @classmethod
    def of(cls, stream: TextIO) -> Ink:
        """Colour for a terminal, unless it or the person (https://no-color.org) wants none."""
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(wanted and stream.isatty())

    def quiet(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[22m" if self.colour and text else text

    def strong(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[22m" if self.colour and text else text

    def accent(self, text: str) -> str:
        return f"\x1b[36m{text}\x1b[39m" if self.colour and text else text

    def alarm(self, text: str) -> str:
        return f"\x1b[31m{text}\x1b[39m" if self.colour and text else text


def columns_of(text: str) -> int:
    """How many columns a text takes: wide East Asian characters two, marks that combine none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


def padded(text: str, width: int) -> str:
    """`text` filled up to `width` columns."""
    return text.ljust(width) if text.isascii() else text + " " * (width - columns_of(text))


def write(pieces: Iterable[str], stream: TextIO | None = None) -> None:
    """Writes pieces of text, many of them at once: a system call for each would take longer than all else."""
    stream = stream or sys.stdout
    held: list[str] = []
    characters = 0
    for piece in pieces:
        held.append(piece)
        characters += len(piece)
        if characters > _CHARACTERS_AT_ONCE:
            stream.write("".join(held))
            held.clear()
            characters = 0
    stream.write("".join(held))
    stream.flush()


def say(text: str) -> None:
    """A sentence for the person and not for the next program: on the error stream."""
    sys.stderr.write(f"inspector: {text}\n")
    sys.stderr.flush()
