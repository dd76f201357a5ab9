"""What is looked at before the first step: does the data fit the model, the head the classes, the output the criterion.

One batch goes through the model in evaluation mode; the random number generators stand afterwards where they stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ...language import marked, tr
from ...wording import plural, shape
from ..failures import Refusal
from ..run_words import Check
from . import rng
from .adapting import adapt
from .criteria import BINARY, Criterion, scores_of
from .evaluating import evaluation_mode
from .where import described_target, placed

CRITERION = marked("The criterion does not fit")
HEAD = marked("The head does not fit the classes")
FIT = marked("The data does not fit the model")
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
            raise placed(error, model, tr("a first batch"), FIT) from error
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
        raise placed(error, model, tr("a first batch"), CRITERION) from error
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        given = shape(tuple(loss.shape)) if isinstance(loss, Tensor) else tr("a {type}", type=type(loss).__name__)
        raise Refusal(
            tr("{name} gives {given} for a batch, where one number is needed.", name=criterion.name, given=given),
            title=CRITERION,
            hint=tr("Take the mean over the batch."),
        )
    return float(loss)


def _head(criterion: Criterion, scores: Tensor, targets: Any, classes: tuple[str, ...]) -> Iterator[Check]:
    """The number of outputs against the number of classes. Raises Refusal when there are too few outputs."""
    if not criterion.classifies or not isinstance(targets, Tensor) or targets.is_floating_point() or scores.dim() < 2:
        return
    outputs, lowest, highest = scores.shape[1], int(targets.min()), int(targets.max())
    needed = max(len(classes), highest + 1)
    if outputs < needed:
        there = (
            tr("the data has {classes}", classes=plural(needed, "class", "classes"))
            if classes
            else described_target(targets)
        )
        raise Refusal(
            tr(
                "The model gives {shape}, so {classes}, and {there}.",
                shape=shape(tuple(scores.shape)),
                classes=plural(outputs, "class", "classes"),
                there=there,
            ),
            title=HEAD,
            hint=tr("Choose the data the model was made for, or a model with as many outputs."),
        )
    if lowest < 0:
        raise Refusal(tr("There is a label {label}: labels count from 0.", label=lowest), title=HEAD)
    if outputs > needed and classes:
        text = tr(
            "The model has {outputs}, the data {classes}: the rest is never right.",
            outputs=plural(outputs, "output"),
            classes=plural(needed, "class", "classes"),
        )
        yield Check(marked("Classes"), "warning", text)
    elif classes:
        yield Check(
            marked("Classes"),
            "ok",
            tr(
                "{outputs} for {classes}.",
                outputs=plural(outputs, "output"),
                classes=plural(needed, "class", "classes"),
            ),
        )


def _compared(criterion: Criterion, scores: Tensor, targets: Any) -> None:
    """Raises Refusal where the criterion would compare what torch only makes comparable by repeating it."""
    if criterion.is_own or criterion.classifies or not isinstance(targets, Tensor):
        return
    told = described_target(targets)
    if scores.numel() != targets.numel():
        message = tr(
            "The model gives {shape}, {told}: {name} compares one with one.",
            shape=shape(tuple(scores.shape)),
            told=told,
            name=criterion.name,
        )
        raise Refusal(message, title=CRITERION, hint=tr(_CLASSES))
    if criterion.name == BINARY and not targets.is_floating_point() and int(targets.max()) > 1:
        raise Refusal(
            tr("In a first batch {told}, and {name} knows 0 and 1.", told=told, name=criterion.name),
            title=CRITERION,
            hint=tr(_CLASSES),
        )


_CLASSES = marked("CrossEntropyLoss is for labels of several classes, with an output for each.")


def _kind_of_scores(criterion: Criterion, scores: Tensor) -> Iterator[Check]:
    """Whether the criterion gets the scores that it is for."""
    if scores.dim() != 2 or scores.shape[1] < 2:
        return
    values = scores.float()
    sums = values.exp().sum(1)
    are_log = bool(((sums - 1).abs() < _NEAR).all()) and bool((values <= _NEAR).all())
    are_shares = bool(((values.sum(1) - 1).abs() < _NEAR).all()) and bool((values >= 0).all())
    if criterion.name == "NLLLoss" and not are_log:
        text = tr(
            "NLLLoss wants log-probabilities (log_softmax), and the model gives raw scores: choose CrossEntropyLoss."
        )
        yield Check(marked("Output"), "warning", text)
    elif criterion.name == "CrossEntropyLoss" and are_log:
        text = tr("The model ends in log_softmax, and CrossEntropyLoss takes it once more: that changes nothing.")
        yield Check(marked("Output"), "ok", text)
    elif criterion.name == "CrossEntropyLoss" and are_shares:
        text = tr("The model ends in softmax, and CrossEntropyLoss takes it once more: it learns slowly so.")
        yield Check(marked("Output"), "warning", text)


def _criterion(criterion: Criterion, loss: float) -> Check:
    state = "ok" if torch.isfinite(torch.tensor(loss)) else "warning"
    return Check(
        marked("Criterion"),
        state,
        tr("{name}: {loss:.4g} for a first batch, in evaluation mode.", name=criterion.name, loss=loss),
    )
