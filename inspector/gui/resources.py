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


def folder() -> Path:
    """The folder `resources`."""
    return installed.resources()


def samples() -> list[Sample]:
    """The sample checkpoints, in the order of the table in their README.md (empty when they are not there)."""
    home = installed.samples()
    try:
        text = (home / "README.md").read_text(encoding="utf-8")
    except OSError:
        return []
    rows = (_cells(line) for line in text.splitlines() if line.startswith("|"))
    found = (Sample(str(home / name), shows) for name, shows in rows if name)
    return [sample for sample in found if Path(sample.path).exists()]


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
