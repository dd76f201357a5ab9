"""A training as CSV, as a command, and as the title of a file."""

from __future__ import annotations

import csv
import io
import math
import shlex
from collections.abc import Iterator

from ... import wording
from ...series.figures import Figures, Frame
from .open_series import OpenSeries

_FIGURES = (
    "numel", "norm", "mean", "std", "minimum", "maximum", "zeros", "nans", "infinities", "update", "relative", "turn",
    "away", "drift", "kept",
)  # fmt: skip
_HEADS = ("checkpoint", "at", "epoch", "step", "roles", "train_loss", "valid_loss", "accuracy", "lr", "layer")


def command(page: OpenSeries) -> str:
    """The command that measures the same in the terminal."""
    return shlex.join(["inspector", "series", *page.paths, "--layers"])


def as_csv(page: OpenSeries) -> Iterator[str]:
    """A line for each layer of each checkpoint that is measured, `*` for all weights; as `inspector series --csv`."""
    yield _line([*_HEADS, *_FIGURES, "problem"])
    for member in page.training.drawn if page.training is not None else ():
        frame = page.frames.get(member.path)
        if frame is not None:
            yield from _lines(page, frame)


def _lines(page: OpenSeries, frame: Frame) -> Iterator[str]:
    member = frame.member
    assert page.training is not None
    said = [member.measures.get(name, "") for name in ("train_loss", "valid_loss", "accuracy")]
    head: list[object] = [
        wording.cell(member.path, 4000), member.at, _or_empty(member.epoch), _or_empty(member.step),
        " ".join(page.training.roles_of(member.path)), *said, member.rates[0] if member.rates else "",
    ]  # fmt: skip
    problem = wording.cell(frame.problem, 1000)
    for layer, figures in (("*", frame.whole), *frame.layers.items()):
        yield _line([*head, wording.cell(layer, 1000), *_cells(figures), problem])


def _or_empty(value: float | None) -> object:
    return "" if value is None else value


def _cells(figures: Figures) -> list[object]:
    found = [getattr(figures, name) for name in _FIGURES]
    return ["" if isinstance(value, float) and math.isnan(value) else value for value in found]


def _line(cells: list[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
