"""What is new in a folder that a training saves into: told by stamps alone, nothing is opened.

news = changes(folder, known=trainings.stamps, waiting=waiting)
waiting = news.waiting            # to be handed in the next time: what was seen to be still the same is at rest
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import FileError
from .finding import found_at, listed
from .members import Found, Stamps


class Changes(NamedTuple):
    """What differs from what was known."""

    new: tuple[Found, ...] = ()
    """At rest, and not known before."""
    rewritten: tuple[Found, ...] = ()
    """At rest, and other than known."""
    gone: tuple[str, ...] = ()
    """Paths that are not there any more."""
    waiting: Mapping[str, Stamps] = {}
    """New or rewritten, but seen in this state for the first time: perhaps still being written. Look again soon."""

    @property
    def anything(self) -> bool:
        """Whether the training is to be found and measured anew."""
        return bool(self.new or self.rewritten or self.gone)


def changes(folder: str, known: Mapping[str, Stamps], waiting: Mapping[str, Stamps] = {}) -> Changes:
    """What is new, gone or rewritten in `folder` beside what is `known` (path -> stamps).

    A file counts as at rest when it was in `waiting`, the answer of the time before, with the same stamps: so call it
    again a moment later. Files that are known and lie elsewhere are looked at too. Raises FileError when the folder
    cannot be read.
    """
    there = {each.path: each for each in listed(os.path.abspath(folder))}
    there |= {path: found for path in known if path not in there and (found := _elsewhere(path)) is not None}
    other = {path: each for path, each in there.items() if known.get(path) != each.stamps}
    at_rest = [each for path, each in other.items() if waiting.get(path) == each.stamps]
    return Changes(
        tuple(each for each in at_rest if each.path not in known),
        tuple(each for each in at_rest if each.path in known),
        tuple(path for path in known if path not in there),
        {path: each.stamps for path, each in other.items() if waiting.get(path) != each.stamps},
    )


def _elsewhere(path: str) -> Found | None:
    try:
        return found_at(path)
    except FileError:
        return None
