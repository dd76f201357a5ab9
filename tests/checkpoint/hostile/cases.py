"""What a hostile file of the corpus is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Union

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
