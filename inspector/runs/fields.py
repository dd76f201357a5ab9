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
from collections.abc import Iterator

from ..checkpoint.entries import Branch, Checkpoint, Entry, Value
from ..checkpoint.sections import sections
from ..comparing.choosing import comparable
from ..comparing.optimizer_states import optimizer_states
from ..language import tr
from ..wording import names, number, plural, safe
from .field_words import role_of, words_of
from .own_files import is_own, own_fields
from .part_words import optimizer_words, part_words, weights_words
from .stored import Field, entry_at, is_cut, number_at, numbers_at

_DEEPEST, _MOST = 3, 1000
_CURVES = ("train_loss", "valid_loss", "accuracy", "lr")
"""Roles of numbers that a history is made of."""


def fields(checkpoint: Checkpoint) -> tuple[Field, ...]:
    """All fields of a file: weights first, then optimizers, then the others in the file's order."""
    if is_own(checkpoint):
        return own_fields(checkpoint)
    found = [*_weights(checkpoint), *_optimizers(checkpoint), *_others(checkpoint)]
    return tuple({(field.key, field.role): field for field in found}.values())


# -- the large parts ---------------------------------------------------------------------------------------------------


def _weights(checkpoint: Checkpoint) -> Iterator[Field]:
    for section in comparable(checkpoint):
        entry = entry_at(checkpoint.root, section.key)
        if section.role in ("weights", "ema") and isinstance(entry, Branch):
            yield Field(section.role, section.key, None, weights_words(entry))


def _optimizers(checkpoint: Checkpoint) -> Iterator[Field]:
    for state in optimizer_states(checkpoint):
        yield Field("optimizer", state.section, None, optimizer_words(state))


# -- all else ----------------------------------------------------------------------------------------------------------

_WHOLE = {"scheduler", "scaler", "rng", "arguments"}
"""Sections that are one field each."""
_CALLBACKS = "callbacks"
_CLOSED = {"weights", "ema", "optimizer", *_WHOLE}


def _others(checkpoint: Checkpoint) -> Iterator[Field]:
    if not any(not section.key for section in checkpoint.sections):
        yield from _in_branch(checkpoint.root, "", ())


def _in_branch(branch: Branch, prefix: str, above: tuple[str, ...]) -> Iterator[Field]:
    roles = {section.key: section.role for section in sections(branch)}
    watched = _watched(branch)
    for child in branch.children[:_MOST]:
        if isinstance(child, Branch) and child.attribute:
            continue
        meant = watched if watched and role_of(words_of(child.name)) == "monitored" else above
        yield from _of_entry(child, f"{prefix}{child.name}", roles.get(child.name, "other"), meant)


def _watched(branch: Branch) -> tuple[str, ...]:
    """What a callback such as Lightning's ModelCheckpoint watches: its `best_model_score` is the best of that."""
    for child in branch.children[:_MOST]:
        if child.name in ("monitor", "monitor_metric") and isinstance(child, Value) and isinstance(child.value, str):
            return words_of(child.value)
    return ()


def _of_entry(entry: Entry, key: str, section: str, above: tuple[str, ...]) -> Iterator[Field]:
    if section in _CLOSED and _CALLBACKS not in above:
        if section in _WHOLE and (isinstance(entry, Branch) or section == "rng"):
            yield from _whole(entry, key, section)
        return
    words = (*above, *words_of(entry.name))
    found = _as_classes(entry, key) or _as_number(entry, key, words) or _as_history(entry, key, words)
    found = found or _as_records(entry, key)
    if found is not None:
        yield found
    elif isinstance(entry, Branch) and len(above) < _DEEPEST * 3 and key.count(".") < _DEEPEST - 1:
        # Lightning calls a callback after all its settings: they say nothing of what it has found.
        yield from _in_branch(entry, f"{key}.", (_CALLBACKS,) if _CALLBACKS in words else words)


def _whole(entry: Entry, key: str, section: str) -> Iterator[Field]:
    """A part of one of the kinds that are taken as they are; a list of them (Lightning's) entry by entry."""
    if isinstance(entry, Branch) and entry.kind == "sequence" and section in ("scheduler", "scaler"):
        for child in entry.children[:_MOST]:
            if isinstance(child, Branch):
                yield Field(section, f"{key}.{child.name}", None, part_words(child, section))
        return
    yield Field(section, key, None, part_words(entry, section))


def _as_number(entry: Entry, key: str, words: tuple[str, ...]) -> Field | None:
    role = role_of(words)
    value = number_at(entry) if role else None
    return None if value is None else Field(role, key, value, number(value))


def _as_history(entry: Entry, key: str, words: tuple[str, ...]) -> Field | None:
    role = role_of(words)
    if role not in _CURVES:
        return None
    if isinstance(entry, Branch) and is_cut(entry):
        return Field("history", key, None, tr("values, {note}", note=entry.note))
    found = numbers_at(entry)
    if found is None:
        return None
    return Field(
        "history",
        key,
        found,
        tr("{values}, the last {last}", values=plural(len(found), "value"), last=number(found[-1])),
    )


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
    if not isinstance(entry, Branch) or len(entry.children) < 2 or not _all_values(entry):
        return None
    values = [(child.name, child.value) for child in entry.children if isinstance(child, Value)]
    if all(isinstance(value, str) for _, value in values):
        texts = [str(value) for _, value in values]
        if entry.kind == "mapping" and all(name.isdecimal() for name, _ in values):
            return tuple(str(value) for _, value in sorted(values, key=lambda pair: int(pair[0])))
        return tuple(texts) if entry.kind == "sequence" else None
    if entry.kind == "mapping" and sorted(map(str, dict(values).values())) == sorted(map(str, range(len(values)))):
        return tuple(name for name, _ in sorted(values, key=lambda pair: int(str(pair[1]))))
    return None


def _all_values(branch: Branch) -> bool:
    return all(isinstance(child, Value) for child in branch.children)
