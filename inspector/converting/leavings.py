"""What is left out, told by reason: ten thousand arrays are one line, and not ten thousand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..language import ntr, tr, unstopped
from ..wording import names, safe

_NUMBERS = re.compile(r"\d[\d,.]*")
_FEW = 3


class Leaving(NamedTuple):
    """Entries that are left out for one reason."""

    keys: tuple[str, ...]
    reason: str
    """That of the first."""
    is_first: bool = False
    """Whether the others have the same reason but for its numbers: another place in the file, another size."""


def by_reason(left_out: Iterable[tuple[str, str]]) -> tuple[Leaving, ...]:
    """Entries with their reasons, those of one reason together; those that are most come first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, reason in left_out:
        groups.setdefault(_NUMBERS.sub("0", reason), []).append((key, reason))
    found = (
        Leaving(tuple(key for key, _ in group), group[0][1], any(reason != group[0][1] for _, reason in group))
        for group in groups.values()
    )
    return tuple(sorted(found, key=lambda each: -len(each.keys)))


def heading(number: int) -> str:
    """How many there are, before they are listed."""
    return ntr("{n} entry is left out:", "{n} entries are left out:", number)


def sentence(leaving: Leaving) -> str:
    """The entries and why, in one line."""
    keys, reason = leaving.keys, unstopped(safe(leaving.reason, 400))
    shown = names([*(safe(key, 80) for key in keys[:_FEW]), *keys[_FEW:]], _FEW)
    if len(keys) == 1:
        return tr("{title}: {message}", title=shown, message=reason)
    if leaving.is_first:
        return ntr(
            "{n} entry ({names}), of the first: {reason}", "{n} entries ({names}), of the first: {reason}",
            len(keys), names=shown, reason=reason,
        )  # fmt: skip
    return ntr(
        "{n} entry ({names}): {reason}", "{n} entries ({names}): {reason}", len(keys), names=shown, reason=reason
    )
