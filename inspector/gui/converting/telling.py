"""What would come of a conversion, told: worked out with it, on the thread of its job.

Why this way: whatever walks over all tensors happens here. Of 100,000 rows the window's thread then sorts and counts
none.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from ... import wording
from ...converting import leavings
from ...converting.wishes import Foreseen, Losses, Row
from ...language import ntr, tr

MOST_ROWS = 1_000
"""Tensors that are listed with what they lose."""
FEW_KEYS = 5
MOST_LEFT = 2_000
"""Entries that are left out and listed by themselves."""


class Told(NamedTuple):
    """A `Foreseen` with all that is said of it."""

    foreseen: Foreseen
    headline: str
    losses: tuple[str, ...]
    """What casting does on the whole, a sentence each; calm where nothing is lost."""
    overflow: str
    """The warning that numbers become infinite; empty where none does."""
    worst: tuple[Row, ...]
    """The tensors that lose most, first the worst."""
    keys: str
    """Whether keys are renamed."""
    renamed: tuple[Row, ...]
    """The first few of them."""
    left_out: tuple[str, ...]
    """What is left out, a line for each reason."""
    each_left_out: tuple[str, ...]
    """The same, a line for each entry; empty where that says no more."""
    is_renamed: bool
    """Whether any tensor is written under another name, or as another."""


def told(foreseen: Foreseen) -> Told:
    """All that is said of it, in the language in force."""
    lossy = [row for row in foreseen.rows if row.losses is not None and not row.losses.harmless]
    renamed = [row for row in foreseen.rows if row.key != row.old_key]
    return Told(
        foreseen,
        headline(foreseen),
        tuple(_losses(foreseen, len(lossy))),
        _overflow(foreseen, lossy),
        tuple(heapq.nsmallest(MOST_ROWS, lossy, key=_badness)),
        _keys(len(renamed), len(foreseen.rows)),
        tuple(renamed[:FEW_KEYS]),
        *_left_out(foreseen),
        bool(renamed) or any(row.same_as or row.zeros for row in foreseen.rows),
    )


def _left_out(foreseen: Foreseen) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is left out, by reason and entry by entry."""
    groups = leavings.by_reason(foreseen.left_out)
    each = (leavings.sentence(leavings.Leaving((key,), reason)) for key, reason in foreseen.left_out[:MOST_LEFT])
    unseen = len(foreseen.left_out) - MOST_LEFT
    rest = (ntr("and {n} more", "and {n} more", unseen),) if unseen > 0 else ()
    is_more = len(groups) < len(foreseen.left_out)
    return tuple(map(leavings.sentence, groups[:MOST_LEFT])), (*each, *rest) if is_more else ()


def headline(foreseen: Foreseen) -> str:
    """How many tensors, and in how many files."""
    tensors = wording.plural(sum(file.tensors for file in foreseen.files), "tensor")
    files = wording.plural(len(foreseen.files), "file")
    return tr("{tensors} in {files}", tensors=tensors, files=files)


def _losses(foreseen: Foreseen, lossy: int) -> Iterator[str]:
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
        cast = sum(row.losses is not None for row in foreseen.rows)
        if cast > lossy:
            yield ntr(
                "{n} of {count:,} tensors loses nothing.", "{n} of {count:,} tensors lose nothing.",
                cast - lossy, count=cast,
            )  # fmt: skip
        if lossy > MOST_ROWS:
            yield tr("The {count:,} that lose most are listed.", count=MOST_ROWS)
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
        yield ntr(
            "{n} is rounded, by a relative error of up to {error}.",
            "{n} are rounded, by a relative error of up to {error}.",
            losses.rounded,
            error=f"{losses.largest_error:.2g}",
        )
    if losses.subnormal:
        yield ntr(
            "{n} becomes subnormal and keeps fewer digits.", "{n} become subnormal and keep fewer digits.",
            losses.subnormal,
        )  # fmt: skip


def _overflow(foreseen: Foreseen, lossy: list[Row]) -> str:
    losses = foreseen.losses
    if losses is None or not losses.overflowing:
        return ""
    keys = [wording.safe(row.key, 60) for row in lossy if row.losses is not None and row.losses.overflowing]
    return ntr(
        "{n} number is too large for {dtype} and becomes infinite, in {names}.",
        "{n} numbers are too large for {dtype} and become infinite, in {names}.",
        losses.overflowing,
        dtype=foreseen.wish.dtype,
        names=wording.names(keys),
    )


def _keys(renamed: int, total: int) -> str:
    if not renamed:
        return tr("Every key stays as it is.")
    return ntr("{n} of {count:,} keys is renamed.", "{n} of {count:,} keys are renamed.", renamed, count=total)


def _badness(row: Row) -> tuple[float, ...]:
    """What sorts the tensors that lose most before the others."""
    losses = row.losses or Losses()
    return -losses.overflowing, -losses.vanishing, -losses.largest_error, -losses.rounded
