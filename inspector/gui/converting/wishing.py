"""Wishes that suit what a file offers: after another section was chosen, and read back another day."""

from __future__ import annotations

import os
from typing import Any

from ...converting import naming
from ...converting.wishes import COPY, DROP, DTYPES, FORMATS, LEAVE_OUT, SAFETENSORS, ZEROS, ZIP, Offers, Wish
from ..arranging.plain_values import as_plain, from_plain

ENDINGS = {ZIP: ".pth", SAFETENSORS: ".safetensors"}


def adapted(wish: Wish, offered: Offers) -> Wish:
    """The wish for the section that `offered` speaks of: what a person chose stays, what goes with it is new."""
    default = offered.default
    return wish._replace(
        section=offered.section,
        whole=wish.whole and offered.can_be_whole,
        prefixes=default.prefixes,
        format=wish.format if wish.format in offered.formats else default.format,
        salvage=wish.salvage or default.salvage,
    )


def plain(wish: Wish) -> Any:
    """The wish as what JSON has."""
    return as_plain(wish)


def from_kept(found: Any, offered: Offers) -> Wish | None:
    """The wish that `plain` was given, read from what anybody may have changed; None where it makes no sense."""
    wish = from_plain(found, {"Wish": Wish})
    if not isinstance(wish, Wish) or wish.section not in {part.key for part in offered.parts}:
        return None
    choices = (
        (wish.format, FORMATS),
        (wish.dtype, ("", *DTYPES)),
        (wish.shared, (DROP, COPY)),
        (wish.salvage, ("", LEAVE_OUT, ZEROS)),
    )
    is_sound = all(one in several for one, several in choices) and wish.shards >= 0
    texts = [*wish.prefixes, *(each for pair in wish.metadata if isinstance(pair, tuple) for each in pair)]
    are_pairs = all(isinstance(pair, tuple) and len(pair) == 2 for pair in wish.metadata)
    texts += wish.dropped
    return wish if is_sound and are_pairs and all(isinstance(text, str) for text in texts) else None


def renamed_for(target: str, wish: Wish) -> str:
    """A target that a person chose, its ending changed where it says another format than is wished for."""
    said = naming.format_of(target)
    return os.path.splitext(target)[0] + ENDINGS[wish.format] if said and said != wish.format else target
