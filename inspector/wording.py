"""Sizes, shapes, counts and names as words, the same in the window, the terminal and the reports."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from .language import marked, ntr, tr

_SIZE_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")


def size(nbytes: int) -> str:
    """A number of bytes in decimal units, three figures: `0 B`, `512 B`, `4.10 kB`, `98.3 MB`."""
    if abs(nbytes) < 1000:
        return f"{nbytes} B"
    if abs(nbytes) >= 10**27:  # a file may claim sizes that no float can hold
        return tr("over 10^27 B")
    amount = float(nbytes)
    for unit in _SIZE_UNITS:
        amount /= 1000
        if abs(amount) < 999.5 or unit == _SIZE_UNITS[-1]:
            break
    digits = 2 if abs(amount) < 9.995 else 1 if abs(amount) < 99.95 else 0
    return f"{amount:,.{digits}f} {unit}"


def count(number: int) -> str:
    """A whole number with thousands set off: `1,234,567`."""
    return f"{number:,}"


def plural(number: int, singular: str, plural_form: str = "") -> str:
    """`1 tensor`, `320 tensors`; `plural_form` where an s will not do (`2 entries`)."""
    return ntr(f"{{n}} {singular}", f"{{n}} {plural_form or singular + 's'}", number)


def shape(dimensions: Sequence[int]) -> str:
    """A shape as torch prints it: `[512, 784]`, `[]` for a scalar."""
    return f"[{', '.join(map(str, dimensions))}]"


def number(value: float) -> str:
    """A statistic in six significant figures at most: `0.0125`, `-3.2e-08`, `nan`, `inf`."""
    return f"{value:.6g}"


def share(part: float, whole: float) -> str:
    """A share in percent: `34 %`, `0.4 %`, `<0.1 %`, and never `100 %` for what is not whole."""
    if whole <= 0:
        return "0 %"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "<0.1 %"
    if percent < 10:
        return f"{percent:.1f} %".replace(".0 %", " %")
    if percent < 100:
        return f"{min(int(percent + 0.5), 99)} %"
    return "100 %"


def names(items: Sequence[str], limit: int = 3) -> str:
    """A few names, and how many more there are: `a, b, c and 12 more`."""
    shown = list_of(items[:limit])
    left = len(items) - limit
    return tr("{names} and {count:,} more", names=shown, count=left) if left > 0 else shown


def list_of(items: Sequence[str]) -> str:
    """`a, b, c`, for names: of keys, files, classes."""
    return _row(marked("{first}, {next}"), items)


def row_of(items: Sequence[str]) -> str:
    """`a, b, c`, for what is said: figures, clauses."""
    return _row(marked("{first}, {second}"), items, "second")


def all_of(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a and b and c`; empty for none."""
    before, last = _row(marked("{first} and {next}"), items[:-1]), items[-1:]
    return _row(marked("{first} and {second}"), [*filter(None, [before]), *last], "second")


def one_of(items: Sequence[str]) -> str:
    """`a`, `a or b`, `a or b or c`; empty for none."""
    before, last = _row(marked("{first} or {next}"), items[:-1]), items[-1:]
    return _row(marked("{first} or {second}"), [*filter(None, [before]), *last], "second")


def _row(pair: str, items: Sequence[str], other: str = "next") -> str:
    """`items`, each put to those before it as `pair` says; by halves: thousands would be copied each time."""
    if len(items) < 2:
        return items[0] if items else ""
    half = len(items) // 2
    return tr(pair, first=_row(pair, items[:half], other), **{other: _row(pair, items[half:], other)})


def safe(text: str, limit: int = 200) -> str:
    """`text` as it may be put on a screen: on one line, at most `limit` characters, inert.

    Control and format characters (ANSI escapes, bidi overrides, zero-width marks), lone surrogates and
    unassigned code points are written as escapes such as `\\x1b`; what is too long is cut in its middle.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text  # the way nearly every key goes
    if len(text) > limit:
        head = limit * 2 // 3
        tail = limit - head - 1
        text = f"{text[:head]}…{text[len(text) - tail:]}"
    return "".join(map(_inert, text))


def cell(text: str, limit: int = 200) -> str:
    """`safe` text for a table that a spreadsheet may open: it computes nothing of it."""
    text = safe(text, limit)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@|%＝＋－＠") else text


def _inert(character: str) -> str:
    if character.isprintable() and unicodedata.category(character)[0] != "C":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
