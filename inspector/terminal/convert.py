"""`inspector convert FILE -o OUT`: what was found, what would be lost, and the new file.

With `--json` one object is printed:

    source        path, format, nbytes
    section       the part that is converted, empty for the top of the file; whole: whether the rest is kept around it
    format        zip or safetensors; dtype: the one that was cast to, empty for none
    files         each new file: path, tensors, nbytes; index: the path of the index of shards, or null
    nbytes        of all new files together
    losses        null without a cast; else numbers, nan, infinite, overflowing, vanishing, subnormal, rounded,
                  largest_error (see inspector.converting.wishes.Losses), of all tensors together
    tensors       each tensor: old_key, key, shape, old_dtype, dtype, nbytes, losses, same_as, zeros
    left_out      each entry that is not written: key, reason
    notes         sentences
    metadata      the texts that are written along; dropped_metadata: names of those of FILE that are not
    written       whether it was

Exit codes: 0 written (or, with `--dry-run`, could be), 2 not.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from collections.abc import Generator, Iterator
from typing import NamedTuple

from .. import wording
from ..checkpoint.entries import Checkpoint
from ..checkpoint.reading import open_checkpoint
from ..converting import carrying_out, leavings, naming, offering
from ..converting.foreseeing import foresee
from ..converting.refusals import Refused
from ..converting.wishes import SAFETENSORS, ZIP, Converted, Foreseen, Losses, Offers, Row, Wish
from ..errors import InspectorError
from ..progress import Progress
from . import screen
from .progress_bar import ProgressBar

WRITTEN = 0
_MOST = 10
"""Lines of a list that are printed."""


class Asked(NamedTuple):
    """What was typed."""

    file: str
    output: str
    role: str = ""
    """`weights` or `ema`: the first section of that role."""
    section: str | None = None
    whole: bool = False
    strip: tuple[str, ...] = ()
    """`auto` stands for what is advised."""
    dtype: str = ""
    keep_norms: bool = False
    format: str = ""
    shards: int = 0
    shared: str = "drop"
    compact: bool = True
    salvage: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    """Names of texts of the file that are not written along."""
    no_metadata: bool = False
    """None of them is."""
    overwrite: bool = False
    dry_run: bool = False
    as_json: bool = False


def convert(asked: Asked) -> int:
    """Does what was asked. Raises InspectorError when that cannot be."""
    foreseen, offered = _foreseen(asked)
    carrying_out.refuse(foreseen, asked.output, overwrite=asked.overwrite)
    if not asked.as_json:
        screen.write(_said(offered, foreseen))
    converted = None if asked.dry_run else _carried_out(foreseen, asked)
    if asked.as_json:
        screen.write([json.dumps(_record(foreseen, asked.output, converted), indent=2) + "\n"])
    else:
        screen.write(_result(foreseen, converted))
    return WRITTEN


def _foreseen(asked: Asked) -> tuple[Foreseen, Offers]:
    """What would come of it, and what else could be wished. Raises InspectorError, with the options that help."""
    with _uncollected():
        checkpoint = open_checkpoint(asked.file)
        with ProgressBar(0) as bar:
            offered = bar.driving(_offering(checkpoint, asked))
        wish = _wish(offered, asked)
        naming.names(asked.output, wish, 1)  # a name that says another format is refused before anything is read
        try:
            with ProgressBar(_nbytes_read(offered, wish)) as bar:
                return bar.driving(foresee(checkpoint, wish)), offered
        except Refused as error:
            raise InspectorError(error.message, title=error.title, hint=_ways_out(error)) from None


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """The collector would walk what is made of 100,000 keys again and again, and find nothing to throw away."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _ways_out(error: Refused) -> str:
    """The hint, and the options that do what it says."""
    options = "; ".join(remedy.option for remedy in error.remedies if remedy.option)
    return f"{error.hint} Options: {options}." if options else error.hint


def _carried_out(foreseen: Foreseen, asked: Asked) -> Converted:
    work = carrying_out.convert(foreseen, asked.output, overwrite=asked.overwrite)
    total = 2 * sum(plan.nbytes for plan in foreseen.plans)  # written, then read back
    with ProgressBar(total) as bar, contextlib.closing(work) as converting:
        return bar.driving(converting)


def _offering(checkpoint: Checkpoint, asked: Asked) -> Generator[Progress, None, Offers]:
    """What can be wished of the section that was asked for; where none was, of the weights."""
    if not asked.role:
        return (yield from offering.offers(checkpoint, asked.section))
    offered = yield from offering.offers(checkpoint)
    key = _section(offered, asked)
    return offered if key == offered.section else (yield from offering.offers(checkpoint, key))


def _section(offered: Offers, asked: Asked) -> str:
    """The key of the first part that has the role which was asked for."""
    parts = offered.parts
    found = [part.key for part in parts if part.role == asked.role]
    if not found:
        listed = wording.names([wording.safe(part.key) for part in parts if part.key], 8)
        raise InspectorError(
            f"The file has no section of {'averaged weights' if asked.role == 'ema' else 'weights'}.",
            hint=f"It has {listed}: choose one by --section."
            if listed
            else "Leave that option out: all that it holds is converted then.",
        )
    return found[0]


def _wish(offered: Offers, asked: Asked) -> Wish:
    if not asked.shards and (os.path.isdir(asked.output) or asked.output.endswith(os.sep)):
        shown = wording.safe(asked.output, 300)
        wish = offered.default._replace(format=asked.format or offered.default.format, dtype=asked.dtype)
        name = os.path.join(asked.output, os.path.basename(naming.suggested(asked.file, wish)))
        raise InspectorError(f"{shown} is a folder.", hint=f"Give the name of a file in it: {wording.safe(name, 300)}.")
    form = asked.format or naming.format_of(asked.output) or (SAFETENSORS if asked.shards else "")
    if not form:
        raise InspectorError(
            f"{asked.output!r} does not say in which form to write.",
            hint="End it in .pth or .safetensors, or say it by --format.",
        )
    named = bool(asked.role) or asked.section is not None
    keeps_all = form == ZIP and not asked.shards and not named and offered.can_be_whole
    return Wish(
        section=offered.section,
        whole=asked.whole or keeps_all,
        prefixes=tuple(_prefixes(offered, asked.strip)),
        dtype=asked.dtype,
        keep_norms=asked.keep_norms,
        format=form,
        shards=asked.shards,
        shared=asked.shared,
        compact=asked.compact,
        salvage=asked.salvage,
        metadata=asked.metadata,
        dropped=tuple(_dropped(offered, asked)),
    )


def _prefixes(offered: Offers, strip: tuple[str, ...]) -> Iterator[str]:
    for prefix in strip:
        if prefix == "auto":
            yield from (found.text for found in offered.prefixes if found.advised)
        else:
            yield prefix


def _dropped(offered: Offers, asked: Asked) -> Iterator[str]:
    """The names of the texts that are left behind. Raises InspectorError for one that the file does not have."""
    there = [name for name, _ in offered.metadata]
    if asked.no_metadata:
        yield from there
    for name in asked.dropped:
        if name not in there:
            listed = wording.names([wording.safe(each, 60) for each in there], _MOST)
            raise InspectorError(
                f"The metadata of the file has no text {wording.safe(name, 60)!r}.",
                hint=f"It has {listed}." if there else "It has none at all.",
            )
        yield name


def _nbytes_read(offered: Offers, wish: Wish) -> int:
    return sum(each.nbytes for each in offered.types if wish.salvage or wish.dtype not in ("", each.dtype))


# -- for people ---------------------------------------------------------------------------------------


def _said(offered: Offers, foreseen: Foreseen) -> Iterator[str]:
    ink = screen.Ink.of(sys.stdout)
    wish, checkpoint = foreseen.wish, foreseen.checkpoint
    yield f"{wording.safe(checkpoint.path, 300)}: {offered.source}, {wording.size(checkpoint.nbytes)}\n"
    for part in offered.parts:
        mark = "*" if part.key == wish.section or (wish.whole and not part.key) else " "
        name = wording.safe(part.key, 60) or "(all)"
        yield f" {mark} {name:<24} {wording.plural(part.tensors, 'tensor'):>14}  {wording.size(part.nbytes):>8}\n"
    for prefix in offered.prefixes if not wish.prefixes else ():
        option = "auto" if prefix.advised else prefix.text
        how_many = f"{prefix.keys:,} of {wording.plural(prefix.total, 'key')}"
        yield f"{ink.accent('?')} {how_many} have the prefix {wording.safe(prefix.text)}: --strip {option}\n"
    kind = wish.format if not wish.dtype else f"{wish.format}, {wish.dtype}"
    files = wording.plural(len(foreseen.files), "file")
    tensors = wording.plural(sum(file.tensors for file in foreseen.files), "tensor")
    before, after = wording.size(foreseen.old_nbytes), wording.size(foreseen.nbytes)
    yield f"{ink.strong(f'{before} -> {after}')} in {files} ({kind}): {tensors}\n"
    yield from _told_losses(foreseen, ink)
    yield from (f"{ink.alarm('!')} {wording.safe(note, 1_000)}\n" for note in foreseen.notes)
    yield from _told_left_out(foreseen, ink)
    if offered.metadata and wish.dropped:
        dropped = [wording.safe(name, 60) for name in wish.dropped]
        yield f"  Of the metadata {wording.plural(len(dropped), 'text')} stay behind: {wording.names(dropped, 8)}\n"


def _told_left_out(foreseen: Foreseen, ink: screen.Ink) -> Iterator[str]:
    """What is not written, reason by reason."""
    if not foreseen.left_out:
        return
    yield f"{ink.alarm('!')} {leavings.heading(len(foreseen.left_out))}\n"
    told = leavings.by_reason(foreseen.left_out)
    yield from (f"  - {leavings.sentence(each)}\n" for each in told[:_MOST])
    if len(told) > _MOST:
        left = sum(len(each.keys) for each in told[_MOST:])
        yield f"  - and {left:,} more, for {len(told) - _MOST:,} other reasons\n"


def _told_losses(foreseen: Foreseen, ink: screen.Ink) -> Iterator[str]:
    losses = foreseen.losses
    if losses is None:
        return
    sign = ink.alarm("!") if losses.overflowing else " "
    yield f"{sign} {losses.numbers:,} numbers are cast: {_losses(losses)}\n"
    if losses.nan or losses.infinite:
        yield f"  {losses.nan:,} NaN and {losses.infinite:,} infinite ones were there already, and stay\n"
    worst = sorted((row for row in foreseen.rows if row.losses and not row.losses.harmless), key=_badness)
    width = max((len(wording.safe(row.key, 60)) for row in worst[:_MOST]), default=0)
    for row in worst[:_MOST]:
        assert row.losses is not None
        yield f"    {wording.safe(row.key, 60):<{width}}  {ink.quiet(_losses(row.losses))}\n"
    if len(worst) > _MOST:
        yield f"    and {wording.plural(len(worst) - _MOST, 'tensor')} more\n"


def _losses(losses: Losses) -> str:
    if losses.harmless:
        return "all of them come back as they were"
    error = f"{losses.rounded:,} rounded (relative error up to {losses.largest_error:.2g})"
    parts = [
        f"{losses.overflowing:,} become infinite" if losses.overflowing else "",
        f"{losses.vanishing:,} become zero" if losses.vanishing else "",
        f"{losses.subnormal:,} subnormal" if losses.subnormal else "",
        error if losses.rounded else "",
    ]
    return ", ".join(filter(None, parts))


def _badness(row: Row) -> tuple[float, ...]:
    """What sorts the tensors that lose most before the others."""
    losses = row.losses or Losses()
    return -losses.overflowing, -losses.vanishing, -losses.largest_error


def _result(foreseen: Foreseen, converted: Converted | None) -> Iterator[str]:
    if converted is None:
        yield "Nothing was written (--dry-run).\n"
        return
    where, nbytes = wording.safe(converted.path, 300), wording.size(converted.nbytes)
    tensors = wording.plural(converted.tensors, "tensor")
    files = f"{wording.plural(len(foreseen.files), 'file')} and " if len(converted.paths) > 1 else ""
    yield f"Written to {files}{where}: {tensors}, {nbytes}; read back, equal bit by bit.\n"


# -- for programs -------------------------------------------------------------------------------------


def _record(foreseen: Foreseen, output: str, converted: Converted | None) -> dict[str, object]:
    wish, checkpoint = foreseen.wish, foreseen.checkpoint
    paths = naming.names(output, wish, len(foreseen.files))
    return {
        "source": {"path": checkpoint.path, "format": checkpoint.format, "nbytes": checkpoint.nbytes},
        "section": wish.section,
        "whole": wish.whole,
        "format": wish.format,
        "dtype": wish.dtype,
        "files": [{"path": path, **file._asdict()} for path, file in zip(paths, foreseen.files)],
        "index": paths[-1] if len(paths) > len(foreseen.files) else None,
        "nbytes": converted.nbytes if converted else foreseen.nbytes,
        "losses": foreseen.losses._asdict() if foreseen.losses else None,
        "tensors": [_row(row) for row in foreseen.rows],
        "left_out": [{"key": key, "reason": reason} for key, reason in foreseen.left_out],
        "notes": list(foreseen.notes),
        "metadata": dict(foreseen.metadata),
        "dropped_metadata": list(wish.dropped),
        "written": converted is not None,
    }


def _row(row: Row) -> dict[str, object]:
    losses = row.losses._asdict() if row.losses else None
    return row._asdict() | {"shape": list(row.shape), "losses": losses}
