"""`inspector series FOLDER|FILE ...`: the checkpoints of a training over its epochs, and what is to be said of it.

Exit codes: 0 measured, 1 some checkpoint could not be measured, 2 there is no training, 130 stopped with Ctrl+C.

The JSON object that `--json` prints has `trainings` and `left_out` (each path and sentence). A training has name, axis
(`epoch`, `step` or `file`), ordered_by (a sentence), checkpoints, frozen, nearly_frozen (keys), first_not_finite (key:
path), curves (measure: [[epoch, value]]), best (epoch, measure, value, path, sentence; or null), stories (kind,
sentence, keys, paths, alarm), to_test (paths), and with `--layers` the same figures for each layer, by path. Each of
`checkpoints` has path, at, epoch, step, roles, twin_of (a path, or empty), twin_by, measures, learning_rates and, where
it was measured, figures: numel, norm, mean, std, min, max, zeros, nans, infinities, update (‖Δ‖), relative (‖Δ‖ / ‖w‖),
turn (cosine of this update and the one before), away (from the first), drift (the same / ‖w‖), kept (elements of
tensors that are bit for bit as before); problem where it could not be. What cannot be said is "NaN".
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .. import wording
from ..checkpoint.json_values import json_value
from ..errors import InspectorError
from ..progress import finish
from ..series.figures import LEARNED, Figures, Frame, Series
from ..series.finding import listed, trainings
from ..series.losses import Stored, reading
from ..series.measuring import measure
from ..series.members import BEST, LATEST, Member, Training, Trainings
from ..series.stories import Story, told
from . import screen
from .progress_bar import ProgressBar

MEASURED, SOME_NOT = 0, 1
_BARS = " ▏▎▍▌▋▊▉█"
_STEPS = "▁▂▃▄▅▆▇█"
_BAR = 8
_WIDEST = 40
_LOSSES = (("valid_loss", "val. loss"), ("train_loss", "loss"), ("accuracy", "accuracy"))


class Told(NamedTuple):
    """One training, with all that is known of it."""

    training: Training
    series: Series
    stored: Stored
    stories: tuple[Story, ...]


def series(paths: Sequence[str], *, as_json: bool = False, as_csv: bool = False, layers: bool = False) -> int:
    """Measures the trainings at `paths` and prints them; the exit code. Raises InspectorError where there is none."""
    found = finish(trainings(paths))
    chosen = _several(found)
    if not chosen:
        raise _none(found)
    answers = [_told(training, found) for training in chosen]
    if as_json:
        record = {"trainings": [_record(each, layers) for each in answers], "left_out": _left_out(found)}
        screen.write([json.dumps(record, allow_nan=False), "\n"])
    elif as_csv:
        screen.write(_csv(answers, layers))
    else:
        screen.write(_text(answers, found, layers))
        screen.write(_beside(paths))
    lost = any(frame.problem or frame.refusals for each in answers for frame in each.series.frames)
    return SOME_NOT if lost else MEASURED


def _several(found: Trainings) -> list[Training]:
    """The trainings of several checkpoints; where there is none, those of one that is there under several names; or the
    only checkpoint there is: a training may have just begun."""
    several = [training for training in found.trainings if len(training.drawn) > 1]
    several = several or [training for training in found.trainings if len(training.members) > 1]
    return several or (list(found.trainings) if len(found.trainings) == 1 else [])


def _told(training: Training, found: Trainings) -> Told:
    with ProgressBar(sum(stamp.nbytes for member in training.drawn for _, stamp in member.stamps)) as bar:
        measured = bar.driving(measure(training))
    stored = finish(reading(training))
    return Told(training, measured, stored, told(measured, stored, found.trainings))


def _none(found: Trainings) -> InspectorError:
    alone = [training.members[0] for training in found.trainings]
    if alone:
        shown = wording.names([f"`{wording.safe(member.name, 60)}`" for member in alone])
        return InspectorError(
            f"No two checkpoints here have the same keys and shapes: {shown}.",
            hint="Give the files of one training, or a folder of them.",
        )
    if found.left_out:
        first = found.left_out[0]
        return InspectorError(f"{wording.safe(first.path, 300)}: {first.sentence}")
    return InspectorError("There is no checkpoint.")


# -- as text -----------------------------------------------------------------------------------------------------------


def _text(answers: Sequence[Told], found: Trainings, layers: bool) -> Iterator[str]:
    ink = screen.Ink.of(sys.stdout)
    for place, each in enumerate(answers):
        yield ("\n" if place else "") + f"{ink.strong(wording.safe(each.training.name, 100))}"
        yield f"  {ink.quiet(each.training.ordered_by)}\n\n"
        yield from _table(each, ink)
        if layers:
            yield "\n"
            yield from _layers(each, ink)
        yield "\n"
        for story in each.stories:
            yield f"{ink.alarm('!') if story.is_alarm else '·'} {wording.safe(story.sentence, 1000)}\n"
    yield from _others(found, ink)


def _table(told: Told, ink: screen.Ink) -> Iterator[str]:
    losses = [(measure, head) for measure, head in _LOSSES if _said(told.training, measure)][:2]
    heads = (told.training.axis, "checkpoint", *(head for _, head in losses), "", "‖w‖", "‖Δ‖/‖w‖", "", "frozen")
    rows = [_row(told, frame, [measure for measure, _ in losses]) for frame in told.series.frames]
    yield from _columns(heads, rows, ink, left={1, len(losses) + 2, len(losses) + 5})
    for frame in told.series.frames:
        for twin in told.training.twins_of(frame.member.path):
            yield ink.quiet(f"  = {wording.safe(twin.name, 60)} is {wording.safe(frame.member.name, 60)}") + "\n"


def _said(training: Training, measure: str) -> bool:
    return any(measure in member.measures for member in training.drawn)


def _row(told: Told, frame: Frame, losses: Sequence[str]) -> list[str]:
    member = frame.member
    said = [_number(member.measures.get(measure, math.nan)) for measure in losses]
    head = [_number(member.at), wording.safe(member.name, _WIDEST), *said, _mark(told, member)]
    if frame.problem:
        return [*head, "! not measured", "", "", ""]
    largest = max((each.whole.relative for each in told.series.good if math.isfinite(each.whole.relative)), default=0)
    learned = [key for key, kind in told.series.kinds.items() if kind == LEARNED]
    frozen = sum(frame.tensors[key].is_kept for key in learned)
    whole = frame.whole
    first = math.isnan(whole.update)
    return [
        *head,
        _number(whole.norm) + _amiss(frame),
        _number(whole.relative),
        _bar(whole.relative, largest),
        "" if first else f"{frozen} of {len(learned)}",
    ]


def _amiss(frame: Frame) -> str:
    """What ‖w‖ leaves out."""
    bad = f" ! {frame.whole.not_finite:,} not finite" if frame.whole.not_finite else ""
    return bad + (f" ! without {wording.plural(len(frame.refusals), 'tensor')}" if frame.refusals else "")


def _mark(told: Told, member: Member) -> str:
    roles = told.training.roles_of(member.path)
    best = told.stored.best is not None and told.stored.best.path == member.path
    marks = ("best" if best or BEST in roles else "", "latest" if LATEST in roles else "")
    return ", ".join(filter(None, (("★ " if best else "") + marks[0] if marks[0] else "", marks[1])))


def _layers(told: Told, ink: screen.Ink) -> Iterator[str]:
    """A line for each layer: how its updates went, how far it came."""
    good = told.series.good
    frozen = told.series.frozen_layers()
    rows = []
    for layer in told.series.layers:
        figures = [frame.layers.get(layer, Figures()) for frame in good]
        last = figures[-1]
        state = "frozen" if layer in frozen else ""
        name = wording.safe(layer, _WIDEST) or "(top)"
        turn = _number(round(last.turn, 3))
        rows.append([name, _sparks([each.relative for each in figures[1:]]), _number(last.norm), _number(last.relative),
                     turn, _number(last.drift), state])  # fmt: skip
    heads = ("layer", "updates", "‖w‖", "‖Δ‖/‖w‖", "turn", "drift", "")
    yield from _columns(heads, rows, ink, left={0, 1, 6})


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]], ink: screen.Ink, left: set[int]) -> Iterator[str]:
    widths = [max(map(screen.columns_of, column)) for column in zip(heads, *rows)]
    yield ink.quiet(_line(heads, widths, left)) + "\n"
    yield from (_line(row, widths, left) + "\n" for row in rows)


def _line(cells: Sequence[str], widths: Sequence[int], left: set[int]) -> str:
    placed = (
        screen.padded(cell, width) if at in left else " " * (width - screen.columns_of(cell)) + cell
        for at, (cell, width) in enumerate(zip(cells, widths))
    )
    return "  ".join(placed).rstrip()


def _bar(value: float, largest: float) -> str:
    """A bar as long as the value beside the largest; `#` where a terminal has no blocks."""
    if not math.isfinite(value) or largest <= 0:
        return ""
    eighths = round(8 * _BAR * value / largest)
    if not _has_blocks():
        return "#" * round(eighths / 8)
    return _BARS[8] * (eighths // 8) + _BARS[eighths % 8].strip()


def _sparks(values: Sequence[float]) -> str:
    """One character for each value, as high as it is beside the largest."""
    largest = max((value for value in values if math.isfinite(value)), default=0.0)
    if not _has_blocks():
        return ""
    return "".join(_spark(value, largest) for value in values)


def _spark(value: float, largest: float) -> str:
    if math.isnan(value):
        return "·"
    if not value or largest <= 0:
        return " "
    return _STEPS[7] if math.isinf(value) else _STEPS[min(7, int(8 * value / largest))]


def _has_blocks() -> bool:
    try:
        (_BARS + _STEPS).encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4g}"


def _beside(paths: Sequence[str]) -> Iterator[str]:
    """Where one file was given: what lies beside it may be of the same training."""
    folder = os.path.dirname(os.path.abspath(paths[0]))
    if len(paths) != 1 or os.path.isdir(paths[0]):
        return
    try:
        others = len(listed(folder)) - 1
    except InspectorError:
        return
    if others > 0:
        there = wording.plural(others, "other checkpoint")
        command = shlex.join(["inspector", "series", os.path.dirname(paths[0]) or "."])
        ink = screen.Ink.of(sys.stdout)
        yield ink.quiet(f"Beside it: {there}. To see all of them: {wording.safe(command, 300)}") + "\n"


def _others(found: Trainings, ink: screen.Ink) -> Iterator[str]:
    """What stands alone, and what was left out."""
    shown_ones = _several(found)
    alone = [training.members[0] for training in found.trainings if training not in shown_ones]
    if alone:
        shown = wording.names([wording.safe(member.name, 60) for member in alone], 6)
        yield "\n" + ink.quiet(f"Alone, with keys or shapes of their own: {shown}") + "\n"
    for left in found.left_out:
        yield ink.quiet(f"Left out: {wording.safe(left.path, 300)}: {wording.safe(left.sentence, 300)}") + "\n"


# -- as CSV ------------------------------------------------------------------------------------------------------------

_FIGURES = (
    "numel", "norm", "mean", "std", "minimum", "maximum", "zeros", "nans", "infinities", "update", "relative", "turn",
    "away", "drift", "kept",
)  # fmt: skip
_HEADS = ("training", "checkpoint", "at", "epoch", "step", "roles", "train_loss", "valid_loss", "accuracy", "lr")


def _csv(answers: Sequence[Told], layers: bool) -> Iterator[str]:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*_HEADS, *(["layer"] if layers else []), *_FIGURES, "problem"])
    for each in answers:
        for frame in each.series.frames:
            table.writerows(_lines(each, frame, layers))
    yield text.getvalue()


def _lines(told: Told, frame: Frame, layers: bool) -> Iterator[list[object]]:
    """A line for a checkpoint, or with `layers` one for each of its layers."""
    member = frame.member
    said = [member.measures.get(name, "") for name in ("train_loss", "valid_loss", "accuracy")]
    head: list[object] = [
        wording.cell(told.training.name), wording.cell(member.path, 4000), member.at, _or_empty(member.epoch),
        _or_empty(member.step), " ".join(told.training.roles_of(member.path)), *said,
        member.rates[0] if member.rates else "",
    ]  # fmt: skip
    problem = wording.cell(frame.problem, 1000)
    if not layers:
        yield [*head, *_cells(frame.whole), problem]
    for layer, figures in frame.layers.items() if layers else ():
        yield [*head, wording.cell(layer, 1000), *_cells(figures), problem]


def _or_empty(value: float | None) -> object:
    return "" if value is None else value


def _cells(figures: Figures) -> list[object]:
    found = [getattr(figures, name) for name in _FIGURES]
    return ["" if isinstance(value, float) and math.isnan(value) else value for value in found]


# -- as JSON -----------------------------------------------------------------------------------------------------------


def _record(told: Told, layers: bool) -> dict[str, Any]:
    training, measured, stored = told.training, told.series, told.stored
    frames = {frame.member.path: frame for frame in measured.frames}
    best = stored.best
    return {
        "name": training.name,
        "axis": training.axis,
        "ordered_by": training.ordered_by,
        "checkpoints": [_of_member(member, frames.get(member.path), layers) for member in training.members],
        "frozen": list(measured.frozen),
        "nearly_frozen": list(measured.nearly),
        "first_not_finite": {key: measured.frames[at].member.path for key, at in measured.first_not_finite.items()},
        "curves": {curve.measure: [[x, json_value(y)] for x, y in curve.points] for curve in stored.curves},
        "best": None if best is None else {name: json_value(value) for name, value in best._asdict().items()},
        "stories": [
            {"kind": kind, "sentence": sentence, "keys": list(keys), "paths": list(paths), "alarm": alarm}
            for kind, sentence, keys, paths, alarm in told.stories
        ],
        "to_test": list(measured.to_test),
    }


def _of_member(member: Member, frame: Frame | None, layers: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "path": member.path,
        "at": member.at,
        "epoch": member.epoch,
        "step": member.step,
        "roles": list(member.roles),
        "twin_of": member.twin_of,
        "twin_by": member.twin_by,
        "measures": {name: json_value(value) for name, value in member.measures.items()},
        "learning_rates": [json_value(rate) for rate in member.rates],
    }
    if frame is None:
        return record
    if frame.problem:
        return record | {"problem": frame.problem}
    record["figures"] = _of_figures(frame.whole)
    if frame.refusals:
        record["refusals"] = dict(frame.refusals)
    if layers:
        record["layers"] = {layer: _of_figures(figures) for layer, figures in frame.layers.items()}
    return record


def _of_figures(figures: Figures) -> dict[str, Any]:
    named = {"minimum": "min", "maximum": "max"}
    return {named.get(name, name): json_value(getattr(figures, name)) for name in _FIGURES}


def _left_out(found: Trainings) -> list[dict[str, str]]:
    return [{"path": left.path, "sentence": left.sentence} for left in found.left_out]
