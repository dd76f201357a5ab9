"""What a run that goes on from a file begins with: which parts of it, at which epoch, with which best loss.

    resume = resume_of(checkpoint)
    resume.optimizer, resume.epoch, resume.best          "optimizer", 4, 0.115395
    resume_of(checkpoint, {"epoch": 7, "best": "stats.lowest", "scheduler": None})

A correction is a role and either the key of the field that is meant, a plain value, or None for "leave it out". What
is given as text is a key where the file has such a key, and else a number.

Why this way: all that is guessed is guessed here, once, for the window and the terminal; and a correction goes the
same way as what is found, so that no place has to know which of the two it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint
from ..errors import InspectorError
from ..language import tr
from ..wording import list_of, number, safe
from .arguments import arguments_of
from .counting import Counted, counted
from .field_words import role_of, words_of
from .fields import fields
from .own_files import is_own, own_loss, own_part
from .stored import ROLES, Field, count_at, entry_at, number_at

PARTS = ("weights", "optimizer", "scheduler", "scaler", "rng")
"""Roles whose correction is a key."""
NUMBERS = ("epoch", "batch", "best", "train_loss", "valid_loss")
"""Roles whose correction may be a number."""

Corrections = Mapping[str, object]


class Resume(NamedTuple):
    """Where a run goes on."""

    weights: str | None = None
    """The key of the weights, empty for the whole file; None where the file has none. So for the other parts."""
    optimizer: str | None = None
    scheduler: str | None = None
    scaler: str | None = None
    rng: str | None = None
    epoch: int = 1
    """The next to train, counted from 1."""
    batch: int = 0
    """How many batches of it are done."""
    epoch_because: str = ""
    """A sentence: how the epoch was found."""
    epoch_is_sure: bool = True
    best: float | None = None
    """The best validation loss so far."""
    best_epoch: int = 0
    """The epoch that had it, counted from 1; 0 where it is not known."""
    expected: float | None = None
    """The last loss that is stored: what the first batches are held against."""
    expected_is: str = "train_loss"
    """`train_loss` or `valid_loss`."""
    classes: tuple[str, ...] = ()
    arguments: Mapping[str, object] = {}
    """What the file says of how it was trained, by the name of the setting: `batch_size`, `lr` ..."""
    is_own: bool = False
    """Whether a run of this program saved it."""
    fields: tuple[Field, ...] = ()
    """All that the file says."""
    used: Mapping[str, Field] = {}
    """Role -> the field that was taken for it."""
    corrected: frozenset[str] = frozenset()
    """Roles of which a person said what they are."""


def resume_of(checkpoint: Checkpoint, corrections: Corrections = {}) -> Resume:  # noqa: B006  # nobody changes it
    """Where a run of this file goes on. Raises InspectorError for a correction that makes no sense."""
    return _Reading(checkpoint, corrections).resume()


class _Reading:
    """One look at a file, with what a person said of it."""

    def __init__(self, checkpoint: Checkpoint, corrections: Corrections) -> None:
        self._checkpoint = checkpoint
        self._fields = fields(checkpoint)
        self._is_own = is_own(checkpoint)
        self._corrections = {role: self._meant(role, said) for role, said in corrections.items()}
        self._used: dict[str, Field] = {}

    def resume(self) -> Resume:
        keys = {role: self._part(role) for role in PARTS}
        epoch = self._epoch()
        best, best_epoch = self._best(epoch.next)
        expected, expected_is = self._expected()
        return Resume(
            **keys,
            epoch=epoch.next,
            batch=self._batch(),
            epoch_because=epoch.sentence,
            epoch_is_sure=epoch.is_sure,
            best=best,
            best_epoch=best_epoch,
            expected=expected,
            expected_is=expected_is,
            classes=self._classes(),
            arguments=self._arguments(),
            is_own=self._is_own,
            fields=self._fields,
            used=self._used,
            corrected=frozenset(self._corrections),
        )

    # -- what a person said --------------------------------------------------------------------------

    def _meant(self, role: str, said: object) -> object:
        """A correction as a `Field` of the file, a number, or None."""
        if role not in (*PARTS, *NUMBERS):
            raise InspectorError(
                tr("{role!r} is nothing that can be corrected.", role=safe(role)),
                hint=tr("It may be {names}.", names=list_of((*PARTS, *NUMBERS))),
            )
        if said is None:
            return None
        if isinstance(said, str):
            known = self._field(role, said)
            if known is not None:
                return known
        value = _as_number(said) if role in NUMBERS else None
        if value is None:
            raise self._unknown(role, said)
        if role in ("epoch", "batch") and (value != int(value) or value < (role == "epoch")):
            raise InspectorError(
                tr(
                    "{role} {number} cannot be: epochs are counted from 1, batches from 0.",
                    role=tr(ROLES[role]),
                    number=number(value),
                )
            )
        return value

    def _field(self, role: str, key: str) -> Field | None:
        """What stands at `key`, taken for `role`."""
        known = next((field for field in self._fields if field.key == key and field.role == role), None)
        if known is not None:
            return known
        entry = entry_at(self._checkpoint.root, key)
        if entry is None:
            return None
        if role in NUMBERS:
            value = number_at(entry)
            return None if value is None else Field(role, key, value, number(value))
        return Field(role, key, None, safe(entry.name)) if isinstance(entry, Branch) or role == "rng" else None

    def _unknown(self, role: str, said: object) -> InspectorError:
        shown = list_of([f"`{safe(field.key, 60)}`" for field in self._fields if field.role == role])
        named = {"said": safe(str(said)), "role": tr(ROLES[role]).lower()}
        return InspectorError(
            tr("{said!r} is not a number or the key of one, and so cannot be the {role}.", **named)
            if role in NUMBERS
            else tr("{said!r} is not the key of a part of the file, and so cannot be the {role}.", **named),
            hint=tr("The file has {fields}.", fields=shown) if shown else "",
        )

    # -- what is taken -------------------------------------------------------------------------------

    def _first(self, role: str) -> Field | None:
        """The field for a role: the person's, or the one that lies least deep."""
        if role in self._corrections:
            said = self._corrections[role]
            return said if isinstance(said, Field) else None
        found = [field for field in self._fields if field.role == role]
        return min(found, key=lambda field: self._rank(role, field)) if found else None

    def _rank(self, role: str, field: Field) -> tuple[int, ...]:
        later = field.key.rpartition(".")[2].lower() in ("epochs", "total_epochs")  # may be how many were planned
        return (later, field.key.count(".") if role not in PARTS else 0)

    def _part(self, role: str) -> str | None:
        field = self._first(role)
        if field is None and role == "weights" and role not in self._corrections:
            field = self._first("ema")
        if field is None:
            return None
        self._used[role] = field
        return field.key

    def _number(self, role: str) -> float | None:
        """A number that a person gave, or that of the field."""
        said = self._corrections.get(role)
        if isinstance(said, (int, float)):
            return said
        field = self._first(role)
        if field is None or not isinstance(field.value, (int, float)) or not math.isfinite(field.value):
            return None
        self._used[role] = field
        return field.value

    def _epoch(self) -> Counted:
        said = self._corrections.get("epoch")
        if isinstance(said, (int, float)):
            return Counted(int(said), tr("You said that epoch {epoch} is next.", epoch=int(said)), True)
        field = self._first("epoch")
        if field is not None:
            self._used["epoch"] = field
        epoch = count_at(entry_at(self._checkpoint.root, field.key)) if field is not None else None
        if self._is_own and field is not None and field.key == "epoch" and epoch is not None:
            return self._own_epoch(epoch)
        return counted(self._checkpoint, self._fields, field)

    def _batch(self) -> int:
        return max(0, int(self._number("batch") or 0))

    def _own_epoch(self, epoch: int) -> Counted:
        batch = self._batch()
        words = (
            tr("A run of this program saved it after batch {batch} of epoch {epoch}.", batch=batch, epoch=epoch)
            if batch
            else tr("A run of this program saved it before epoch {epoch}.", epoch=epoch)
        )
        return Counted(max(epoch, 1), words, True)

    def _best(self, following: int) -> tuple[float | None, int]:
        """The one that is stored as the best; else the lowest of a curve, or the last validation loss."""
        best = self._number("best")
        if best is None and "best" not in self._corrections and not self._is_own:
            best = self._lowest()
        at = self._number("best_epoch")
        return best, int(at) if at is not None and 0 < at < following and self._is_own else 0

    def _lowest(self) -> float | None:
        for field in self._histories("valid_loss"):
            finite = [float(value) for value in field.value if math.isfinite(value)]  # type: ignore[attr-defined]
            if finite:
                self._used["best"] = field
                return min(finite)
        last = self._first("valid_loss")
        if last is None or not isinstance(last.value, (int, float)) or not math.isfinite(last.value):
            return None
        self._used["best"] = last
        return float(last.value)

    def _expected(self) -> tuple[float | None, str]:
        """The last training loss, or else the last validation loss, or else the best of them."""
        if self._is_own and not {"train_loss", "valid_loss"} & self._corrections.keys():
            return own_loss(self._checkpoint), "train_loss"
        for role in ("train_loss", "valid_loss"):
            value = self._number(role)
            value = self._last(role) if value is None and role not in self._corrections else value
            if value is not None:
                return float(value), role
        best = self._number("best")
        return (None if best is None else float(best)), "valid_loss"

    def _last(self, role: str) -> float | None:
        for field in self._histories(role):
            last = field.value[-1]  # type: ignore[index]
            if math.isfinite(last):
                self._used[role] = field
                return float(last)
        return None

    def _histories(self, role: str) -> Iterator[Field]:
        """The stored curves of a role, as lists of numbers."""
        for field in self._fields:
            if field.role == "history" and isinstance(field.value, tuple) and role_of(words_of(field.key)) == role:
                yield field

    def _arguments(self) -> Mapping[str, object]:
        if self._is_own:
            return own_part(self._checkpoint, "arguments")
        return arguments_of(self._checkpoint, self._fields)

    def _classes(self) -> tuple[str, ...]:
        field = self._first("classes")
        if field is None or not isinstance(field.value, tuple):
            return ()
        self._used["classes"] = field
        return field.value


def _as_number(said: object) -> float | None:
    if isinstance(said, bool):
        return None
    try:
        value = float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return (int(value) if value == int(value) else value) if math.isfinite(value) else None
