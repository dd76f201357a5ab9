"""How good a model is on a pile of samples, while it is in evaluation mode.

Why this way: sums stay on the device until the end, so a GPU is not waited for after each batch. Within a training
`no_grad` takes the place of `inference_mode`: what a module keeps of an inference tensor (a cache of positions, say)
could not be trained with afterwards.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ...language import tr
from ...progress import Progress
from .criteria import Criterion
from .devices import moved, samples_in
from .teams import ALONE, Team
from .wishes import GO_ON

BETWEEN_WORDS = 0.1
"""Seconds."""


class Evaluation(NamedTuple):
    """What came of it."""

    loss: float
    """The mean over all samples; not a number where there were none."""
    correct: int | None
    """None where targets are no classes."""
    count: int  # type: ignore[assignment]


@contextlib.contextmanager
def evaluation_mode(model: nn.Module, *, inference: bool = True) -> Iterator[None]:
    """All modules evaluate, and nothing is kept for gradients; afterwards each is in the mode that it was in."""
    with modules_evaluate(model), without_gradients(inference):
        yield


@contextlib.contextmanager
def modules_evaluate(model: nn.Module) -> Iterator[None]:
    """`model.eval()`; afterwards each module is in the mode that it was in."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def without_gradients(inference: bool = True) -> Any:
    """`inference_mode`, or `no_grad`."""
    return torch.inference_mode() if inference else torch.no_grad()


def evaluate(
    model: nn.Module,
    pile: Any,
    criterion: Criterion,
    device: torch.device,
    batch_size: int,
    *,
    most_batches: int = 0,
    workers: int = 0,
    inference: bool = True,
    autocast: Any = contextlib.nullcontext,
    team: Team = ALONE,
    text: str = "",
) -> Generator[Progress, None, Evaluation]:
    """Loss and hits over `pile` (a `Pile`), or over its first `most_batches`. Yields Progress in samples.

    All of a team yield after the same batch; one that has no batch left goes along with the others.
    """
    from .data import Order

    sums = _Sums()
    spoke = time.monotonic()
    batches = iter(pile.batches(batch_size, Order(shuffled=False, share=team.share), 0, workers))
    most = pile.batch_count(batch_size, Order(shuffled=False, share=(0, team.size)))
    with modules_evaluate(model):
        for number in range(1, most + 1):
            for inputs, targets in islice(batches, 1):
                with without_gradients(inference), autocast():  # not over a yield: whoever listens has gradients
                    targets = moved(targets, device)
                    output = model(moved(inputs, device))
                    correct = criterion.correct(output, targets)
                    sums.add(criterion(output, targets), correct, samples_in(inputs, targets))
            if number == most_batches:
                break
            if team.agreed(GO_ON, time.monotonic() - spoke > BETWEEN_WORDS)[1][0]:
                yield Progress(min(sums.count * team.size, pile.count), pile.count, "samples", text or tr("Validating"))
                spoke = time.monotonic()
    return sums.evaluation(team)


class _Sums:
    """Sums over batches, on the device of what is added."""

    def __init__(self) -> None:
        self.count = 0
        self._loss: Tensor | None = None
        self._correct: Tensor | None = None
        self._judged = 0

    def add(self, loss: Tensor, correct: Tensor | None, count: int) -> None:
        weighted = loss.detach().to(_WIDE.get(loss.device.type, torch.float64)) * count
        self._loss = weighted if self._loss is None else self._loss + weighted
        if correct is not None:
            self._correct = correct if self._correct is None else self._correct + correct
            self._judged += count
        self.count += count

    def evaluation(self, team: Team) -> Evaluation:
        loss = float(self._loss) if self._loss is not None else 0.0
        correct = float(self._correct) if self._correct is not None else 0.0
        loss, correct, count, judged = team.sum((loss, correct, float(self.count), float(self._judged)))
        mean = loss / count if count else float("nan")
        return Evaluation(mean, int(correct) if judged and judged == count else None, int(count))


_WIDE = {"mps": torch.float32}
"""What has no float64."""
