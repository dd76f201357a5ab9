"""What the checkpoint says of a setup: the module that it may hold, what it has for a resume, the list of needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from ...workshop.requests import ModelSource

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...runs.optimizing import Recognised
    from ...runs.preflight import Need
    from ...runs.resume import Resume
    from ...runs.scheduling import RecognisedScheduler


class ReadSetup(NamedTuple):
    """One file, with what a person says instead of what it says."""

    resume: Resume
    needs: tuple[Need, ...]
    optimizer: Recognised
    scheduler: RecognisedScheduler


def module_in(checkpoint: Checkpoint) -> ModelSource | None:
    """The whole module, or TorchScript, that the file holds; None where it holds no more than weights."""
    from ...checkpoint.entries import Branch

    if checkpoint.format == "torchscript":
        return ModelSource("torchscript", checkpoint.path, "")
    if checkpoint.root.kind == "module":
        return ModelSource("module", checkpoint.path, "")
    inside = (each for each in checkpoint.root.children if isinstance(each, Branch) and each.kind == "module")
    found = next(inside, None) if checkpoint.root.kind == "mapping" else None
    return ModelSource("module", checkpoint.path, found.name) if found is not None else None


def read(checkpoint: Checkpoint, corrections: Mapping[str, object]) -> ReadSetup:
    """Reads it. Raises InspectorError for a correction that makes no sense."""
    from ...runs.optimizing import recognised_optimizer
    from ...runs.preflight import preflight
    from ...runs.resume import resume_of
    from ...runs.scheduling import recognised_scheduler

    resume = resume_of(checkpoint, corrections)
    return ReadSetup(
        resume,
        preflight(checkpoint, resume),
        recognised_optimizer(checkpoint, resume),
        recognised_scheduler(checkpoint, resume),
    )
