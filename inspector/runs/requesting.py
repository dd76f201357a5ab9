"""Requests made of what was chosen, and what is chosen when nobody says anything: for the window and the terminal.

choices = choices_of(checkpoint, resume)
train_request(ModelSource("file", "networks.py", "Net"), {}, start, choices)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..checkpoint.entries import Checkpoint
from ..workshop.requests import ModelSource
from ..workshop.run_requests import Chosen, DataSource, Start, Test, Train
from .arguments import setting
from .choices import BATCH_SIZE, MORE_EPOCHS, Choices
from .folders import folder_for, name_for
from .optimizing import criterion_for, optimizer_of, scheduler_of
from .own_files import own_part
from .resume import Resume
from .sound_choices import sound

_MOST_BATCH = 1 << 20


def choices_of(checkpoint: Checkpoint, resume: Resume) -> Choices:
    """What is chosen when nobody says anything. What a file says that cannot be meant is left out."""
    own = _own_choices(own_part(checkpoint, "arguments")) if resume.is_own else {}
    size = setting(resume.arguments, "batch_size")
    found: dict[str, Any] = {
        "folder": folder_for(checkpoint.path),
        "name": name_for(checkpoint.path),
        "optimizer": optimizer_of(checkpoint, resume) or Chosen("Adam"),
        "scheduler": scheduler_of(checkpoint, resume),
        "criterion": criterion_for(checkpoint, resume).name,
        "batch_size": size if isinstance(size, int) and 0 < size <= _MOST_BATCH else BATCH_SIZE,
        "more_epochs": _more_epochs(resume),
    }
    return sound(Choices(**(found | own)))


def train_request(
    source: ModelSource,
    arguments: Mapping[str, object],
    start: Start | None,
    choices: Choices,
    resume: Resume | None = None,
) -> Train:
    """The request to go on from `start`, or to begin anew without one.

    With `resume` a state is only taken over by the class that it is of, and the first batches are held against the
    last loss that is stored.
    """
    given = choices._asdict()
    more = given.pop("more_epochs")
    first = start.epoch if start is not None else 1
    return Train(
        source,
        arguments,
        start=start,
        epochs=first + max(1, more) - 1,
        expected=resume.expected if resume is not None and start is not None else None,
        expected_is=resume.expected_is if resume is not None else "train_loss",
        **given,
    )


def fitting_start(start: Start, checkpoint: Checkpoint, resume: Resume, asked: Choices | Train) -> Start:
    """The start without the states of an optimizer or a scheduler of another class than the one that was chosen.

    torch would load the state of an Adam into an SGD without a word; and a scheduler takes its settings from its state,
    so that one whose settings were changed begins anew.
    """
    optimizer, scheduler = optimizer_of(checkpoint, resume), scheduler_of(checkpoint, resume)
    if optimizer is None or optimizer.name != asked.optimizer.name:
        start = start._replace(optimizer=None)
    if scheduler is None or asked.scheduler is None or not _is_same(scheduler, asked.scheduler):
        start = start._replace(scheduler=None)
    return start


def _is_same(known: Chosen, asked: Chosen) -> bool:
    """Whether it is the scheduler that left the state, as far as its settings are known."""
    both = known.options.keys() & asked.options.keys()
    return known.name == asked.name and all(_listed(asked.options[key]) == _listed(known.options[key]) for key in both)


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def test_request(
    source: ModelSource,
    arguments: Mapping[str, object],
    starts: Sequence[Start],
    choices: Choices,
    *,
    split: str = "test",  # noqa: PT028
    batch_size: int = 256,  # noqa: PT028
) -> Test:
    """The request to test one checkpoint or several of one model."""
    return Test(
        source,
        arguments,
        tuple(starts),
        choices.data,
        split=split,
        criterion=choices.criterion,
        batch_size=batch_size,
        device=choices.device,
        threads=choices.threads,
        workers=choices.workers,
    )


def own_model(checkpoint: Checkpoint) -> tuple[str, Mapping[str, object]] | None:
    """The class, as `parse_source` reads it, and the arguments that a file of our own names; None for others."""
    model = own_part(checkpoint, "model")
    name, arguments = model.get("class"), model.get("arguments")
    if not isinstance(name, str):
        return None
    return name, arguments if isinstance(arguments, Mapping) else {}


# -- defaults ----------------------------------------------------------------------------------------------------------

_PLAIN: Mapping[str, type | tuple[type, ...]] = {
    "batch_size": int, "clip": (int, float), "device": str, "amp": bool, "fused": bool, "seed": int, "name": str,
    "save_every": int, "stop_at_nan": bool, "criterion": str,
}  # fmt: skip
"""What a file of our own says and a run that goes on from it takes over as it is."""


def _own_choices(said: Mapping[str, object]) -> dict[str, Any]:
    found = {name: said[name] for name, kind in _PLAIN.items() if isinstance(said.get(name), kind)}
    data = said.get("data")
    return {**found, "data": data_of(data)} if isinstance(data, Mapping) else found


def data_of(said: Mapping[str, object]) -> DataSource:
    """A source of data as a file of our own has it; nothing is fetched for it unless somebody is asked again."""
    known = {name: said[name] for name in DataSource._fields if said.get(name) is not None and name != "download"}
    for name in ("transforms", "augmentation"):
        steps = known.get(name)
        if isinstance(steps, (list, tuple)):
            known[name] = tuple(map(str, steps))
    return DataSource(**known)  # type: ignore[arg-type]


def _more_epochs(resume: Resume) -> int:
    """Up to the end that was planned, where a run of ours says it; else a few."""
    planned = resume.arguments.get("epochs") if resume.is_own else None
    left = planned - resume.epoch + 1 if isinstance(planned, int) else 0
    return left if left > 0 else MORE_EPOCHS
