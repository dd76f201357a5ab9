"""The work of opening a file: reading it, listing its rows, and all that the first look at them will ask for.

Why this way: whatever walks over all rows happens here, on the thread of a job, and is kept with the outline.
The window's thread then never has to.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..checkpoint.entries import Branch, Checkpoint, Entry, Value
from ..checkpoint.outline import Outline
from ..progress import Progress
from .collecting import uncollected

if TYPE_CHECKING:
    from ..comparing.optimizers import Lens

FIRST_ROWS = 40
"""A tree is opened level by level as long as it has no more rows than this."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What comes of opening: the checkpoint and its rows, as they are and with repeated blocks folded."""

    checkpoint: Checkpoint
    outline: Outline
    folded: Outline
    first_rows: tuple[int, ...]
    """The rows that are open at first: level by level, as long as all that is on show fits on a screen."""
    first_depth: int
    """How many levels that is."""
    deepest: int
    """The depth of the deepest row."""
    damaged: frozenset[int]
    """The branches with something broken in them."""
    optimizers: tuple[Lens, ...] = ()
    """The states of optimizers, and whose each part of them is."""

    @property
    def owners(self) -> dict[str, str]:
        """The key of an optimizer's state -> the name of its parameter: `optimizer.state.3` -> `fc2.bias`."""
        return {slot.path: slot.name for lens in self.optimizers for slot in lens.slots if slot.name}


def opening(path: str) -> Generator[Progress, None, Opened]:
    """Reads a file and lists its rows. Raises FileError, or whatever a reader's bug raises."""
    yield Progress(0, 3, "steps", "reading")
    from ..checkpoint.folding import fold
    from ..checkpoint.reading import open_checkpoint

    with uncollected():
        checkpoint = open_checkpoint(path)
        yield Progress(1, 3, "steps", "listing")
        outline = Outline.of(checkpoint.root)
        yield Progress(2, 3, "steps", "folding")
        folded = fold(outline)
        for each in (outline, folded):  # what the first keystroke, paint and click will ask for
            _ = each.leaves, each.lowered_keys, each.sharing, each.row("")
        first_rows, first_depth = _first_look(outline)
        deepest = max(outline.depths, default=0)
        damaged, optimizers = _damaged(outline), _optimizers(checkpoint)
        return Opened(checkpoint, outline, folded, first_rows, first_depth, deepest, damaged, optimizers)


def _optimizers(checkpoint: Checkpoint) -> tuple[Lens, ...]:
    if not any(section.role == "optimizer" for section in checkpoint.sections):
        return ()
    from ..comparing.optimizers import lenses

    return lenses(checkpoint)


def _first_look(outline: Outline) -> tuple[tuple[int, ...], int]:
    """The rows to open at first, and to which depth. Attributes such as `_metadata` stay closed."""
    opened: list[int] = []
    level, count, depth = list(outline.children()), 0, 0
    while level:
        count += len(level)
        branches = [row for row in level if outline.ends[row] > row + 1 and not _is_attribute(outline.entries[row])]
        deeper = [child for row in branches for child in outline.children(row)]
        if not deeper or count + len(deeper) > FIRST_ROWS:
            break
        opened += branches
        level, depth = deeper, depth + 1
    return tuple(opened), depth


def _is_attribute(entry: Entry | None) -> bool:
    return type(entry) is Branch and entry.attribute


def _damaged(outline: Outline) -> frozenset[int]:
    """The rows that have a broken one below them."""
    found: set[int] = set()
    for row, entry in enumerate(outline.entries):
        if type(entry) is not Value and entry is not None and entry.damage:
            above = outline.parents[row]
            while above >= 0 and above not in found:
                found.add(above)
                above = outline.parents[above]
    return frozenset(found)
