"""What a hostile file of the corpus is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Union

FULL_SIZE = bool(os.environ.get("HOSTILE_FULL_SIZE"))
"""Whether the large ones are as large as they can be: that takes minutes, and a tenth shows nearly the same."""


def many(number: int) -> int:
    """`number`, or a tenth of it where a tenth will do."""
    return number if FULL_SIZE else number // 10


Content = Union[bytes, Callable[[Path], None]]


class Case(NamedTuple):
    """One hostile file. What it holds, or what makes it (and whatever belongs beside it) at a path."""

    name: str
    content: Content

    def write(self, path: Path) -> None:
        """Makes the file at `path`."""
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)
