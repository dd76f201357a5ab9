"""The files that a run of this program saves, read without torch: `workshop.running.states` tells what is in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ..checkpoint.entries import Branch, Checkpoint, Tensor
from ..comparing.optimizer_states import optimizer_states
from ..language import tr
from ..wording import names, number, plural, safe
from ..workshop.run_requests import Chosen
from .part_words import optimizer_words, part_words, weights_words
from .stored import Field, entry_at, number_at, plain_at

_MARK = "versions.checkpoint_inspector"
_ALWAYS = ("epoch", "batch", "state_dict", "optimizer", "rng", "sums", "history")
_CURVES = ("train_loss", "valid_loss")
_SOMETIMES = ("scheduler", "scaler", "rng")
_SHOWN = ("batch_size", "criterion", "seed")


def is_own(checkpoint: Checkpoint) -> bool:
    """Whether a run of this program saved the file."""
    return entry_at(checkpoint.root, _MARK) is not None and all(
        entry_at(checkpoint.root, key) is not None for key in _ALWAYS
    )


def own_fields(checkpoint: Checkpoint) -> tuple[Field, ...]:
    """All that such a file says, as `fields.fields` does of others."""
    return (*_parts(checkpoint), *_numbers(checkpoint), *_described(checkpoint), *_curves(checkpoint))


def own_part(checkpoint: Checkpoint, name: str) -> Mapping[str, object]:
    """A part of such a file as plain values: `model`, `data`, `arguments`. Empty where there is none."""
    found = plain_at(checkpoint.root, name)
    return found if isinstance(found, dict) else {}


def own_chosen(checkpoint: Checkpoint, role: str) -> Chosen | None:
    """The `optimizer` or the `scheduler` that the run was asked for; None where it had none."""
    said = own_part(checkpoint, "arguments").get(role)
    if not isinstance(said, Mapping) or not isinstance(said.get("name"), str):
        return None
    options = said.get("options")
    return Chosen(str(said["name"]), dict(options) if isinstance(options, Mapping) else {})


def own_loss(checkpoint: Checkpoint) -> float | None:
    """The training loss, latest: the mean over the epoch that was begun, or else over the one before it."""
    total, samples = (number_at(entry_at(checkpoint.root, f"sums.{name}")) for name in ("loss", "samples"))
    if total is not None and samples and math.isfinite(total):
        return total / samples
    losses = own_part(checkpoint, "history").get("train_loss")
    last = losses[-1] if isinstance(losses, list) and losses else None
    return float(last) if isinstance(last, (int, float)) and math.isfinite(last) else None


def _parts(checkpoint: Checkpoint) -> Iterator[Field]:
    for role, key in (("weights", "state_dict"), ("optimizer", "optimizer"), *((each, each) for each in _SOMETIMES)):
        entry = entry_at(checkpoint.root, key)
        if isinstance(entry, Branch):
            yield Field(role, key, None, _words(checkpoint, role, entry))


def _words(checkpoint: Checkpoint, role: str, entry: Branch) -> str:
    if role == "weights":
        return weights_words(entry)
    if role == "optimizer":
        state = next((state for state in optimizer_states(checkpoint) if state.section == role), None)
        return optimizer_words(state) if state is not None else tr("a state")
    if role == "rng":
        return tr(
            "the states of {names}", names=names([child.name for child in entry.children if child.name != "seed"], 4)
        )
    return part_words(entry, role)


def _numbers(checkpoint: Checkpoint) -> Iterator[Field]:
    for role, key in (("epoch", "epoch"), ("batch", "batch"), ("best", "valid_loss_min"), ("best_epoch", "best_epoch")):
        value = number_at(entry_at(checkpoint.root, key))
        if value is not None:
            yield Field(role, key, value, number(value))


def _described(checkpoint: Checkpoint) -> Iterator[Field]:
    classes = own_part(checkpoint, "data").get("classes")
    if isinstance(classes, list) and classes:
        told = tuple(map(str, classes))
        yield Field("classes", "data.classes", told, names([safe(name, 40) for name in told], 4))
    arguments = own_part(checkpoint, "arguments")
    shown = [f"{name} {safe(str(arguments[name]), 40)}" for name in _SHOWN if name in arguments]
    yield Field("arguments", "arguments", None, names(shown, 4) or tr("all that steered training"))


def _curves(checkpoint: Checkpoint) -> Iterator[Field]:
    """What the curves come to; the values themselves are read by `histories`."""
    history = own_part(checkpoint, "history")
    for name in _CURVES:
        values = history.get(name)
        numbers = [value for value in values if isinstance(value, (int, float))] if isinstance(values, list) else []
        if numbers:
            told = tr("{epochs}, the last {last}", epochs=plural(len(numbers), "epoch"), last=number(numbers[-1]))
            yield Field("history", f"history.{name}", tuple(map(float, numbers)), told)
    losses = entry_at(checkpoint.root, "history.batch_losses")
    if isinstance(losses, Tensor) and losses.numel:
        yield Field("history", "history.batch_losses", None, plural(losses.numel, "batch", "batches"))
