"""`inspector identify FILE`: which architecture a checkpoint is, told by its names and shapes alone.

Exit codes: 0 known, 1 unknown, 2 the file cannot be used. The JSON object has the fields of
`comparing.architectures.Identification`, and `path` and `section`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from .. import wording
from ..checkpoint.reading import open_checkpoint
from ..comparing.architectures import UNKNOWN, Identification
from ..comparing.architectures import identify as identified
from ..comparing.choosing import weights
from ..comparing.records import plain
from ..comparing.sides import of_checkpoint
from . import screen

KNOWN, NOT_KNOWN = 0, 1


def identify(path: str, *, section: str | None = None, as_json: bool = False) -> int:
    """Says what the file at `path` is. Raises InspectorError when it cannot be opened, or has no such section."""
    checkpoint = open_checkpoint(path)
    side = of_checkpoint(checkpoint, weights(checkpoint).key if section is None else section)
    found = identified(side)
    if as_json:
        record = {"path": plain(checkpoint.path), "section": plain(side.section), **plain(found)}
        screen.write([json.dumps(record, allow_nan=False), "\n"])
    else:
        screen.write(_lines(found))
    return NOT_KNOWN if found.kind == UNKNOWN else KNOWN


def _lines(found: Identification) -> Iterator[str]:
    yield f"{wording.safe(found.sentence, 500) or 'It is none of the architectures of torchvision.'}\n"
    yield from (f"  {wording.safe(each, 500)}\n" for each in found.evidence)
    yield from (f"  not {name}: {wording.safe(why, 300)}\n" for name, why in found.rejected)
