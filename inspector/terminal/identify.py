"""`inspector identify FILE`: which architecture a checkpoint is, told by its names and shapes alone - or, with
`--folder`, which class of somebody's own code.

Exit codes: 0 known, 1 unknown, 2 the file cannot be used. The JSON object has the fields of
`comparing.architectures.Identification`, and `path` and `section`; with `--folder` also `classes`, the one that fits
best first: [{source, arguments, left, failure}], where `left` is how many keys do not fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import wording
from ..checkpoint.reading import open_checkpoint
from ..comparing.architectures import UNKNOWN, Identification
from ..comparing.architectures import identify as identified
from ..comparing.choosing import weights
from ..comparing.records import plain
from ..comparing.sides import Side, of_checkpoint
from ..errors import InspectorError
from . import screen

if TYPE_CHECKING:
    from ..workshop.trying import Candidate

KNOWN, NOT_KNOWN = 0, 1


def identify(
    path: str, *, section: str | None = None, folder: str = "", python: str = "", as_json: bool = False
) -> int:
    """Says what the file at `path` is. Raises InspectorError when it cannot be opened, or has no such section.

    With `folder` every model class in it - or in a .py file - is built by `python` and tried.
    """
    checkpoint = open_checkpoint(path)
    side = of_checkpoint(checkpoint, weights(checkpoint).key if section is None else section)
    found = identified(side)
    classes = _tried(folder, python, side) if folder else ()
    if as_json:
        record = {"path": plain(checkpoint.path), "section": plain(side.section), **plain(found)}
        own = {"classes": [_record(each) for each in classes]} if folder else {}
        screen.write([json.dumps({**record, **own}, allow_nan=False), "\n"])
    else:
        screen.write([*_lines(found), *map(_line, classes)])
    return NOT_KNOWN if found.kind == UNKNOWN and not any(each.left == 0 for each in classes) else KNOWN


def _tried(folder: str, python: str, side: Side) -> tuple[Candidate, ...]:
    from ..workshop.client import Workshop
    from ..workshop.trying import trying
    from .models import heard, tell_interpreter

    with Workshop(python, beside=folder) as workshop:
        tried: tuple[Candidate, ...] = heard(trying(workshop, folder, side))
        tell_interpreter(workshop, python)
    if not tried:
        raise InspectorError(f"There is no model class in {folder!r}.", hint="Name a folder or a .py file with some.")
    return tried


def _line(tried: Candidate) -> str:
    """A class, and how well it fits."""
    name = wording.safe(str(tried.source), 200)
    if tried.solution is None:
        return f"{name}: {wording.safe(tried.failure, 300)}\n"
    given = ", ".join(f"{argument}={value!r}" for argument, value in tried.solution.arguments.items())
    fits = "fits" if tried.solution.fits else f"{wording.plural(tried.solution.left, 'key')} left"
    return f"{name}({wording.safe(given, 300)}): {fits}\n"


def _record(tried: Candidate) -> dict[str, Any]:
    solution = tried.solution
    return {
        "source": str(tried.source),
        "arguments": plain(solution.arguments) if solution is not None else None,
        "left": solution.left if solution is not None else None,
        "failure": tried.failure,
    }


def _lines(found: Identification) -> Iterator[str]:
    yield f"{wording.safe(found.sentence, 500) or 'It is none of the architectures of torchvision.'}\n"
    yield from (f"  {wording.safe(each, 500)}\n" for each in found.evidence)
    yield from (f"  not {name}: {wording.safe(why, 300)}\n" for name, why in found.rejected)
