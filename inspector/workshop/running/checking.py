"""What is looked at before the first step: does the data fit the model, the head the classes, the output the criterion.

One batch goes through the model in evaluation mode; the random number generators stand afterwards where they stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ...wording import plural, shape
from ..failures import Refusal
from ..run_words import Check
from . import rng
from .adapting import adapt
from .criteria import BINARY, Criterion, scores_of
from .evaluating import evaluation_mode
from .where import described_target, placed

CRITERION = "The criterion does not fit"
HEAD = "The head does not fit the classes"
FIT = "The data does not fit the model"
_NEAR = 1e-3
"""How far the probabilities of a sample may be from 1 in sum."""


class Tried(NamedTuple):
    """What one batch has shown."""

    output: tuple[int, ...]
    """The shape of the output."""
    checks: tuple[Check, ...]
    notes: tuple[str, ...]


def tried(
    model: nn.Module, criterion: Criterion, inputs: Any, targets: Any, classes: tuple[str, ...], autocast: Any
) -> Tried:
    """Puts a batch through `model` and the criterion. Raises Refusal or WorkshopError where that does not work."""
    with rng.unmoved(), evaluation_mode(model, inference=False), autocast():
        try:
            note = adapt(model, inputs)
            output = model(inputs)
        except Exception as error:
            raise placed(error, model, "a first batch", FIT) from error
        scores = scores_of(output)
        checks = [*_head(criterion, scores, targets, classes)]
        _compared(criterion, scores, targets)
        loss = _loss(model, criterion, output, targets)
        checks += [*_kind_of_scores(criterion, scores), _criterion(criterion, loss)]
    return Tried(tuple(scores.shape), tuple(checks), (note,) if note else ())


def _loss(model: nn.Module, criterion: Criterion, output: Any, targets: Any) -> float:
    try:
        loss = criterion(output, targets)
    except Exception as error:
        raise placed(error, model, "a first batch", CRITERION) from error
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        given = shape(tuple(loss.shape)) if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
        raise Refusal(
            f"{criterion.name} gives {given} for a batch, where one number is needed.",
            title=CRITERION,
            hint="Take the mean over the batch.",
        )
    return float(loss)


def _head(criterion: Criterion, scores: Tensor, targets: Any, classes: tuple[str, ...]) -> Iterator[Check]:
    """The number of outputs against the number of classes. Raises Refusal when there are too few outputs."""
    if not criterion.classifies or not isinstance(targets, Tensor) or targets.is_floating_point() or scores.dim() < 2:
        return
    outputs, lowest, highest = scores.shape[1], int(targets.min()), int(targets.max())
    needed = max(len(classes), highest + 1)
    if outputs < needed:
        there = f"the data has {plural(needed, 'class', 'classes')}" if classes else described_target(targets)
        raise Refusal(
            f"The model gives {shape(tuple(scores.shape))}, so {plural(outputs, 'class', 'classes')}, and {there}.",
            title=HEAD,
            hint="Choose the data the model was made for, or a model with as many outputs.",
        )
    if lowest < 0:
        raise Refusal(f"There is a label {lowest}: labels count from 0.", title=HEAD)
    if outputs > needed and classes:
        both = f"The model has {plural(outputs, 'output')}, the data {plural(needed, 'class', 'classes')}"
        yield Check("Classes", "warning", f"{both}: the rest is never right.")
    elif classes:
        yield Check("Classes", "ok", f"{plural(outputs, 'output')} for {plural(needed, 'class', 'classes')}.")


def _compared(criterion: Criterion, scores: Tensor, targets: Any) -> None:
    """Raises Refusal where the criterion would compare what torch only makes comparable by repeating it."""
    if criterion.is_own or criterion.classifies or not isinstance(targets, Tensor):
        return
    told = described_target(targets)
    if scores.numel() != targets.numel():
        message = f"The model gives {shape(tuple(scores.shape))}, {told}: {criterion.name} compares one with one."
        raise Refusal(message, title=CRITERION, hint=_CLASSES)
    if criterion.name == BINARY and not targets.is_floating_point() and int(targets.max()) > 1:
        raise Refusal(f"In a first batch {told}, and {criterion.name} knows 0 and 1.", title=CRITERION, hint=_CLASSES)


_CLASSES = "CrossEntropyLoss is for labels of several classes, with an output for each."


def _kind_of_scores(criterion: Criterion, scores: Tensor) -> Iterator[Check]:
    """Whether the criterion gets the scores that it is for."""
    if scores.dim() != 2 or scores.shape[1] < 2:
        return
    values = scores.float()
    sums = values.exp().sum(1)
    are_log = bool(((sums - 1).abs() < _NEAR).all()) and bool((values <= _NEAR).all())
    are_shares = bool(((values.sum(1) - 1).abs() < _NEAR).all()) and bool((values >= 0).all())
    if criterion.name == "NLLLoss" and not are_log:
        text = "NLLLoss wants log-probabilities (log_softmax), and the model gives raw scores: choose CrossEntropyLoss."
        yield Check("Output", "warning", text)
    elif criterion.name == "CrossEntropyLoss" and are_log:
        text = "The model ends in log_softmax, and CrossEntropyLoss takes it once more: that changes nothing."
        yield Check("Output", "ok", text)
    elif criterion.name == "CrossEntropyLoss" and are_shares:
        text = "The model ends in softmax, and CrossEntropyLoss takes it once more: it learns slowly so."
        yield Check("Output", "warning", text)


def _criterion(criterion: Criterion, loss: float) -> Check:
    state = "ok" if torch.isfinite(torch.tensor(loss)) else "warning"
    return Check("Criterion", state, f"{criterion.name}: {loss:.4g} for a first batch, in evaluation mode.")
