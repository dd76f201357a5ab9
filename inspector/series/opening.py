"""One checkpoint opened: which weights it holds, and what it says of its training."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..checkpoint.entries import Checkpoint
from ..checkpoint.reading import open_checkpoint
from ..comparing.choosing import weights
from ..comparing.optimizer_states import OptimizerState, optimizer_states
from ..errors import InspectorError
from ..language import tr
from ..runs.histories import History, history_of
from ..runs.own_files import own_part
from ..runs.part_words import steps_of
from ..runs.resume import Resume, resume_of
from .letting_go import let_go
from .members import Found, LeftOut, Member
from .naming import Name, named
from .trainer_state import TrainerState, trainer_state
from .twins import fingerprint
from .weights import weights_in

_NO_WEIGHTS = ("optimizer", "scheduler", "scaler")
"""Roles of sections that are no weights, though they hold tensors."""
_MEASURES = ("train_loss", "valid_loss", "accuracy", "best", "best_epoch", "best_accuracy", "lr")
_SHARES = ("accuracy", "best_accuracy")
_PERCENT = 1.5
"""Accuracies above this are in percent."""


class Opened(NamedTuple):
    """A checkpoint with weights."""

    found: Found
    member: Member
    """Without its place, and without twins: these are known when all are opened."""
    said: Name
    signature: bytes
    """What all have in common that have the same keys and shapes."""
    fingerprint: bytes
    """What all have in common that have the same weights as well; empty where they cannot be read."""
    keys: tuple[str, ...]
    shapes: tuple[tuple[int, ...] | None, ...]
    dtypes: frozenset[str]


def opened(found: Found) -> Opened | LeftOut:
    """Opens what was found; says why it is left out where it is no checkpoint, or one without weights."""
    try:
        checkpoint = open_checkpoint(found.path)
        section = weights(checkpoint)
        if section.role in _NO_WEIGHTS or _is_in_optimizer(checkpoint, section.key):
            return LeftOut(
                found.path, tr("It holds the state of an optimizer or the like, and no weights."), found.stamps
            )
        items = weights_in(checkpoint, section.key)
        if not items:
            return LeftOut(found.path, tr("It holds no tensors."), found.stamps)
        member = _member(found, checkpoint)._replace(section=section.key)
    except InspectorError as error:
        return LeftOut(found.path, str(error), found.stamps)
    signature = hashlib.blake2b(digest_size=16)
    for key in sorted(items):
        signature.update(repr((key, items[key].shape)).encode("utf-8", "surrogatepass"))
    dtypes = frozenset(item.dtype for item in items.values())
    said = named(os.path.dirname(found.name) or found.name, is_folder=found.is_folder)
    shapes = tuple(item.shape for item in items.values())
    done = Opened(found, member, said, signature.digest(), fingerprint(items), tuple(items), shapes, dtypes)
    del checkpoint
    let_go(items)
    return done


def _is_in_optimizer(checkpoint: Checkpoint, key: str) -> bool:
    """Whether these are an optimizer's tensors, which a file of nothing else calls `state`."""
    return any(key in (state.section, f"{state.section}.state".lstrip(".")) for state in optimizer_states(checkpoint))


# -- what it says ------------------------------------------------------------------------------------------------------


def _member(found: Found, checkpoint: Checkpoint) -> Member:
    resume = resume_of(checkpoint)
    states = optimizer_states(checkpoint)
    epoch, source = _epoch(found, checkpoint, resume)
    member = Member(
        found.path,
        found.name,
        math.nan,
        stamps=found.stamps,
        epoch=epoch,
        epoch_from=source,
        step=_step(found, resume),
        number=found.number,
        roles=found.roles,
        measures=_measures(checkpoint, resume),
        rates=_rates(states[0]) if states else (),
        steps=(steps_of(states[0]) or None) if states else None,
        is_own=resume.is_own,
    )
    return _with_trainer_state(member)


def _epoch(found: Found, checkpoint: Checkpoint, resume: Resume) -> tuple[float | None, str]:
    """The epoch as the files count it, and where it is from. Those of our own say the next one: what is done counts."""
    if resume.is_own:
        return resume.epoch - 1 + _part_of_epoch(checkpoint, resume), "file"
    field = resume.used.get("epoch")
    if field is not None and isinstance(field.value, (int, float)) and math.isfinite(field.value):
        return float(field.value), "file"
    return (None, "") if found.epoch is None else (float(found.epoch), "name")


def _part_of_epoch(checkpoint: Checkpoint, resume: Resume) -> float:
    """How much of the epoch that was begun is done: as the batches of the one before tell, or else half of it."""
    if not resume.batch:
        return 0.0
    batches = own_part(checkpoint, "history").get("batches")
    usual = batches[-1] if isinstance(batches, list) and batches else 0
    return resume.batch / usual if isinstance(usual, int) and usual > resume.batch else 0.5


def _step(found: Found, resume: Resume) -> int | None:
    for field in resume.fields:
        if field.role == "step" and isinstance(field.value, (int, float)) and 0 <= field.value < math.inf:
            return int(field.value)
    return found.step


def _measures(checkpoint: Checkpoint, resume: Resume) -> Mapping[str, float]:
    if resume.is_own:
        return _of_own(checkpoint, resume)
    said: dict[str, float] = {}
    for field in resume.fields:
        if field.role in _MEASURES and isinstance(field.value, (int, float)):
            said.setdefault(field.role, as_share(field.role, float(field.value)))
    return said


def as_share(role: str, value: float) -> float:
    """An accuracy as a share of 1, also where it is stored in percent."""
    return value / 100 if role in _SHARES and value > _PERCENT else value


def _of_own(checkpoint: Checkpoint, resume: Resume) -> dict[str, float]:
    """The last of each curve, and what was the best so far."""
    said = {role: points[-1][1] for role, points in curves_of(history_of(checkpoint, resume)) if role != "lr"}
    if resume.best is not None:
        said["best"] = resume.best
    if resume.best_epoch:
        said["best_epoch"] = float(resume.best_epoch)
    return said


def curves_of(history: History) -> Iterator[tuple[str, tuple[tuple[float, float], ...]]]:
    """The curves of a history that have points, by what they are of."""
    for role in ("train_loss", "valid_loss", "accuracy", "lr"):
        points = getattr(history, role)
        if points:
            yield role, points


def _rates(state: OptimizerState) -> tuple[float, ...]:
    found = [group.get("lr") for group in state.groups]
    return tuple(float(rate) for rate in found if isinstance(rate, (int, float)) and not isinstance(rate, bool))


def beside_of(member: Member) -> TrainerState | None:
    """What the trainer of transformers says in a file beside a model that has a folder of its own."""
    if os.path.isdir(member.path):
        return trainer_state(member.path)
    return trainer_state(os.path.dirname(member.path)) if os.path.dirname(member.name) else None


def _with_trainer_state(member: Member) -> Member:
    said = beside_of(member)
    if said is None:
        return member
    return member._replace(
        epoch=said.epoch if said.epoch is not None else member.epoch,
        epoch_from="file" if said.epoch is not None else member.epoch_from,
        step=said.step if said.step is not None else member.step,
        measures={**said.last, **member.measures},
        rates=member.rates or ((said.last["lr"],) if "lr" in said.last else ()),
    )
