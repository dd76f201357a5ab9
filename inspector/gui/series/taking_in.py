"""The work of the page of a training: found, read, measured, told - on a job's thread, in the order it is wanted.

    Told        a new story, as soon as it can be told of what is measured so far
    FrameTold   a frame, its column of figures for all rows, and its small picture

Why this way: what all frames come to together is worked out anew while they come in. For a long training that would
take longer than the measuring, so it is done no more often than a small share of the time allows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import count, takewhile
from typing import Any, NamedTuple

from ...errors import FileError, InspectorError
from ...language import marked, tr
from ...progress import Progress
from ...series.figures import Frame, Series
from ...series.finding import trainings
from ...series.losses import Stored, reading
from ...series.measuring import measure
from ...series.members import FILE, Training, Trainings
from ...series.stories import Story, told
from ...series.wholes import series_of
from ...wording import names, safe
from ..collecting import uncollected
from .layer_rows import Column, LayerRows, column_of, frozen_rows, rows_of
from .thumbnails import Thumbnail, thumbnail

_SHARE = 10
"""Telling takes at most one part in so many of the time."""
_LEAST_SECONDS = 0.4


class NotOne(InspectorError):
    """The files are not the checkpoints of one training."""

    title = marked("No run of checkpoints")


class FoundTraining(NamedTuple):
    """The training that is shown, among all that were found."""

    trainings: Trainings
    training: Training


class FrameTold(NamedTuple):
    """A frame as it is to be shown."""

    frame: Frame
    rows: LayerRows | None
    column: Column | None
    """None where the frame has a problem and no rows are known."""
    thumbnail: Thumbnail | None
    """None where the one that is known is still right."""


class Told(NamedTuple):
    """What there is to say of the frames so far."""

    series: Series
    stories: tuple[Story, ...]
    frozen: frozenset[int] = frozenset()
    """Rows that are bit for bit the same in all these frames."""


def taking_in(
    paths: Sequence[str], known: Series | None, name: str, *, only_one: bool = False,
    looked_at: Callable[[], str] = str,
) -> Generator[Any, None, None]:  # fmt: skip
    """Finds the training called `name` (or the first) at the paths, and measures what is not `known`.

    `looked_at` gives the path of the checkpoint that a person looks at: it is measured first, with its neighbours.
    `only_one`: the paths are files, which have to be one training. Raises InspectorError where there is none.
    """
    found = yield from trainings(paths, uncollected)
    if only_one and not is_one(found):
        raise NotOne(tr("These files are not the checkpoints of one training."))
    training = chosen(found, name)
    if training is None:
        raise none_in(found, paths)
    yield FoundTraining(found, training)
    stored = yield from reading(training)
    yield stored
    yield from _measuring(training, found.trainings, known, stored, looked_at)


def is_one(found: Trainings) -> bool:
    """Whether all files are of one training, and say something of their order."""
    if len(found.trainings) != 1 or len(found.left_out) >= len(found.trainings[0].members):
        return False
    training = found.trainings[0]
    has_order = training.axis != FILE or all(member.number is not None for member in training.drawn)
    return has_order and len(training.members) > 1


def chosen(found: Trainings, name: str) -> Training | None:
    """The training of this name, or the first with several checkpoints; None where each of several stands alone. A
    single checkpoint may be the first of a training that has just begun."""
    several = several_in(found) or (list(found.trainings) if len(found.trainings) == 1 else [])
    return next((each for each in several if each.name == name), several[0] if several else None)


def several_in(found: Trainings) -> list[Training]:
    """The trainings of several checkpoints."""
    return [each for each in found.trainings if len(each.members) > 1]


def none_in(found: Trainings, paths: Sequence[str]) -> InspectorError:
    """Why nothing here is a training."""
    alone = [f"`{safe(each.members[0].name, 60)}`" for each in found.trainings]
    path = paths[0] if paths else ""
    if alone:
        return FileError(
            tr("No two checkpoints here have the same keys and shapes: {names}.", names=names(alone, 6)),
            path=path,
            hint=tr("Open one of them by itself, or choose the folder that a training saves into."),
        )
    if found.left_out:
        left = found.left_out[0]
        return FileError(left.sentence, path=left.path)
    return FileError(tr("There are no checkpoints right in this folder."), path=path)


def _measuring(
    training: Training,
    found: Sequence[Training],
    known: Series | None,
    stored: Stored,
    looked_at: Callable[[], str],
) -> Generator[Any, None, None]:
    places = {member.path: place for place, member in enumerate(training.drawn)}
    frames: dict[int, Frame] = {}
    rows: LayerRows | None = None
    pace = _Pace(stored, found)
    for word in measure(training, known, lambda: places.get(looked_at(), -1), uncollected):
        if not isinstance(word, Frame):
            yield word
            continue
        is_again, frames[word.place] = word.place in frames, word
        if rows is None and word.tensors:
            rows = rows_of(tuple(word.tensors), tuple(word.layers), word.kinds)
        column = column_of(word, rows) if rows is not None else None
        picture = None
        if not (word.was_known or word.problem or is_again):
            picture = thumbnail(word.member.path, word.member.section)
        yield FrameTold(word, rows, column, picture)
        if len(frames) < len(training.drawn) and pace.is_time():
            yield pace.telling(training, _without_gap(frames), rows)
    yield pace.telling(training, _without_gap(frames), rows)


def _without_gap(frames: Mapping[int, Frame]) -> list[Frame]:
    """The frames from the first on, up to one that is not measured yet: what is proved is proved of these."""
    return [frames[place] for place in takewhile(frames.__contains__, count())]


class _Pace:
    """How often there is time to tell."""

    def __init__(self, stored: Stored, found: Sequence[Training]) -> None:
        self._stored, self._found = stored, found
        self._next = time.monotonic() + _LEAST_SECONDS

    def is_time(self) -> bool:
        return time.monotonic() >= self._next

    def telling(self, training: Training, frames: Sequence[Frame], rows: LayerRows | None) -> Told:
        began = time.monotonic()
        series = series_of(training, frames)
        stories = told(series, self._stored, self._found)
        frozen = frozen_rows(series, rows) if rows is not None else frozenset()
        took = time.monotonic() - began
        self._next = time.monotonic() + max(_LEAST_SECONDS, _SHARE * took)
        return Told(series, stories, frozen)


def progress_in(words: Sequence[Any]) -> Progress | None:
    """The last word of how far it is."""
    return next((word for word in reversed(words) if isinstance(word, Progress)), None)
