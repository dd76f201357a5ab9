"""`inspector train FILE --model ... --data ... --epochs 3`: go on with a training as if it had never stopped.

Exit codes: 0 trained to the end, 1 the run failed, 2 it could not begin, 130 stopped with Ctrl+C and saved, 143 the
same for SIGTERM. With `--json` each word of the run is an object on a line (see `run_lines`), the answer the last.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator

from .. import wording
from ..runs.choices import Choices
from ..runs.driving import Run
from ..runs.preflight import Need, preflight
from ..runs.requesting import fitting_start, train_request
from ..workshop.ranks import is_first_of_all, is_started_by_torchrun
from ..workshop.requests import ModelSource
from ..workshop.run_requests import Start, Train
from . import run_asking, screen
from .run_asking import Asked
from .run_drive import Driven
from .run_places import start_of, workshop_of

_SIGNS = {"ok": "✓", "assumed": "·", "warning": "!", "missing": "−"}


def train(options: argparse.Namespace) -> int:
    """Trains as the command line says, and gives the exit code. Raises InspectorError when it cannot begin."""
    found = run_asking.asked(options.file, options)
    run_asking.ask_leave(found, options)
    chosen = _with_folder(run_asking.choices(options, found), options)
    source = run_asking.source_of(options.model, found.checkpoint)
    here = options.in_process or is_started_by_torchrun()
    with (
        workshop_of(options, here=here) as workshop,
        tempfile.TemporaryDirectory(prefix="checkpoint-inspector-") as folder,
    ):
        arguments = run_asking.arguments_of(source, found.checkpoint, options.arg, workshop)
        start = _start(found, chosen, source, folder)
        request = train_request(source, arguments, start, chosen, found.resume if found.checkpoint else None)
        if not options.as_json and is_first_of_all():
            screen.write(_before(found, request))
        run = Run(request, workshop=workshop, in_process=workshop is None)
        return Driven(run, as_json=options.as_json, quiet=not is_first_of_all()).drive()


def _start(found: Asked, chosen: Choices, source: ModelSource, folder: str) -> Start | None:
    if found.checkpoint is None:
        return None
    start = start_of(found, source, folder)
    brought = run_asking.brings_weights(source)
    return start if brought else fitting_start(start, found.checkpoint, found.resume, chosen)


def _with_folder(chosen: Choices, options: argparse.Namespace) -> Choices:
    return chosen if chosen.folder else chosen._replace(folder=os.path.abspath(options.name or "run"))


def _before(found: Asked, request: Train) -> Iterator[str]:
    """The list before the start, and where everything goes."""
    ink = screen.Ink.of(sys.stdout)
    needs = preflight(found.checkpoint, found.resume) if found.checkpoint is not None else ()
    width = max((len(need.title) for need in needs), default=0)
    yield from (f"{_line(need, width, ink)}\n" for need in needs)
    model = wording.safe(str(request.model), 200)
    yield f"{model} on {wording.safe(str(request.data), 200)}; saved into {wording.safe(request.folder, 300)}\n\n"


def _line(need: Need, width: int, ink: screen.Ink) -> str:
    sign = _SIGNS.get(need.state, "?")
    said = wording.safe(": ".join(filter(None, (need.found, need.assumed))), 500)
    return f"{ink.alarm(sign) if need.state == 'warning' else sign} {need.title.ljust(width)}  {said}"
