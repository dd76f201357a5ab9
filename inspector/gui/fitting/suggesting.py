"""Which model is likely meant: what the checkpoint names, what lies beside it, what its names and shapes look like."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...language import ntr, tr

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...comparing.sides import Side
    from ...workshop.trying import Candidate

_MOST_EQUALS = 3
"""Builders that fit equally well and are each offered."""
_MOST_BESIDE = 3
_MOST_TRIED = 8
"""Classes that were tried and are shown."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A model to begin with."""

    text: str
    """As `choices.choice_of` takes it."""
    why: str
    """A sentence."""
    arguments: Mapping[str, object] = field(default_factory=dict)


def suggestions(checkpoint: Checkpoint, side: Side) -> tuple[Suggestion, ...]:
    """The likeliest first; each model once."""
    found: dict[str, Suggestion] = {}
    for each in (*_named(checkpoint), *_beside(checkpoint, side), *_looks_like(side)):
        found.setdefault(each.text, each)
    return tuple(found.values())


def tried(candidates: Sequence[Candidate]) -> tuple[Suggestion, ...]:
    """The classes that were tried, the one that fits best first, with what came of it."""
    return tuple(
        Suggestion(str(each.source), _came_of(each), each.solution.arguments if each.solution is not None else {})
        for each in candidates[:_MOST_TRIED]
    )


def _came_of(candidate: Candidate) -> str:
    solution = candidate.solution
    if solution is None:
        return candidate.failure
    given = ", ".join(f"{name}={value!r}" for name, value in solution.arguments.items())
    if solution.fits:
        return tr("Every key fits with {arguments}.", arguments=given) if given else tr("Every key fits.")
    return ntr("{n} key does not fit.", "{n} keys do not fit.", solution.left)


def builders() -> tuple[str, ...]:
    """The names of torchvision's builders, as they are written into the field."""
    from ...comparing.signatures import table

    return tuple(f"torchvision:{name}" for name in sorted(signature.name for signature in table().signatures))


def _named(checkpoint: Checkpoint) -> Iterator[Suggestion]:
    from ...workshop.filling import model_named

    source = model_named(checkpoint)
    if source is not None:
        yield Suggestion(str(source), tr("The file names it."))


def _beside(checkpoint: Checkpoint, side: Side) -> Iterator[Suggestion]:
    from ...workshop.code_beside import classes_beside

    name = side.modules.get("", "").rpartition(".")[2]
    for source in classes_beside(checkpoint.path, [item.key for item in side.items], name)[:_MOST_BESIDE]:
        why = tr("{file} beside it has a class with the same names.", file=os.path.basename(source.path))
        yield Suggestion(str(source), why)


def _looks_like(side: Side) -> Iterator[Suggestion]:
    from ...comparing.architectures import UNKNOWN, identify

    found = identify(side)
    if found.kind != UNKNOWN:
        for name in found.builders[:_MOST_EQUALS]:
            yield Suggestion(f"torchvision:{name}", found.sentence, found.arguments)
