"""Where pictures, style sheet and samples are: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PySide6.QtGui import QIcon

from .. import installed
from .theme import Colours


class Sample(NamedTuple):
    """A checkpoint that comes with the program, and what it shows in one line."""

    path: str
    shows: str


class SamplePair(NamedTuple):
    """Two of them that are worth comparing, and what comes of it in one line."""

    a: str
    b: str
    shows: str


def folder() -> Path:
    """The folder `resources`."""
    return installed.resources()


def samples() -> list[Sample]:
    """The sample checkpoints, in the order of the table in their README.md (empty when they are not there)."""
    home = installed.samples()
    rows = (_cells(line) for line in _rows())
    found = (Sample(str(home / name), shows) for name, shows in rows if name)
    return [sample for sample in found if Path(sample.path).exists()]


def sample_pairs() -> list[SamplePair]:
    """The pairs of the second table in their README.md."""
    home = installed.samples()
    rows = (re.fullmatch(r"\| `([^`]+)` and `([^`]+)` \| (.+) \|", line) for line in _rows())
    found = (SamplePair(str(home / row[1]), str(home / row[2]), row[3]) for row in rows if row)
    return [pair for pair in found if Path(pair.a).exists() and Path(pair.b).exists()]


def _rows() -> list[str]:
    """The lines of the tables in the README.md of the samples."""
    try:
        text = (installed.samples() / "README.md").read_text(encoding="utf-8")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines() if line.startswith("|")]


def app_icon() -> QIcon:
    """The icon of the application."""
    return QIcon(str(folder() / "checkpoint-inspector.svg"))


@cache
def style_sheet(colours: Colours) -> str:
    """The window's style sheet with each `$name` replaced by the colour of that name."""
    text = (folder() / "window.qss").read_text(encoding="utf-8")
    return re.sub(r"\$(\w+)", lambda found: str(getattr(colours, found[1])), text)


def _cells(line: str) -> tuple[str, str]:
    """File name and story of a row of the table; ("", "") for its head and rule."""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    name = re.fullmatch(r"\[?`([^`]+)`\]?(\([^)]*\))?", cells[0])
    return (name[1], cells[1].replace("`", "")) if name and len(cells) > 1 else ("", "")
