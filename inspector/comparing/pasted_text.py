"""A text that was pasted, freed of what surrounds its words: colours, quote marks, borders, ranks, times.

Out of a terminal, a log, a mail or an issue the same lines come coloured, indented, with `> ` or `[rank0]:` or a time
before each, in the box that rich draws, as the inside of a JSON string, or wrapped in the middle of a word.

Why this way: who looks for a sentence in a text should have to think of the sentence only. `loose` is the other half:
a line end may stand anywhere, as nobody can say any more whether it was a blank.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_COLOUR = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)")
_RANK = re.compile(r"[>|│\s]{0,100}\[?(rank ?\d{1,6}|default\d{1,6})\]?:")
_BEFORE = re.compile(
    r"(?:[>|│┃\s]"
    r"|\[?(?:rank ?\d{1,6}|default\d{1,6})\]?:"
    r"|E(?=\s{3})"  # pytest
    r"|\(\w{1,40} pid=\d{1,9}[^)\n]{0,60}\)"  # ray
    r"|\[?\d{4}-\d\d-\d\d[T ,]\d\d:\d\d:\d\d[.,\d]{0,12}(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|[\[(<]?(?:ERROR|WARNING|INFO|CRITICAL)[\])>]?:?(?=\s)"
    r")+"
)


def pieces(text: str) -> Iterator[str]:
    """The plain text, once for each rank of a distributed run: their lines come mixed.

    In it blanks are single, and lines end in one line feed with nothing before it and nothing of a margin behind it.
    """
    ranks: dict[str, list[str]] = {}
    current = ranks.setdefault("", [])
    for line in _unescaped(text).split("\n"):
        if found := _RANK.match(line):  # a line without one goes on where the last ended
            current = ranks.setdefault(found.group(1), [])
        before = _BEFORE.match(line)
        current.append(line[before.end() :] if before else line)
    return ("\n".join(filter(None, map(_tidy, lines))) for lines in ranks.values())


def loose(phrase: str) -> str:
    """An expression that finds `phrase` in a piece wherever its lines were broken."""
    return r"\n?".join(r"[ \n]" if character == " " else re.escape(character) for character in phrase)


def unbroken(text: str) -> str:
    """A name out of a piece, with the lines that broke it joined."""
    return text.replace("\n", "").strip()


def _unescaped(text: str) -> str:
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    if "&quot;" in text:
        text = html.unescape(text)
    if "\\n\\t" in text:  # the inside of a JSON string, or a repr
        text = text.replace("\\n", "\n").replace("\\t", "\t")
    if "\\" in text:
        text = text.replace('\\"', '"').replace("\\'", "'")
    return re.sub(r"[\r\n]+", "\n", text)


def _tidy(line: str) -> str:
    return re.sub(r"[ \t\xa0]+", " ", line.rstrip(" \t\xa0│┃|"))
