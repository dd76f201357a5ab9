"""Where a run of the command line happens, and what its weights begin as: the same for `train` and `test`."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator

from ..progress import finish
from ..runs.driving import workshop_for_runs
from ..runs.starting import starting
from ..workshop.client import Workshop
from ..workshop.requests import ModelSource
from ..workshop.run_requests import Start
from . import run_asking
from .models import tell_interpreter
from .run_asking import Asked


@contextlib.contextmanager
def workshop_of(options: argparse.Namespace, *, here: bool) -> Iterator[Workshop | None]:
    """The processes that it runs in; None where that is this one."""
    if here:
        yield None
        return
    interpreter = run_asking.interpreter(options)
    with workshop_for_runs(interpreter, run_asking.code_beside(options)) as workshop:
        yield workshop
        tell_interpreter(workshop, interpreter)


def start_of(found: Asked, source: ModelSource, folder: str) -> Start:
    """The weights of the file that was read, mended, laid down in `folder`; those that a model brings stay in it."""
    assert found.checkpoint is not None
    if run_asking.brings_weights(source):
        return Start(os.path.abspath(found.checkpoint.path), None, epoch=found.resume.epoch, best=found.resume.best)
    os.makedirs(folder, exist_ok=True)
    return finish(starting(found.checkpoint, found.resume, folder, mended=found.mended))
