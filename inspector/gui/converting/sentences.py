"""What is said of a conversion that depends on where it goes to: its files, its questions."""

from __future__ import annotations

import os

from ... import wording
from ...errors import InspectorError
from ...language import ntr, tr
from .open_conversion import Asked, OpenConversion


def summary(page: OpenConversion) -> str:
    """The page in one line."""
    told, wish = page.told, page.wish
    if told is None or wish is None:
        return ""
    before, after = wording.size(told.foreseen.old_nbytes), wording.size(told.foreseen.nbytes)
    sizes = tr("{before} → {after}", before=before, after=after)
    return "   ·   ".join(filter(None, (told.headline, sizes, wish.format, wish.dtype)))


def file_lines(page: OpenConversion) -> list[str]:
    """The files that would be written, by name, each with its size. Empty for a target that cannot be."""
    if page.foreseen is None:
        return []
    try:
        paths = page.targets()
    except InspectorError:
        return []
    lines = [
        tr("{name}, {size}", name=wording.safe(os.path.basename(path), 120), size=wording.size(file.nbytes))
        for path, file in zip(paths, page.foreseen.files)
    ]
    return lines + [wording.safe(os.path.basename(path), 120) for path in paths[len(lines) :]]


def question(page: OpenConversion, asked: Asked) -> str:
    """What is asked before anything is written."""
    if asked is Asked.INFINITE and page.foreseen is not None and page.foreseen.losses is not None:
        return ntr(
            "{n} number would become infinite. Convert all the same?",
            "{n} numbers would become infinite. Convert all the same?",
            page.foreseen.losses.overflowing,
        )
    if asked is Asked.SOURCE:
        return tr("This is the very file that is read: what it holds now will be lost. Replace it?")
    there = [wording.safe(os.path.basename(path), 100) for path in page.targets() if os.path.lexists(path)]
    return tr("{names}: there already, and would be replaced. Replace?", names=wording.names(there))
