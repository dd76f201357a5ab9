"""A sample or a batch as (inputs, target), whatever the user's data set calls them.

Pairs are taken as they are; of a dict the entries are taken whose names say what they are. Everything else is refused
with what it is: a guess would train on the wrong thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from ...language import marked, tr
from ...wording import names as listed
from ...wording import safe
from ..failures import Refusal
from .array_names import INPUTS, TARGETS, meaning_of

TITLE = marked("The data does not fit")
_MORE = {INPUTS: ("pixel_values", "input_ids"), TARGETS: ("label_ids", "fine_label")}
"""Names that are usual in data sets of Hugging Face."""


class Pairs:
    """A data set whose samples are pairs."""

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        inputs, target = pair_of(self.dataset[index])
        # A Python float would become a tensor of float64, and the loss with it.
        return inputs, torch.tensor(target, dtype=torch.float32) if isinstance(target, float) else target


class PairedBatch:
    """What puts a user's samples together, with a pair as its result."""

    def __init__(self, collate: Callable[[Any], Any]) -> None:
        self.collate = collate

    def __call__(self, samples: Sequence[Any]) -> tuple[Any, Any]:
        return batch_of(self.collate(samples))


def pair_of(sample: Any, what: str = "sample") -> tuple[Any, Any]:
    """(inputs, target). Raises Refusal."""
    if isinstance(sample, (tuple, list)) and len(sample) == 2:
        return sample[0], sample[1]
    if isinstance(sample, Mapping):
        return _of_dict(sample, what)
    kind = tr("a {type}", type=type(sample).__name__)
    if isinstance(sample, (tuple, list)):
        kind = tr("a {type} of {number}", type=type(sample).__name__, number=len(sample))
    hint = tr("Return a pair from __getitem__: the input, and its label or target.")
    raise Refusal(
        tr("A batch of the data is {kind}, and no pair (inputs, target).", kind=kind)
        if what == "batch"
        else tr("A sample of the data is {kind}, and no pair (inputs, target).", kind=kind),
        title=TITLE,
        hint=hint,
    )


def batch_of(batch: Any) -> tuple[Any, Any]:
    """The same for a batch, whose inputs are a tensor. Raises Refusal."""
    inputs, targets = pair_of(batch, "batch")
    if not isinstance(inputs, torch.Tensor):
        kind = type(inputs).__name__
        hint = tr("What the loader's collate_fn returns first goes into the model: a tensor.")
        raise Refusal(tr("The inputs of a batch are a {type}, and no tensor.", type=kind), title=TITLE, hint=hint)
    is_double = isinstance(targets, torch.Tensor) and targets.dtype == torch.float64
    return inputs, targets.to(torch.float32) if is_double else targets


def _of_dict(sample: Mapping[Any, Any], what: str) -> tuple[Any, Any]:
    found: dict[str, str] = {}
    for name in map(str, sample):
        meaning = meaning_of(name)
        role = meaning.role if meaning else next((role for role, known in _MORE.items() if name in known), "")
        found.setdefault(role, name)
    if INPUTS in found and TARGETS in found:
        return sample[found[INPUTS]], sample[found[TARGETS]]
    has = listed([safe(name) for name in map(str, sample)], 6)
    hint = tr("Call them x and y, image and label, or return a pair (inputs, target).")
    message = (
        tr("A batch of the data has {keys}: which are inputs and which the target is not clear.", keys=has)
        if what == "batch"
        else tr("A sample of the data has {keys}: which are inputs and which the target is not clear.", keys=has)
    )
    raise Refusal(message, title=TITLE, hint=hint)
