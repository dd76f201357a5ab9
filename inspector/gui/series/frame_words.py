"""What there is to say of a checkpoint and of a cell, in words: on cards, under the pointer, in the table."""

from __future__ import annotations

import math
from datetime import datetime

from ... import wording
from ...language import tr
from ...series.members import BEST, EPOCH, LATEST, STEP, Member
from ...series.places import beginning, place_words
from ..theme import Meaning
from .layer_rows import ALL, LayerRows
from .measures import MEASURES, figure, named
from .open_series import OpenSeries

STAR = "★"


def place_of(member: Member, axis: str) -> str:
    """`Epoch 4`, `Step 500`; of one without either nothing but its number."""
    if axis in (EPOCH, STEP):
        return beginning(place_words(member, axis))
    return f"{member.at:g}"


def name_of(member: Member) -> str:
    return wording.safe(member.name, 80)


def saved_at(member: Member) -> datetime | None:
    """When the file was written; None where that makes no sense."""
    times = [stamp.modified_ns for _, stamp in member.stamps]
    try:
        return datetime.fromtimestamp(max(times) / 1e9) if times else None
    except (OverflowError, OSError, ValueError):
        return None


def time_of(member: Member) -> str:
    """The day and the time at which the file was written."""
    at = saved_at(member)
    return at.strftime("%Y-%m-%d %H:%M") if at is not None else ""


def marks_of(page: OpenSeries, member: Member) -> tuple[str, ...]:
    """`★ best`, `latest`, `= 2 copies`, `! damaged`: what a card says beside its name."""
    twins = page.twins.get(member.path, ())
    roles = {role for each in (member, *twins) for role in each.roles}
    best = page.stored.best
    is_best = best.path == member.path if best is not None and best.path else BEST in roles
    frame = page.frames.get(member.path)
    found = [f"{STAR} {tr('best')}"] if is_best else []
    found += [tr("latest")] if LATEST in roles else []
    found += [f"{Meaning.SAME.symbol} {wording.plural(len(twins), 'copy', 'copies')}"] if twins else []
    if frame is not None and frame.problem:
        found.append(f"{Meaning.DAMAGED.symbol} {tr('damaged')}")
    elif frame is not None and (frame.whole.not_finite or frame.refusals):
        found.append(f"{Meaning.DAMAGED.symbol} NaN" if frame.whole.nans else Meaning.DAMAGED.symbol)
    return tuple(found)


def told_of(page: OpenSeries, place: int) -> list[str]:
    """Everything that there is to say of a checkpoint, a sentence on each line: its tip."""
    assert page.training is not None
    member, axis = page.drawn[place], page.training.axis
    frame = page.frames.get(member.path)
    size = sum(stamp.nbytes for _, stamp in member.stamps)
    lines = [place_of(member, axis), name_of(member), f"{time_of(member)}   {wording.size(size)}"]
    lines += [wording.row_of(marks_of(page, member))] if marks_of(page, member) else []
    lines += [tr("The same as {name}.", name=name_of(twin)) for twin in page.twins.get(member.path, ())]
    lines += [f"{words} {value}" for words, value in stored_words(member)]
    if frame is None:
        lines.append(tr("Not measured yet."))
    elif frame.problem:
        lines.append(wording.safe(frame.problem, 300))
    return lines


def stored_words(member: Member) -> list[tuple[str, str]]:
    """What the file says of itself: names and values."""
    said = member.measures
    found = [
        (tr("training loss"), said.get("train_loss")),
        (tr("validation loss"), said.get("valid_loss")),
    ]
    words = [(name, f"{value:.4g}") for name, value in found if value is not None]
    if "accuracy" in said:
        words.append((tr("accuracy"), f"{100 * said['accuracy']:.2f} %"))
    if member.rates:
        words.append((tr("learning rate"), f"{member.rates[0]:.4g}"))
    return words


def row_name(rows: LayerRows, row: int) -> str:
    """The whole name of a row."""
    return tr("All weights") if rows.kinds[row] == ALL else wording.safe(rows.keys[row], 200)


def cell_words(page: OpenSeries, row: int, place: int, first: str = "") -> str:
    """`fc.weight   Epoch 4: Relative update 0.057, Norm 4.21 ...` in one line; all measures, `first` first."""
    if page.training is None or page.rows is None or not 0 <= place < len(page.drawn):
        return ""
    member = page.drawn[place]
    where = f"{row_name(page.rows, row)}   {place_of(member, page.training.axis)}"
    column = page.columns.get(member.path)
    frame = page.frames.get(member.path)
    if frame is not None and frame.problem:
        problem = f"{Meaning.DAMAGED.symbol} {wording.safe(frame.problem, 200)}"
        return tr("{title}: {message}", title=where, message=problem)
    if column is None:
        return tr("{title}: {message}", title=where, message=tr("Not measured yet."))
    parts = [tr("= bit for bit as before")] if column.kept[row] else []
    parts += [tr("! NaN, infinities or unread values")] if column.unfit[row] else []
    for measure in sorted(MEASURES, key=lambda each: each.name != first):
        value = float(column.values[measure.name][row])
        if not math.isnan(value) and not (column.kept[row] and measure.name in ("relative", "turn")):
            parts.append(f"{tr(measure.title)} {figure(value, measure)}")
    return f"{where}:   {'   '.join(parts)}"


def cell_figure(page: OpenSeries, row: int, place: int, name: str) -> str:
    """What the table says in a cell: the figure, `=` for what is frozen, `!` before what is not finite."""
    column = page.columns.get(page.drawn[place].path) if place < len(page.drawn) else None
    if column is None:
        return ""
    value = float(column.values[name][row])
    if column.kept[row] and name == "relative":
        return Meaning.SAME.symbol
    sign = f"{Meaning.DAMAGED.symbol} " if column.unfit[row] else ""
    return sign + figure(value, named(name))
