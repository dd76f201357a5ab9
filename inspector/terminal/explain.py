"""`inspector explain`: the few causes behind a pasted error of `load_state_dict`.

Exit codes: 1 explained (an error is something that differs), 2 there is no such error in the text.
`comparing.records` describes the JSON: the object of `fit`, with `notes`, for the first error; `errors` has them all
where the text holds several.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from .. import wording
from ..comparing.causes import Explanation
from ..comparing.explaining import explaining
from ..comparing.records import fit_record
from ..comparing.reporting import Story
from ..comparing.tracebacks import Told, parse
from ..errors import FileError
from ..progress import finish
from . import pairs, reports, screen

EXPLAINED = 1
_MOST = 50_000_000
"""Characters that are read of a log."""


def explain(path: str, *, as_json: bool = False, report: str = "") -> int:
    """Explains the errors in the text at `path`, `-` for standard input. Raises InspectorError when there are none."""
    told = [(each, finish(explaining(each.a, each.b))) for each in parse(_text(path))]
    if report:
        reports.write(_story(*told[0]), report)
    if as_json:
        records = [_record(*each) for each in told]
        whole = records[0] if len(records) == 1 else {**records[0], "errors": records}
        screen.write([json.dumps(whole, allow_nan=False), "\n"])
    else:
        screen.write(piece for each in told for piece in _lines(*each))
    return EXPLAINED


def _text(path: str) -> str:
    if path == "-":
        if sys.stdin.isatty():
            screen.say("Paste the error, and end it with Ctrl+D.")
        return sys.stdin.read(_MOST)
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as file:
            return file.read(_MOST)
    except OSError as error:
        raise FileError(f"The text cannot be read: {error.strerror or error}.", path=path) from error


def _lines(told: Told, explanation: Explanation) -> Iterator[str]:
    ink = screen.Ink.of(sys.stdout)
    before = explanation.before
    yield ink.strong(_headline(told, explanation)) + "\n"
    yield f"{pairs.counts(before)}\n\n"
    yield from pairs.causes(explanation.causes, before.complaints, ink)
    yield from (ink.quiet(f"{note}\n") for note in told.notes)
    yield "\n"


def _headline(told: Told, explanation: Explanation) -> str:
    lines, causes = explanation.before.lines, len(explanation.causes)
    name = wording.safe(told.b.name, 100)
    return f"{name}: {wording.plural(lines, 'line')} of load_state_dict, {wording.plural(causes, 'cause')}."


def _record(told: Told, explanation: Explanation) -> dict[str, Any]:
    return {"model": told.b.name, **fit_record(explanation.before, explanation.causes), "notes": list(told.notes)}


def _story(told: Told, explanation: Explanation) -> Story:
    before = explanation.before
    return Story(
        "the checkpoint", told.b.name, _headline(told, explanation), before, explanation.causes, before.complaints,
        against_model=True, left=told.notes, record=_record(told, explanation),
    )  # fmt: skip
