"""`inspector stats`: what the numbers of a file come to, tensor by tensor and together.

The JSON object that `--json` prints has `path`, `tensors`, `total`, `health` and `damage` (sentences). Each of `health`
has key, kind (`not finite`, `zero`, `constant`, `dead channels`, `exploded`, `float16`, `untrained`) and sentence. Each
of `tensors`, and `total`, has count, mean, std, min, max, l1, l2, zeros, nans, positive_infinities and
negative_infinities; a tensor also key, dtype and shape, first_nan (an index) where there is one, `tied: true` where it
is the same view of the same storage as one before, and `error` instead of numbers where it could not be measured. What
cannot be said, such as the mean of no numbers, is "NaN".
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .. import wording
from ..analysis.statistics import Measured, Statistics, measure_all
from ..checkpoint.entries import Checkpoint, Tensor
from ..checkpoint.json_values import json_value
from ..checkpoint.outline import Outline
from ..checkpoint.reading import open_checkpoint
from ..checkpoint.searching import matching
from ..errors import FileError
from ..progress import finish
from . import screen
from .progress_bar import ProgressBar

if TYPE_CHECKING:
    from ..analysis.health import Finding

_Result = tuple[Tensor, Measured]


def stats(path: str, *, query: str = "", as_json: bool = False) -> int:
    """Measures the file at `path` and prints a table; 0. Raises FileError and QueryError."""
    checkpoint = open_checkpoint(path)
    outline = Outline.of(checkpoint.root)
    results, total = _measured(outline, query)
    if query:
        results, total = _matching(outline, query, results, total)
    health = _health(results)
    if as_json:
        screen.write(_json(checkpoint, results, total, health))
        for sentence in checkpoint.damage:
            screen.say(sentence)
    else:
        screen.write(_table(checkpoint, results, total, health))
    return 0


def _measured(outline: Outline, query: str) -> tuple[list[_Result], Statistics]:
    """Measures what matches, and what might when it is measured."""
    found = matching(outline, query)
    rows = sorted({*found.hits, *found.undecided})
    tensors = [(outline.keys[row], entry) for row in rows if type(entry := outline.entries[row]) is Tensor]
    work = measure_all(tensors)
    measured: list[Measured] = []
    with ProgressBar(sum(tensor.nbytes for _, tensor in tensors)) as bar:
        while True:
            try:
                word = next(work)
            except StopIteration as end:
                return list(zip((tensor for _, tensor in tensors), measured, strict=True)), end.value
            if isinstance(word, Measured):
                measured.append(word)
            else:
                bar.tell(word)


def _matching(
    outline: Outline, query: str, results: Sequence[_Result], total: Statistics
) -> tuple[list[_Result], Statistics]:
    """What matches now that everything is known."""
    from ..analysis.statistics import merge_all

    known = {measured.key: measured.statistics for _, measured in results if measured.statistics is not None}
    keys = {outline.keys[row] for row in matching(outline, query, known).hits}
    left = [result for result in results if result[1].key in keys]
    if len(left) == len(results):
        return left, total
    return left, merge_all(measured.statistics for _, measured in left if measured.statistics and not measured.tied)


def _health(results: Sequence[_Result]) -> list[tuple[str, Finding]]:
    """What looks wrong, by key; a tensor that is tied to one before is as healthy as that one."""
    from ..analysis import health

    found: list[tuple[str, Finding]] = []
    for tensor, measured in results:
        key, statistics = measured.key, measured.statistics
        if statistics is None or measured.tied:
            continue
        found += [(key, finding) for finding in health.findings(key, tensor, statistics)]
        if health.may_have_dead_channels(key, tensor, statistics):
            with suppress(FileError):  # the file was changed meanwhile; what was measured still holds
                dead = health.dead_channels_finding(key, tensor, finish(health.dead_channels(tensor)))
                found += [(key, dead)] if dead else []
    return found


# -- as a table --------------------------------------------------------------------------------------

_HEADS = ("tensor", "what", "mean", "std", "min", "max", "zeros", "NaN/Inf")


def _table(
    checkpoint: Checkpoint, results: Sequence[_Result], total: Statistics, health: Sequence[tuple[str, Finding]]
) -> Iterator[str]:
    from . import tree

    ink = screen.Ink.of(sys.stdout)
    yield ink.strong(wording.safe(checkpoint.path, 300)) + "\n"
    yield from tree.damage(checkpoint, ink)
    yield "\n"
    rows = [
        (wording.safe(measured.key, 100), tree.described(tensor), *_figures(measured)) for tensor, measured in results
    ]
    last = ("total", wording.plural(total.count, "number"), *_numbers(total))
    widths = [max(map(screen.columns_of, column)) for column in zip(_HEADS, *rows, last, strict=True)]
    widths[0] = min(widths[0], tree.WIDEST_KEY)
    yield ink.quiet(_line(_HEADS, widths)) + "\n"
    for row, (_, measured) in zip(rows, results, strict=True):
        line = _line(row, widths)
        yield (f"{line}  {ink.alarm(f'! {wording.safe(measured.error, 300)}')}" if measured.error else line) + "\n"
    yield ink.strong(_line(last, widths)) + "\n"
    yield from _sentences(health, ink)


def _sentences(health: Sequence[tuple[str, Finding]], ink: screen.Ink) -> Iterator[str]:
    """What looks wrong, once for all tensors of which the same is to be said."""
    keys: dict[str, list[str]] = {}
    for key, finding in health:
        keys.setdefault(finding.sentence, []).append(wording.safe(key, 100))
    for number, (sentence, where) in enumerate(keys.items()):
        yield ("" if number else "\n") + f"{ink.alarm('!')} {wording.names(where)}: {wording.safe(sentence, 400)}\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, numbers to the right."""
    names = [screen.padded(cell, width) for cell, width in zip(cells[:2], widths[:2], strict=True)]
    numbers = [f"{cell:>{width}}" for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "  ".join([*names, *numbers]).rstrip()


def _figures(measured: Measured) -> Sequence[str]:
    return _numbers(measured.statistics) if measured.statistics is not None else ("",) * 6


def _numbers(found: Statistics) -> Sequence[str]:
    if not found.finite:
        return ("", "", "", "", _share_of_zeros(found), _not_finite(found))
    figures = (found.mean, found.std, found.minimum, found.maximum)
    return (*map(_number, figures), _share_of_zeros(found), _not_finite(found))


def _number(value: float) -> str:
    return "" if value != value else wording.number(value)


def _share_of_zeros(found: Statistics) -> str:
    return wording.share(found.zeros, found.count) if found.zeros else ""


def _not_finite(found: Statistics) -> str:
    kinds = ((found.nans, "NaN"), (found.positive_infinities, "+Inf"), (found.negative_infinities, "-Inf"))
    words = [f"{count:,} {kind}" for count, kind in kinds if count]
    return f"! {', '.join(words)}" if words else ""


# -- as JSON -----------------------------------------------------------------------------------------


def _json(
    checkpoint: Checkpoint, results: Sequence[_Result], total: Statistics, health: Sequence[tuple[str, Finding]]
) -> Iterator[str]:
    yield f'{{"path": {json.dumps(checkpoint.path)},\n"tensors": ['
    for number, (tensor, measured) in enumerate(results):
        yield (",\n" if number else "\n") + json.dumps(_record(tensor, measured), allow_nan=False)
    yield f'\n],\n"total": {json.dumps(_figures_record(total), allow_nan=False)},\n'
    findings = [{"key": key, "kind": finding.kind, "sentence": finding.sentence} for key, finding in health]
    yield f'"health": {json.dumps(findings)},\n'
    yield f'"damage": {json.dumps(checkpoint.damage)}}}\n'


def _record(tensor: Tensor, measured: Measured) -> dict[str, Any]:
    record: dict[str, Any] = {"key": measured.key, "dtype": tensor.dtype, "shape": tensor.shape}
    if measured.tied:
        record["tied"] = True
    if measured.statistics is None:
        return record | {"error": measured.error}
    if measured.statistics.first_nan is not None:
        record["first_nan"] = measured.statistics.first_nan
    return record | _figures_record(measured.statistics)


def _figures_record(found: Statistics) -> dict[str, Any]:
    return {
        "count": found.count,
        "mean": json_value(found.mean),
        "std": json_value(found.std),
        "min": json_value(found.minimum),
        "max": json_value(found.maximum),
        "l1": json_value(found.l1),
        "l2": json_value(found.l2),
        "zeros": found.zeros,
        "nans": found.nans,
        "positive_infinities": found.positive_infinities,
        "negative_infinities": found.negative_infinities,
    }
