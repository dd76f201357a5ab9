"""`inspector test FILE ... --model ... --data ...`: how good checkpoints are on the test images.

Exit codes: 0 tested, 1 a checkpoint could not be tested or the run failed, 2 it could not begin, 130 stopped with
Ctrl+C, 143 the same for SIGTERM. With `--json` the last line is the object that `runs.exporting` describes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence

from .. import wording
from ..checkpoint.text_files import writing
from ..errors import FileError, InspectorError
from ..progress import finish
from ..runs import exporting
from ..runs.driving import Run
from ..runs.requesting import test_request
from ..runs.results import accuracy, over_epochs, per_class, percent, summary
from ..workshop.run_words import Tested, Tests
from . import run_asking, screen
from .run_asking import Asked
from .run_drive import FAILED, Driven
from .run_places import start_of, workshop_of

_WIDEST = 24
"""Letters of a class's name in the table."""


def test(options: argparse.Namespace) -> int:
    """Tests what the command line names, and gives the exit code. Raises InspectorError when it cannot begin."""
    _check_exports(options.export)
    found, unread = _read(options)
    run_asking.ask_leave(found[0], options)
    source = run_asking.source_of(options.model, found[0].checkpoint)
    chosen = run_asking.choices(options, found[0])
    with (
        workshop_of(options, here=options.in_process) as workshop,
        tempfile.TemporaryDirectory(prefix="checkpoint-inspector-") as folder,
    ):
        arguments = run_asking.arguments_of(source, found[0].checkpoint, options.arg, workshop)
        starts = [start_of(each, source, os.path.join(folder, str(at))) for at, each in enumerate(found)]
        request = test_request(source, arguments, starts, chosen, split=options.split)
        if options.batch_size:
            request = request._replace(batch_size=options.batch_size)
        driven = Driven(Run(request, workshop=workshop, in_process=workshop is None), as_json=options.as_json)
        code = driven.drive()
    if not isinstance(driven.answer, Tests):
        return code
    return _tell(driven.answer._replace(failures=(*unread, *driven.answer.failures)), code, options)


def _read(options: argparse.Namespace) -> tuple[list[Asked], list[tuple[str, str]]]:
    """The files that can be read, and those that cannot with the sentence why. Raises FileError where none can."""
    found: list[Asked] = []
    unread: list[tuple[str, str]] = []
    for path in options.files:
        try:
            found.append(run_asking.asked(path, options))
        except FileError as error:
            unread.append((path, str(error)))
            if len(unread) == len(options.files):
                raise
    return found, unread


def _tell(tests: Tests, code: int, options: argparse.Namespace) -> int:
    """What came of it, printed and written."""
    if options.as_json:
        said = json.loads(exporting.as_json(tests.tested, tests.failures))
        sys.stdout.write(f"{json.dumps({'word': 'Tests', **said})}\n")
    else:
        screen.write(_said(tests.tested))
        screen.write(f"{wording.safe(path, 300)}: {wording.safe(why, 1_000)}\n" for path, why in tests.failures)
    for path in options.export:
        text = exporting.as_csv(tests.tested) if path.endswith(".csv") else exporting.as_json(*tests)
        finish(writing(path, [text], "The results cannot be written"))
        screen.say(f"Written to {wording.safe(path, 300)}")
    return FAILED if tests.failures else code


def _check_exports(paths: Sequence[str]) -> None:
    for path in paths:
        if not path.endswith((".csv", ".json")):
            raise InspectorError(f"{path!r} does not say in which form to write.", hint="End it in .csv or .json.")


def _said(tests: Sequence[Tested]) -> Iterator[str]:
    ordered = over_epochs(tests)
    for tested in ordered:
        if len(ordered) > 1:
            yield f"{wording.safe(tested.path, 300)}\n"
        yield from (f"{line}\n" for line in summary(tested))
        if len(ordered) == 1:
            yield from _classes(tested)
    if len(ordered) > 1:
        yield from _over_epochs(ordered)


def _classes(tested: Tested) -> Iterator[str]:
    rows = per_class(tested)
    if not rows:
        return
    width = max(len("class"), *(min(_WIDEST, screen.columns_of(row.name)) for row in rows))
    yield f"\n{'class'.ljust(width)}  precision  recall      F1  samples\n"
    for row in rows:
        name = screen.padded(wording.safe(row.name, _WIDEST), width)
        figures = "  ".join(percent(value, 1).rjust(size) for value, size in zip(row[4:7], (9, 6, 6)))
        yield f"{name}  {figures}  {row.support:>7,}\n"


def _over_epochs(tests: Sequence[Tested]) -> Iterator[str]:
    yield "\nepoch  accuracy      loss\n"
    for tested in tests:
        epoch = str(tested.epoch) if tested.epoch is not None else "–"
        loss = f"{tested.loss:.6f}" if tested.loss is not None else "–"
        right = percent(accuracy(tested))
        yield f"{epoch:>5}  {right:>8}  {loss:>8}  {wording.safe(os.path.basename(tested.path), 60)}\n"
