"""What a name that does not exist was perhaps meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..language import tr


def similar(name: str, names: Iterable[str], otherwise: str = "It has: ") -> str:
    """A hint: `Did you mean resnet18?`, or the names that there are when they are few; empty when there is none."""
    known = {each.lower(): each for each in names}
    close = [known[each] for each in difflib.get_close_matches(name.lower(), known, 3, 0.6)]
    if close:
        return tr("Did you mean {close}?", close=" or ".join(close))
    return f"{otherwise}{', '.join(known.values())}." if 0 < len(known) <= 8 else ""
