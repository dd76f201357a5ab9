"""What a training checkpoint says of the training, field by field, whatever its author called it.

    for field in fields(checkpoint):
        field.role, field.key, field.text        # "best", "valid_loss_min", "0.115395"

Names are cut into words: `best_val_loss`, `bestValLoss` and `min-valid-loss` are one and the same. What is nested (in
`trainer_state`, `metrics`, `history`) is looked for two levels deep, but never in weights or in an optimizer.

Why this way: nobody agreed on names, so that each role is a question to the words of a name and to what stands under
it, and not a list of names. What is found is shown, and a person may say otherwise (see `resume`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint, Entry, Tensor, Value, walk
from ..checkpoint.sections import sections
from ..comparing.choosing import comparable
from ..comparing.optimizer_kinds import kind_of
from ..comparing.optimizer_states import OptimizerState, optimizer_states
from ..errors import InspectorError
from ..wording import count, names, number, plural, safe
from ..workshop.run_requests import Keys
from .field_words import role_of, words_of

ROLES: Mapping[str, str] = {
    "weights": "Weights",
    "ema": "Averaged weights",
    "optimizer": "Optimizer",
    "scheduler": "Scheduler",
    "scaler": "AMP scaler",
    "epoch": "Epoch",
    "batch": "Batch",
    "step": "Step",
    "best": "Best validation loss",
    "best_epoch": "Best epoch",
    "best_accuracy": "Best accuracy",
    "train_loss": "Training loss",
    "valid_loss": "Validation loss",
    "accuracy": "Accuracy",
    "lr": "Learning rate",
    "planned": "Epochs planned",
    "rng": "RNG states",
    "history": "History",
    "classes": "Class names",
    "arguments": "Arguments",
    "monitored": "Monitored value",
}
"""Role -> what people call it."""

_DEEPEST, _MOST = 3, 1000
_NUMBERS = 2
"""So many numbers in a list are a history, and not one value for each of a few groups."""
_CURVES = ("train_loss", "valid_loss", "accuracy", "lr")
"""Roles of numbers that a history is made of."""


class Field(NamedTuple):
    """One thing that a file says of its training."""

    role: str
    """One of `ROLES`."""
    key: str
    """Where it stands, the names joined by dots; empty for the whole file."""
    value: object
    """A number, a text, a tuple of names or of numbers; None for what has many parts."""
    text: str
    """The same in a few words: `4`, `Adam with 10 states, step 240`."""


def fields(checkpoint: Checkpoint) -> tuple[Field, ...]:
    """All fields of a file: weights first, then optimizers, then the others in the file's order."""
    found = [*_weights(checkpoint), *_optimizers(checkpoint), *_others(checkpoint)]
    return tuple({(field.key, field.role): field for field in found}.values())


def entry_at(root: Branch, key: str) -> Entry | None:
    """What stands at `key`; None when nothing does."""
    found = way_to(root, key)
    return found[-1] if found else None


def way_to(root: Branch, key: str) -> tuple[Entry, ...]:
    """The entries from the root down to that at `key`; empty when nothing stands there. A name may have dots in it."""
    if not key:
        return (root,)
    for child in root.children:
        if child.name == key:
            return (root, child)
        if isinstance(child, Branch) and key.startswith(f"{child.name}."):
            below = way_to(child, key[len(child.name) + 1 :])
            if below:
                return (root, *below)
    return ()


def keys_to(root: Branch, key: str) -> Keys | None:
    """The way to `key` as keys of a loaded file; None where a key might be no text, or leads through an object."""
    way = way_to(root, key)
    found: list[str | int] = []
    for above, entry in pairwise(way):
        if not isinstance(above, Branch) or (above.kind, entry.name.isdigit()) not in _KNOWN:
            return None
        found.append(int(entry.name) if above.kind == "sequence" else entry.name)
    return tuple(found) if way else None


_KNOWN = (("mapping", False), ("sequence", True))
"""Kinds of branches and whether the name is a number: a number in a dict may be one or the text of one."""


def number_at(entry: Entry | None) -> float | int | None:
    """A number, also one that was saved as a tensor of one element; None for all else."""
    if isinstance(entry, Value):
        return _plain_number(entry.value)
    if isinstance(entry, Tensor) and entry.numel == 1 and len(entry.shape) <= 1:
        return _number_of(entry)
    return None


def _number_of(tensor: Tensor) -> float | int | None:
    from ..checkpoint.arrays import read

    try:
        return _plain_number(read(tensor).reshape(-1)[0].item())
    except InspectorError:
        return None


def _plain_number(value: object) -> float | int | None:
    """A number that torch has as well: a pickle may hold whole numbers of any length."""
    if isinstance(value, float):
        return value
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63 else None


def numbers_at(entry: Entry | None) -> tuple[float, ...] | None:
    """A list, tuple or one-dimensional tensor of two numbers or more; None for all else."""
    if isinstance(entry, Tensor) and len(entry.shape) == 1 and entry.numel >= _NUMBERS:
        return _numbers_of(entry)
    if not isinstance(entry, Branch) or entry.kind != "sequence" or len(entry.children) < _NUMBERS:
        return None
    if not all(isinstance(child, (Value, Tensor)) for child in entry.children):
        return None
    found = [number_at(child) for child in entry.children]
    return None if None in found else tuple(map(float, found))  # type: ignore[arg-type]


def _numbers_of(tensor: Tensor) -> tuple[float, ...] | None:
    from ..checkpoint.arrays import read

    if tensor.dtype in ("bool", "uint8") or tensor.dtype.startswith("complex"):
        return None
    try:
        return tuple(map(float, read(tensor).reshape(-1).tolist()))
    except InspectorError:
        return None


# -- the large parts ---------------------------------------------------------------------------------------------------


def _weights(checkpoint: Checkpoint) -> Iterator[Field]:
    for section in comparable(checkpoint):
        entry = entry_at(checkpoint.root, section.key)
        if section.role in ("weights", "ema") and isinstance(entry, Branch):
            yield Field(section.role, section.key, None, weights_words(entry))


def weights_words(branch: Branch) -> str:
    """`11 tensors, 567,434 numbers`."""
    tensors = [entry for _, entry in walk(branch) if isinstance(entry, Tensor)]
    return f"{plural(len(tensors), 'tensor')}, {plural(sum(tensor.numel for tensor in tensors), 'number')}"


def _optimizers(checkpoint: Checkpoint) -> Iterator[Field]:
    for state in optimizer_states(checkpoint):
        yield Field("optimizer", state.section, None, optimizer_words(state))


def optimizer_words(state: OptimizerState) -> str:
    """`Adam with 10 states, step 240`."""
    settings = dict(state.groups[0]) if state.groups else {}
    kept = sum(bool(slot.entries) for slot in state.slots)
    kind = kind_of(settings, state.entry_names) or "An optimizer"
    joined = "and" if " with " in kind else "with"
    steps = steps_of(state)
    return f"{kind} {joined} {plural(kept, 'state')}" + (f", step {count(steps)}" if steps else "")


def steps_of(state: OptimizerState) -> int:
    """How many steps it has taken, by the first state that says so; 0 where none does."""
    for slot in state.slots:
        step = next((number_at(entry) for entry in slot.entries if entry.name == "step"), None)
        if step is not None:
            return int(step) if 0 <= step < 1 << 62 else 0
    return 0


# -- all else ----------------------------------------------------------------------------------------------------------

_WHOLE = {"scheduler", "scaler", "rng", "arguments"}
"""Sections that are one field each."""
_CLOSED = {"weights", "ema", "optimizer", *_WHOLE}


def _others(checkpoint: Checkpoint) -> Iterator[Field]:
    if not any(not section.key for section in checkpoint.sections):
        yield from _in_branch(checkpoint.root, "", ())


def _in_branch(branch: Branch, prefix: str, above: tuple[str, ...]) -> Iterator[Field]:
    roles = {section.key: section.role for section in sections(branch)}
    for child in branch.children[:_MOST]:
        if isinstance(child, Branch) and child.attribute:
            continue
        yield from _of_entry(child, f"{prefix}{child.name}", roles.get(child.name, "other"), above)


def _of_entry(entry: Entry, key: str, section: str, above: tuple[str, ...]) -> Iterator[Field]:
    if section in _CLOSED:
        if section in _WHOLE and (isinstance(entry, Branch) or section == "rng"):
            yield from _whole(entry, key, section)
        return
    words = (*above, *words_of(entry.name))
    found = _as_classes(entry, key) or _as_number(entry, key, words) or _as_history(entry, key, words)
    found = found or _as_records(entry, key)
    if found is not None:
        yield found
    elif isinstance(entry, Branch) and len(above) < _DEEPEST * 3 and key.count(".") < _DEEPEST - 1:
        yield from _in_branch(entry, f"{key}.", words)


def _whole(entry: Entry, key: str, section: str) -> Iterator[Field]:
    """A part of one of the kinds that are taken as they are; a list of them (Lightning's) entry by entry."""
    if isinstance(entry, Branch) and entry.kind == "sequence" and section in ("scheduler", "scaler"):
        for child in entry.children[:_MOST]:
            if isinstance(child, Branch):
                yield Field(section, f"{key}.{child.name}", None, _part_words(child, section))
        return
    yield Field(section, key, None, _part_words(entry, section))


def _part_words(entry: Entry, section: str) -> str:
    children = {child.name: child for child in entry.children} if isinstance(entry, Branch) else {}
    if section == "scheduler" and (done := number_at(children.get("last_epoch"))) is not None:
        return f"stepped {plural(int(done), 'time')}"
    if section == "scaler" and (scale := number_at(children.get("scale"))) is not None:
        return f"scale {number(scale)}"
    shown = [safe(name, 40) for name in children]
    return names(shown, 4) if shown else "a state"


def _as_number(entry: Entry, key: str, words: tuple[str, ...]) -> Field | None:
    role = role_of(words)
    value = number_at(entry) if role else None
    return None if value is None else Field(role, key, value, number(value))


def _as_history(entry: Entry, key: str, words: tuple[str, ...]) -> Field | None:
    role = role_of(words)
    if role not in _CURVES:
        return None
    found = numbers_at(entry)
    if found is None:
        return None
    return Field("history", key, found, f"{count(len(found))} values, the last {number(found[-1])}")


def _as_records(entry: Entry, key: str) -> Field | None:
    """A list of dicts that each say a loss, or an accuracy, of some epoch."""
    if not isinstance(entry, Branch) or entry.kind != "sequence" or not entry.children:
        return None
    rows = [child for child in entry.children if isinstance(child, Branch) and child.kind == "mapping"]
    telling = [row for row in rows if any(role_of(words_of(child.name)) in _CURVES for child in row.children[:_MOST])]
    if len(rows) < len(entry.children) or not telling:
        return None
    return Field("history", key, None, plural(len(rows), "record"))


def _as_classes(entry: Entry, key: str) -> Field | None:
    """The names of the classes in the order of their labels."""
    if not re.fullmatch(r"(class(es)?(_names|_labels)?|class_to_idx|idx_to_class|labels?_names|label_map|id2label|"
                        r"label2id|categories)", entry.name.lower()):  # fmt: skip
        return None
    found = _class_names(entry)
    return None if found is None else Field("classes", key, found, names([safe(name, 40) for name in found], 4))


def _class_names(entry: Entry) -> tuple[str, ...] | None:
    if not isinstance(entry, Branch) or len(entry.children) < _NUMBERS or not _all_values(entry):
        return None
    values = [(child.name, child.value) for child in entry.children if isinstance(child, Value)]
    if all(isinstance(value, str) for _, value in values):
        texts = [str(value) for _, value in values]
        if entry.kind == "mapping" and all(name.isdigit() for name, _ in values):
            return tuple(str(value) for _, value in sorted(values, key=lambda pair: int(pair[0])))
        return tuple(texts) if entry.kind == "sequence" else None
    if entry.kind == "mapping" and sorted(map(str, dict(values).values())) == sorted(map(str, range(len(values)))):
        return tuple(name for name, _ in sorted(values, key=lambda pair: int(str(pair[1]))))
    return None


def _all_values(branch: Branch) -> bool:
    return all(isinstance(child, Value) for child in branch.children)
