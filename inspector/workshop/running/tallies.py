"""What a test adds up, batch by batch: the loss always, and what else the outputs and targets allow.

    [n, classes], labels [n]               accuracy, top-k, confusion matrix, examples
    [n] or [n, 1], targets 0 and 1         the same, for BCEWithLogitsLoss: two classes, the second one above 0
    [n, classes], targets 0 and 1 alike    BCEWithLogitsLoss: how many of the single decisions are right, as a note
    anything, targets of its shape         the mean absolute error, as a note

A dict or a tuple is judged by its `logits`, or the first tensor in it. What does not go together is refused with both
shapes, before a criterion sees it: on a GPU a label that is too large would end the process.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ...language import marked, tr
from ...wording import count, names, plural, safe, shape, share
from ..failures import Refusal
from ..run_words import Example
from .criteria import BINARY, Criterion, scores_of
from .data import Data, Pile
from .devices import moved
from .finite import not_finite_parameters
from .permuted import hint
from .scores import LOG_SHARES, MOST_CLASSES, RAW, SHARES, ClassScores, Counts, kind_of, two_columns

TITLE = marked("Model and data do not fit")
_NO_CLASSES = Counts(None, 0, None, (), 0)


class Result(NamedTuple):
    """What came of it."""

    loss: float
    counts: Counts
    notes: tuple[str, ...]


class Tally:
    """Takes the outputs of a model, in the order of the split. `samples` says how many there were."""

    def __init__(self, criterion: Criterion, data: Data, device: torch.device, top: int, examples: int) -> None:
        self.samples = 0
        self.classes: tuple[str, ...] = ()
        self.notes: list[str] = []
        self._criterion, self._data, self._device = criterion, data, device
        self._top, self._examples = top, examples
        self._loss = torch.zeros((), dtype=_widest(device), device=device)
        self._scores: ClassScores | None = None
        self._distance: Distance | None = None
        self._are_shares = False

    def add(self, output: Any, targets: Any, inputs: Any = None) -> None:
        """Output and targets of the next batch, and its inputs where they cannot be fetched again for the examples.

        Raises Refusal for what does not go together.
        """
        if isinstance(output, Tensor) and output.dtype in (torch.float16, torch.bfloat16):
            output = output.float()  # a loss of half precision tells little
        scores = scores_of(output)
        if not self.samples:
            self._begin(output, scores, targets)
        labels = self._labels(scores, targets) if self._scores is not None else None
        targets = moved(targets, self._device)
        loss = self._criterion(output, targets).detach()
        self._loss += (loss if loss.dim() == 0 else loss.mean()).to(self._loss.dtype) * len(scores)
        if labels is not None and self._scores is not None:
            columns = scores if self._criterion.classifies else two_columns(scores)
            shown = inputs if isinstance(inputs, Tensor) and len(inputs) == len(scores) else None
            self._scores.add(columns, moved(labels, self._device), self._are_shares, shown)
        elif self._distance is not None:
            self._distance.add(scores, self._criterion.fitting(scores, targets))
        self.samples += len(scores)

    def wait(self) -> None:
        """Until the device has done what it was given."""
        self._loss.item()

    def result(self, model: nn.Module) -> Result:
        """Waits for the device."""
        loss = float(self._loss) / self.samples if self.samples else float("nan")
        counts = _NO_CLASSES if self._scores is None else self._scores.counts()
        distance = [] if self._distance is None else [self._distance.text()]
        return Result(loss, counts, (*self.notes, *distance, *self._hints(counts, model)))

    def examples(self, pile: Pile) -> tuple[Example, ...]:
        """The most confidently wrong of `pile`, from which the batches came."""
        return () if self._scores is None else self._scores.wrong.examples(self._data, pile)

    # -- what it is that is added up ----------------------------------------------------------------------------

    def _begin(self, output: Any, scores: Tensor, targets: Any) -> None:
        self.notes += _part(output, scores)
        if not _are_alike(scores, targets):
            self._not_alike(scores, targets)
        elif self._criterion.classifies and not targets.is_floating_point() and targets.dim() == 1 < scores.dim() == 2:
            self._begin_classes(scores)
        elif self._criterion.name == BINARY and scores.numel() == targets.numel() == len(scores):
            self._begin_binary()
        elif not self._criterion.classifies:
            self._begin_distance(scores, targets)
        else:
            text = tr(
                "The model gives {scores} for targets of {targets}, and not one class for each sample: only the loss "
                "is measured.",
                scores=_shape(scores),
                targets=_shape(targets),
            )
            self.notes.append(text)

    def _not_alike(self, scores: Tensor, targets: Any) -> None:
        """Only a criterion of the user's may know what to do with that."""
        if not self._criterion.is_own or not scores.dim():
            there = _shape(targets) if isinstance(targets, Tensor) else tr("a {type}", type=type(targets).__name__)
            raise Refusal(
                tr("The model gives {scores}, the targets are {targets}.", scores=_shape(scores), targets=there),
                title=TITLE,
            )
        self.notes.append(tr("The targets are no labels: only the loss is measured."))

    def _begin_classes(self, scores: Tensor) -> None:
        given, known = scores.shape[1], len(self._data.classes)
        if given < max(known, 2):
            scores_words = plural(given, "score")
            raise Refusal(
                tr(
                    "The model gives {scores} for each sample, the data has {known} classes.",
                    scores=scores_words,
                    known=known,
                )
                if known
                else tr("The model gives {scores} for each sample, one class is none.", scores=scores_words),
                title=TITLE,
                hint=tr("Choose other data, or BCEWithLogitsLoss.")
                if given == 1
                else tr("Choose the data it was made for."),
            )
        if known and given > known:
            self.notes.append(
                tr(
                    "The model gives {scores} for each sample, the data has {known} classes.",
                    scores=plural(given, "score"),
                    known=known,
                )
            )
        self.classes = (*self._data.classes, *map(str, range(known, given)))
        self._note_kind(kind_of(scores))
        self._scores = self._class_scores(given)
        if given > MOST_CLASSES:
            self.notes.append(
                tr(
                    "With more than {most} classes no confusion matrix is kept.",
                    most=count(MOST_CLASSES),
                )
            )

    def _note_kind(self, kind: str) -> None:
        self._are_shares = kind == SHARES
        if self._criterion.name == "NLLLoss" and kind != LOG_SHARES:
            self.notes.append(
                tr(
                    "The model gives {kind}, where NLLLoss needs log-probabilities: the loss means nothing.",
                    kind=tr(kind),
                )
            )
        elif self._criterion.name == "CrossEntropyLoss" and kind == SHARES:
            self.notes.append(
                tr(
                    "The model gives {kind}, where CrossEntropyLoss needs {raw}: the loss is higher than it should be.",
                    kind=tr(kind),
                    raw=tr(RAW),
                )
            )

    def _begin_binary(self) -> None:
        self.classes = self._data.classes if len(self._data.classes) == 2 else ("0", "1")
        self.notes.append(tr("One score for each sample: above 0 it counts as {name}.", name=safe(self.classes[1], 60)))
        self._scores = self._class_scores(2)

    def _class_scores(self, classes: int) -> ClassScores:
        return ClassScores(classes, self._top, self._device, self._examples)

    def _begin_distance(self, scores: Tensor, targets: Tensor) -> None:
        if self._criterion.fitting(scores, moved(targets, scores.device)).shape != scores.shape:
            raise Refusal(
                tr(
                    "The model gives {scores}, the targets are {targets}: {name} compares the same shapes.",
                    scores=_shape(scores),
                    targets=_shape(targets),
                    name=self._criterion.name,
                ),
                title=TITLE,
                hint=tr("CrossEntropyLoss takes the numbers of classes.") if targets.dim() == 1 < scores.dim() else "",
            )
        self._distance = Distance(self._device, self._criterion.name == BINARY)

    # -- labels -------------------------------------------------------------------------------------------------

    def _labels(self, scores: Tensor, targets: Tensor) -> Tensor | None:
        """The class of each sample; None from the first batch on in which there is another target."""
        if self._criterion.classifies:
            _check_labels(targets, scores.shape[1])
            return targets
        if bool(((targets == 0) | (targets == 1)).all()):
            return targets.reshape(-1)
        self.notes.append(tr("There are targets other than 0 and 1: only the loss is measured."))
        self.classes, self._scores = (), None
        return None

    # -- what is to be said of it ---------------------------------------------------------------------------------

    def _hints(self, counts: Counts, model: nn.Module) -> list[str]:
        if not counts.broken:
            said = [hint(counts.confusion, self.classes), _only_one(counts, self.classes)]
            return [each for each in said if each]
        said = [
            tr(
                "For {broken} of {samples} a score is NaN.",
                broken=count(counts.broken),
                samples=plural(self.samples, "sample"),
            )
        ]
        broken = not_finite_parameters(model)
        return [*said, tr("NaN or Inf is in the weights already: {broken}.", broken=names(broken))] if broken else said


class Distance:
    """How far the outputs are from the targets, or how many of them are on the right side of 0."""

    def __init__(self, device: torch.device, are_decisions: bool) -> None:
        self._sum = torch.zeros((), dtype=_widest(device), device=device)
        self._are_decisions = are_decisions
        self._count = 0

    def add(self, scores: Tensor, targets: Tensor) -> None:
        """Both of one shape."""
        apart = (scores > 0) == (targets > 0.5) if self._are_decisions else (scores - targets).abs()
        self._sum += apart.to(self._sum.dtype).sum()
        self._count += scores.numel()

    def text(self) -> str:
        """A sentence."""
        found = float(self._sum)
        if self._are_decisions:
            return tr(
                "Of {number} single decisions (above 0: yes) {share} are right.",
                number=count(self._count),
                share=share(found, self._count),
            )
        return tr("The mean absolute error is {error:.6g}.", error=found / max(self._count, 1))


def _are_alike(scores: Tensor, targets: Any) -> bool:
    """Whether both have as many samples."""
    return isinstance(targets, Tensor) and scores.dim() > 0 < targets.dim() and len(scores) == len(targets)


def _check_labels(labels: Tensor, classes: int) -> None:
    if not len(labels) or (int(labels.min()) >= 0 and int(labels.max()) < classes):
        return
    low, high = int(labels.min()), int(labels.max())
    raise Refusal(
        tr(
            "The labels go from {low} to {high}, the model gives {classes} scores: labels count from 0 to {last}.",
            low=low,
            high=high,
            classes=classes,
            last=classes - 1,
        ),
        title=TITLE,
        hint=tr("Labels that count from 1 need 1 taken off.") if low == 1 and high == classes else "",
    )


def _only_one(counts: Counts, classes: tuple[str, ...]) -> str:
    """Said when all samples are taken for one class, and are not all of one."""
    columns = [sum(column) for column in zip(*counts.confusion)]
    used = [at for at, given in enumerate(columns) if given]
    if len(used) != 1 or sum(any(row) for row in counts.confusion) < 2:
        return ""
    return tr("Every sample is taken for {name}.", name=safe(classes[used[0]], 60))


def _part(output: Any, scores: Tensor) -> list[str]:
    if isinstance(output, Tensor):
        return []
    keys = [key for key, value in output.items() if value is scores] if isinstance(output, dict) else []
    which = (
        f"`{safe(str(keys[0]))}`" if keys else "`logits`" if hasattr(output, "logits") else tr("the first tensor in it")
    )
    return [tr("The model gives a {type}; {which} is judged.", type=type(output).__name__, which=which)]


def _shape(tensor: Tensor) -> str:
    return shape(tuple(tensor.shape))


def _widest(device: torch.device) -> torch.dtype:
    """For sums; mps has no float64."""
    return torch.float32 if device.type == "mps" else torch.float64
