"""The requests of a page as work: what they begin with is read and written on a job's thread."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ...language import tr
from ...progress import Progress
from ...workshop.run_requests import Rehearse, RunRequest, Start, Test, Train
from ..fitting.chosen_model import reading
from .prepared_run import Making

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...comparing.sides import Side
    from ...runs.histories import History
    from ...runs.resume import Resume


class Beginning(NamedTuple):
    """What the runs of a page begin with, as it was when one was asked for."""

    checkpoint: Checkpoint
    resume: Resume | None
    mended: Side | None
    """The weights with the ticked steps applied; None where none is."""
    model: Side | None = None
    """The model that loads them, where it is known: it decides which keys are meant and whose the states are."""


def training(request: Train, beginning: Beginning) -> Making:
    """Asks to train (on) from the page's own file. A word before that is the `History` which the file has stored."""

    def make(folder: str) -> Generator[Any, None, RunRequest]:
        start = yield from _fitting(request, beginning, folder)
        yield _history(beginning.checkpoint)
        return request._replace(start=start)

    return make


def going_on(request: Train, latest: str) -> Making:
    """Asks to go on with what was trained as `request` says, from what that has saved. Says `History` too."""

    def make(folder: str) -> Generator[Any, None, RunRequest]:
        checkpoint = yield from reading(latest)
        start = yield from _starting_saved(checkpoint, folder)
        yield _history(checkpoint)
        return request._replace(start=start, lr=None, expected=None)

    return make


def rehearsing(request: Train, beginning: Beginning) -> Making:
    """Asks for everything that comes before the first step of training."""

    def make(folder: str) -> Generator[Any, None, RunRequest]:
        start = yield from _fitting(request, beginning, folder)
        return Rehearse(request._replace(start=start))

    return make


def testing(request: Test, beginning: Beginning, paths: Sequence[str]) -> Making:
    """Asks to test these checkpoints; the page's own file is among them as it is mended."""

    def make(folder: str) -> Generator[Any, None, RunRequest]:
        starts: list[Start] = []
        for number, path in enumerate(paths):
            yield Progress(number, len(paths), "files", tr("Reading what is to be tested"))
            inner = os.path.join(folder, str(number))
            os.mkdir(inner)
            is_page = os.path.abspath(path) == os.path.abspath(beginning.checkpoint.path)
            if is_page:
                starts.append((yield from _starting(beginning, inner)))
            else:
                starts.append((yield from _starting_saved((yield from reading(path)), inner)))
        return request._replace(starts=tuple(starts))

    return make


def _fitting(request: Train, beginning: Beginning, folder: str) -> Generator[Progress, None, Start]:
    """The start, without a state of another optimizer or scheduler than the one that was chosen."""
    from ...runs.requesting import fitting_start

    start = yield from _starting(beginning, folder)
    return fitting_start(start, beginning.checkpoint, beginning.resume, request) if beginning.resume else start


def _starting(beginning: Beginning, folder: str) -> Generator[Progress, None, Start]:
    from ...runs.starting import starting

    mended, model = beginning.mended, beginning.model
    return (yield from starting(beginning.checkpoint, beginning.resume, folder, mended=mended, model=model))


def _starting_saved(checkpoint: Checkpoint, folder: str) -> Generator[Progress, None, Start]:
    from ...runs.resume import resume_of
    from ...runs.starting import starting

    return (yield from starting(checkpoint, resume_of(checkpoint), folder))


def _history(checkpoint: Checkpoint) -> History:
    from ...runs.histories import history_of

    return history_of(checkpoint)
