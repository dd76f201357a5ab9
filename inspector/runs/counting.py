"""Which epoch comes next: what a stored number counts, found out from all else that the file says.

    counted(checkpoint, fields, field)          Counted(next=6, sentence="`epoch` is 4, and the scheduler ...")

A stored 4 may be the epoch that comes next or the one that was done last, and people count from 0 or from 1: three,
four or five epochs may be done. So whatever counts by itself is asked, the surest first: how often the scheduler was
stepped, how many losses are kept, Lightning's own account, the name of the file and of those beside it, and by which
of the three the optimizer's steps can be divided. Where nothing answers, the number itself is next: so the tutorials
have it that most people began with (`"epoch": epoch + 1`, `start_epoch = checkpoint["epoch"]`).

Why this way: one epoch more or less harms nobody, but the person must see how it was counted, and can say otherwise.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint
from ..comparing.optimizer_states import optimizer_states
from ..language import ntr, tr
from ..wording import count, one_of, plural, safe
from .field_words import convention_of
from .part_words import steps_of
from .stored import Field, count_at, entry_at

_MOST_EPOCHS = 10_000_000
_MOST_BESIDE = 2000
"""Names in the file's folder that are looked at."""
_IN_NAME = re.compile(r"ep(?:och)?s?[_=\- ]?0*(\d{1,7})(?!\d)", re.IGNORECASE)


class Counted(NamedTuple):
    """The epoch that is trained next, counted from 1."""

    next: int
    sentence: str
    """How it was counted, or what was assumed."""
    is_sure: bool
    """Whether something told, so that nothing had to be assumed."""


class _Told(NamedTuple):
    """How many epochs are done, and what says so."""

    done: int
    words: str
    is_sure: bool = True


def counted(checkpoint: Checkpoint, fields: Sequence[Field], field: Field | None) -> Counted:
    """The next epoch, from the field that has its number; None where no field has one."""
    if field is None:
        return _without_number(checkpoint, fields)
    stored = _whole(field.value)
    shown = tr("`{key}` is {stored}", key=safe(field.key, 60), stored=stored)
    if convention_of(field.key.rpartition(".")[2]) == "done":
        return _by_convention(field, stored, shown)
    possible = [done for done in (stored - 1, stored, stored + 1) if done >= 0]
    for ask in _WITNESSES:
        told = ask(checkpoint, fields, stored, possible)
        if told is not None:
            return Counted(
                told.done + 1,
                tr(
                    "{shown}, and {reason}: {conclusion}",
                    shown=shown,
                    reason=told.words,
                    conclusion=_so(told.done, stored),
                ),
                told.is_sure,
            )
    return _by_convention(field, stored, shown)


def _whole(value: object) -> int:
    return int(max(0, min(float(value), _MOST_EPOCHS))) if isinstance(value, (int, float)) and value == value else 0


def _so(done: int, stored: int) -> str:
    if done == stored + 1:
        return ntr(
            "{n} epoch is done, counted from 0 in the file.", "{n} epochs are done, counted from 0 in the file.", done
        )
    return ntr("{n} epoch is done.", "{n} epochs are done.", done)


def _by_convention(field: Field, stored: int, shown: str) -> Counted:
    convention = convention_of(field.key.rpartition(".")[2])
    if convention in ("done", "last"):
        return Counted(stored + 1, tr("{shown}: that many are done.", shown=shown), convention == "done")
    following = max(stored, 1)
    if convention == "next":
        return Counted(following, tr("{shown}: it is the next.", shown=shown), True)
    return Counted(
        following,
        tr(
            "{shown}, and nothing in the file says whether that one is done. It is taken for the next, as in most"
            " tutorials.",
            shown=shown,
        ),
        False,
    )


def _without_number(checkpoint: Checkpoint, fields: Sequence[Field]) -> Counted:
    lengths = list(_lengths(fields))
    if lengths:
        done, key = lengths[0]
        return Counted(
            done + 1,
            tr("No epoch is stored; `{key}` has {values}.", key=safe(key, 60), values=plural(done, "value")),
            False,
        )
    named = _number_in_name(checkpoint.path)
    if named is not None:
        return Counted(named + 1, tr("No epoch is stored; the name of the file says {epoch}.", epoch=named), False)
    return Counted(1, tr("No epoch is stored: counting begins at 1."), False)


# -- what counts by itself ---------------------------------------------------------------------------------------------

_Ask = Callable[[Checkpoint, Sequence[Field], int, Sequence[int]], "_Told | None"]


def _scheduler(checkpoint: Checkpoint, fields: Sequence[Field], stored: int, possible: Sequence[int]) -> _Told | None:
    for field in fields:
        if field.role == "scheduler":
            steps = count_at(entry_at(checkpoint.root, f"{field.key}.last_epoch"))
            if steps is not None and steps in possible:
                return _Told(steps, tr("the scheduler was stepped {times}", times=plural(steps, "time")))
    return None


def _histories(checkpoint: Checkpoint, fields: Sequence[Field], stored: int, possible: Sequence[int]) -> _Told | None:
    found = next(((length, key) for length, key in _lengths(fields) if length in possible), None)
    return (
        None
        if found is None
        else _Told(found[0], tr("`{key}` has {values}", key=safe(found[1], 60), values=plural(found[0], "value")))
    )


def _lengths(fields: Sequence[Field]) -> Iterator[tuple[int, str]]:
    for field in fields:
        if field.role == "history" and isinstance(field.value, tuple) and "lr" not in field.key.lower():
            yield len(field.value), field.key


def _lightning(checkpoint: Checkpoint, fields: Sequence[Field], stored: int, possible: Sequence[int]) -> _Told | None:
    """Lightning counts from 0 and saves when an epoch is over, or in the middle of one, which its loops tell."""
    if entry_at(checkpoint.root, "pytorch-lightning_version") is None:
        return None
    progress = entry_at(checkpoint.root, "loops.fit_loop.epoch_loop.batch_progress")
    if isinstance(progress, Branch):
        last = next((child for child in progress.children if child.name == "is_last_batch"), None)
        if getattr(last, "value", True) is False:
            return _Told(stored, tr("Lightning saved it in the middle of that epoch"), False)
    return _Told(stored + 1, tr("Lightning counts from 0 and saves when an epoch is over"))


def _file_name(checkpoint: Checkpoint, fields: Sequence[Field], stored: int, possible: Sequence[int]) -> _Told | None:
    named = _number_in_name(checkpoint.path)
    if named is None or named not in (stored - 1, stored):
        return None
    from_zero = _is_beside_zero(checkpoint.path)
    words = (
        tr("the file is called after epoch {epoch}, beside one of epoch 0", epoch=named)
        if from_zero
        else tr("the file is called after epoch {epoch}", epoch=named)
    )
    return _Told(named + from_zero, words, from_zero or named < stored)


def _number_in_name(path: str) -> int | None:
    found = _IN_NAME.search(os.path.basename(path))
    return int(found.group(1)) if found else None


def _is_beside_zero(path: str) -> bool:
    """Whether the folder has a file of the same name but for the number, which is 0."""
    folder, name = os.path.split(path)
    found = _IN_NAME.search(name)
    if found is None:
        return False
    wanted = re.compile(f"{re.escape(name[: found.start(1)].rstrip('0'))}0+{re.escape(name[found.end(1) :])}")
    try:
        with os.scandir(folder or ".") as entries:
            return any(wanted.fullmatch(entry.name) for entry in islice(entries, _MOST_BESIDE))
    except OSError:
        return False


def _steps(checkpoint: Checkpoint, fields: Sequence[Field], stored: int, possible: Sequence[int]) -> _Told | None:
    """Every epoch has as many steps as the others, so that the number of those that are done divides all steps."""
    steps = next((found for state in optimizer_states(checkpoint) if (found := steps_of(state))), 0)
    dividing = [done for done in possible if done and steps and steps % done == 0]
    if not dividing:
        return None
    done = dividing[1] if len(dividing) == 3 else dividing[0]  # the middle is never wrong by more than one
    others = one_of([count(each) for each in dividing if each != done])
    counts = {
        "steps": plural(steps, "step"),
        "done": count(done),
        "batches": plural(steps // done, "batch", "batches"),
    }
    words = (
        tr("the optimizer's {steps} are {done} times {batches} ({others} would fit too)", others=others, **counts)
        if others
        else tr("the optimizer's {steps} are {done} times {batches}", **counts)
    )
    return _Told(done, words, len(dividing) == 1 and stored > 1)


_WITNESSES: tuple[_Ask, ...] = (_scheduler, _histories, _lightning, _file_name, _steps)
"""The surest first."""
