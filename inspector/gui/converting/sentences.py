"""What would come of a conversion, in sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ... import wording
from ...converting.wishes import Foreseen, Losses
from ...errors import InspectorError
from ...language import ntr, tr
from .open_conversion import Asked, OpenConversion


def headline(foreseen: Foreseen) -> str:
    """How many tensors, and in how many files."""
    tensors = wording.plural(sum(file.tensors for file in foreseen.files), "tensor")
    files = wording.plural(len(foreseen.files), "file")
    return tr("{tensors} in {files}", tensors=tensors, files=files)


def summary(page: OpenConversion) -> str:
    """The page in one line."""
    foreseen, wish = page.foreseen, page.wish
    if foreseen is None or wish is None:
        return ""
    before, after = wording.size(foreseen.old_nbytes), wording.size(foreseen.nbytes)
    sizes = tr("{before} → {after}", before=before, after=after)
    return "   ·   ".join(filter(None, (headline(foreseen), sizes, wish.format, wish.dtype)))


def loss_lines(foreseen: Foreseen) -> Iterator[str]:
    """What casting does to the numbers on the whole: calm where nothing is lost."""
    losses = foreseen.losses
    if losses is None:
        return
    if losses.harmless:
        yield ntr(
            "{n} number is cast, and comes back as it was.",
            "{n} numbers are cast, and all of them come back as they were.",
            losses.numbers,
        )
    else:
        yield ntr("{n} number is cast.", "{n} numbers are cast.", losses.numbers)
        yield from _lost(losses)
        cast = [row for row in foreseen.rows if row.losses is not None]
        harmless = sum(row.losses is not None and row.losses.harmless for row in cast)
        if harmless:
            yield ntr(
                "{n} of {count:,} tensors loses nothing.", "{n} of {count:,} tensors lose nothing.",
                harmless, count=len(cast),
            )  # fmt: skip
    if losses.nan or losses.infinite:
        yield tr(
            "{nan:,} NaN and {infinite:,} infinite ones were there already, and stay.",
            nan=losses.nan,
            infinite=losses.infinite,
        )


def _lost(losses: Losses) -> Iterator[str]:
    if not losses.overflowing:
        yield tr("None becomes infinite.")
    if losses.vanishing:
        yield ntr("{n} becomes zero.", "{n} become zero.", losses.vanishing)
    if losses.rounded:
        error = f"{losses.largest_error:.2g}"
        yield ntr(
            "{n} is rounded, by a relative error of up to {error}.",
            "{n} are rounded, by a relative error of up to {error}.",
            losses.rounded,
            error=error,
        )
    if losses.subnormal:
        yield ntr(
            "{n} becomes subnormal and keeps fewer digits.", "{n} become subnormal and keep fewer digits.",
            losses.subnormal,
        )  # fmt: skip


def overflow(foreseen: Foreseen) -> str:
    """The warning that numbers become infinite; empty where none does."""
    losses = foreseen.losses
    if losses is None or not losses.overflowing:
        return ""
    keys = [wording.safe(row.key, 60) for row in foreseen.rows if row.losses is not None and row.losses.overflowing]
    return ntr(
        "{n} number is too large for {dtype} and becomes infinite, in {names}.",
        "{n} numbers are too large for {dtype} and become infinite, in {names}.",
        losses.overflowing,
        dtype=foreseen.wish.dtype,
        names=wording.names(keys),
    )


def names_line(foreseen: Foreseen) -> str:
    """Whether keys are renamed."""
    changed = sum(row.key != row.old_key for row in foreseen.rows)
    if not changed:
        return tr("Every key stays as it is.")
    return ntr(
        "{n} of {count:,} keys is renamed.", "{n} of {count:,} keys are renamed.", changed, count=len(foreseen.rows)
    )


def file_lines(page: OpenConversion) -> list[str]:
    """The files that would be written, by name, each with its size. Empty for a target that cannot be."""
    assert page.foreseen is not None
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
