"""The large parts of a training checkpoint in a few words."""

from __future__ import annotations

from ..checkpoint.entries import Branch, Entry, Tensor, walk
from ..comparing.optimizer_kinds import features_of, kind_of
from ..comparing.optimizer_states import OptimizerState
from ..language import tr
from ..wording import count, names, number, plural, safe
from .stored import count_at, number_at


def weights_words(branch: Branch) -> str:
    """`11 tensors, 567,434 numbers`."""
    tensors = [entry for _, entry in walk(branch) if isinstance(entry, Tensor)]
    numbers = sum(tensor.numel for tensor in tensors)
    return tr("{tensors}, {numbers}", tensors=plural(len(tensors), "tensor"), numbers=plural(numbers, "number"))


def optimizer_words(state: OptimizerState) -> str:
    """`Adam with 10 states, step 240`."""
    settings = dict(state.groups[0]) if state.groups else {}
    kept = sum(bool(slot.entries) for slot in state.slots)
    kind = kind_of(settings, state.entry_names) or tr("An optimizer")
    has_features = bool(features_of(settings, state.entry_names))
    states = plural(kept, "state")
    said = (
        tr("{optimizer} and {states}", optimizer=kind, states=states)
        if has_features
        else tr("{optimizer} with {states}", optimizer=kind, states=states)
    )
    steps = steps_of(state)
    return tr("{optimizer}, step {step}", optimizer=said, step=count(steps)) if steps else said


def steps_of(state: OptimizerState) -> int:
    """How many steps it has taken, by the first state that says so; 0 where none does."""
    for slot in state.slots:
        step = next((count_at(entry) for entry in slot.entries if entry.name == "step"), None)
        if step is not None:
            return step
    return 0


def part_words(entry: Entry, section: str) -> str:
    """Of a scheduler or a scaler how far it is, of anything else what it is made of."""
    children = {child.name: child for child in entry.children} if isinstance(entry, Branch) else {}
    if section == "scheduler" and (done := count_at(children.get("last_epoch"))) is not None:
        return tr("stepped {times}", times=plural(done, "time"))
    if section == "scaler" and (scale := number_at(children.get("scale"))) is not None:
        return tr("scale {scale}", scale=number(scale))
    shown = [safe(name, 40) for name in children]
    return names(shown, 4) if shown else tr("a state")
