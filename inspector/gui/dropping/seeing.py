"""What is held over the window, as far as names and a look at the disk say it: no file is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

FILE, CODE, OTHER, FOLDER, WHOLE_FOLDER, MISSING, SPECIAL = (
    "file", "code", "other", "folder", "whole folder", "missing", "special",
)  # fmt: skip
MOST_SEEN = 2_000
"""So many of what is held over the window are looked at."""
_OTHERS = frozenset(
    ".jpg .jpeg .png .gif .bmp .svg .webp .tif .tiff .ico .heic .pdf .doc .docx .odt .xls .xlsx .ods .ppt .pptx .odp "
    ".csv .tsv .md .rst .html .htm .css .js .ts .xml .yaml .yml .toml .ini .cfg .conf .log .tex .sh .bat .exe .dll .so "
    ".o .a .c .h .cpp .hpp .cu .rs .go .java .ipynb .mp3 .mp4 .wav .flac .ogg .avi .mkv .mov .webm .iso .deb .rpm .dmg "
    ".msi .appimage .whl .desktop .pyc .ttf .otf .woff .eml .db .sqlite .parquet .arrow".split()
)
"""Endings of what is certainly no checkpoint. Whatever else it is, opening it says."""


class Seen(NamedTuple):
    """One thing that is held over the window."""

    path: str
    kind: str
    """`FILE` (which may be a checkpoint), `CODE`, `OTHER`, `FOLDER`, `WHOLE_FOLDER` (one checkpoint), `MISSING` or
    `SPECIAL`."""
    inside: tuple[str, ...] = ()
    """Of a `FOLDER`, the paths in it that may be checkpoints."""

    @property
    def name(self) -> str:
        return os.path.basename(os.path.normpath(self.path)) or self.path


def seen(paths: Sequence[str]) -> tuple[Seen, ...]:
    """Each of the paths, looked at once; of very many the first."""
    return tuple(_seen(path) for path in paths[:MOST_SEEN])


def _seen(path: str) -> Seen:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return Seen(path, MISSING)
    if stat.S_ISDIR(mode):
        return _folder(path)
    if not stat.S_ISREG(mode):
        return Seen(path, SPECIAL)
    ending = os.path.splitext(path)[1].lower()
    return Seen(path, CODE if ending == ".py" else OTHER if ending in _OTHERS else FILE)


def _folder(path: str) -> Seen:
    from ...errors import FileError
    from ...series.finding import listed

    try:
        found = [each.path for each in listed(path)]
    except FileError:
        return Seen(path, FOLDER)
    if os.path.abspath(path) in map(os.path.abspath, found) or _is_unpacked(path):
        return Seen(path, WHOLE_FOLDER)
    return Seen(path, FOLDER, tuple(found))


def _is_unpacked(path: str) -> bool:
    """Whether it was a checkpoint: opening it says what became of it."""
    return os.path.isfile(os.path.join(path, "data.pkl")) and os.path.isdir(os.path.join(path, "data"))


def are_of_one_training(paths: Sequence[str]) -> bool:
    """Whether at least three paths are called as the checkpoints of one training: `epoch_1.pth`, `epoch_2.pth` ..."""
    from ...series.naming import named

    if len(paths) < 3 or len({os.path.dirname(os.path.abspath(path)) for path in paths}) > 1:
        return False
    names = [named(os.path.basename(os.path.normpath(path)), is_folder=os.path.isdir(path)) for path in paths]
    counted = [name for name in names if (name.epoch, name.step, name.number) != (None, None, None)]
    told = all(name in counted or name.roles for name in names)
    return told and len(counted) > 1 and len({name.family for name in names}) == 1
