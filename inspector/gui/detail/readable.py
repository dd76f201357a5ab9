"""Texts and bytes made fit to be read: nothing in them can act, hide or reorder what stands beside it."""

from __future__ import annotations

import re

from ... import wording

MOST_TEXT = 100_000
"""Characters of a text that are shown."""
MOST_BYTES = 16 * 1024
"""Bytes of a hex dump that are shown."""

_UNUSUAL = re.compile(r"[^\n\t\x20-\x7e]")


def text(found: str, limit: int = MOST_TEXT) -> str:
    """`found` with its lines, but each control or format character written as an escape; cut at `limit`."""
    shown = _UNUSUAL.sub(lambda match: wording.safe(match[0]), found[:limit].replace("\r\n", "\n"))
    left = len(found) - limit
    return f"{shown}\n… {wording.plural(left, 'more character')}" if left > 0 else shown


def hex_dump(data: bytes, limit: int = MOST_BYTES) -> str:
    """Lines of `00000010  48 65 6c 6c 6f ...  Hello`, sixteen bytes each; cut at `limit`."""
    lines = [_hex_line(data[at : at + 16], at) for at in range(0, min(len(data), limit), 16)]
    left = len(data) - limit
    return "\n".join([*lines, f"… {wording.plural(left, 'more byte')}"] if left > 0 else lines)


def _hex_line(part: bytes, at: int) -> str:
    letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
    return f"{at:08x}  {part[:8].hex(' '):<23}  {part[8:].hex(' '):<23}  {letters}"
