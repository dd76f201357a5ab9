"""`inspector mend FILE --step ... -o OUT`: steps on keys and shapes, and the result as a new file.

Exit codes: 0 written (or, with `--dry-run`, could be), 2 not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

from .. import wording
from ..checkpoint.planning import Plan
from ..checkpoint.reading import open_checkpoint
from ..checkpoint.writing import refuse_target, write
from ..comparing.choosing import weights
from ..comparing.mending import apply
from ..comparing.saving import plan_for
from ..comparing.sides import Side, of_checkpoint
from ..comparing.step_texts import parse
from ..comparing.step_words import as_words
from ..comparing.steps import Step
from ..errors import InspectorError
from . import screen
from .progress_bar import ProgressBar

WRITTEN = 0
_FORMATS = {".safetensors": "safetensors", ".pth": "zip", ".pt": "zip", ".ckpt": "zip", ".bin": "zip", ".tar": "zip"}
_MOST_NOTES = 20


class Wish(NamedTuple):
    """What is to be done."""

    steps: tuple[str, ...]
    """As `step_texts.parse` reads them."""
    output: str
    section: str | None = None
    weights_only: bool = False
    """Whether the section is written and nothing beside it."""
    overwrite: bool = False
    dry_run: bool = False


def mend(path: str, wish: Wish) -> int:
    """Writes what becomes of the file at `path` to `wish.output`. Raises InspectorError when that cannot be."""
    form = _format_of(wish.output)
    steps = [parse(text) for text in wish.steps]
    checkpoint = open_checkpoint(path)
    section = weights(checkpoint).key if wish.section is None else wish.section
    before = of_checkpoint(checkpoint, section)
    whole = bool(section) and not wish.weights_only and form != "safetensors"
    plan = plan_for(checkpoint, apply(before, steps), whole=whole, format=form)
    refuse_target(wish.output, plan, overwrite=wish.overwrite, over_source=False)
    screen.write(_said(before, steps, plan))
    if wish.dry_run:
        return WRITTEN
    with ProgressBar(2 * plan.nbytes) as bar:  # written, then read back
        written = bar.driving(write(wish.output, plan, overwrite=wish.overwrite))
    tensors = wording.plural(written.tensors, "tensor")
    where = wording.safe(written.path, 300)
    screen.write([f"Written to {where}: {tensors}, {wording.size(written.nbytes)}; read back, equal bit by bit.\n"])
    return WRITTEN


def _format_of(output: str) -> str:
    ending = os.path.splitext(output)[1].lower()
    if ending not in _FORMATS:
        raise InspectorError(f"{output!r} does not say in which form to write.", hint="End it in .pth or .safetensors.")
    return _FORMATS[ending]


def _said(before: Side, steps: list[Step], plan: Plan) -> Iterator[str]:
    """What each step does, and what will not be as it was."""
    ink = screen.Ink.of(sys.stdout)
    side = before
    for number, step in enumerate(steps, 1):
        after = apply(side, [step])
        yield f"{number}. {as_words(step, _touched(side, after))}\n"
        side = after
    yield from (f"{ink.alarm('!')} {wording.safe(note, 1_000)}\n" for note in plan.notes[:_MOST_NOTES])
    if len(plan.notes) > _MOST_NOTES:
        yield f"{ink.alarm('!')} and {len(plan.notes) - _MOST_NOTES:,} more\n"


def _touched(before: Side, after: Side) -> int:
    """How many keys a step changed: those that are there no more as they were."""
    kept = set(map(id, after.items))
    return sum(id(item) not in kept for item in before.items)
