"""What a name that does not exist was perhaps meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .. import wording
from ..language import marked, tr

_IT_HAS = marked("It has: {names}.")


def similar(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """A hint: `Did you mean resnet18?`, or the names that there are when they are few; empty when there is none.

    `otherwise` is the marked text for these `{names}`.
    """
    known = {each.lower(): each for each in names}
    close = [known[each] for each in difflib.get_close_matches(name.lower(), known, 3, 0.6)]
    if close:
        return tr("Did you mean {names}?", names=wording.one_of(close))
    if not 0 < len(known) <= 8:
        return ""
    return tr(otherwise or _IT_HAS, names=wording.list_of(list(known.values())))
