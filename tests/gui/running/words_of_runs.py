"""Histories and words of runs, and results of tests, made by hand so that every number is known."""

from __future__ import annotations

import base64

import numpy as np

from inspector.runs.histories import History
from inspector.workshop.run_words import Batches, Check, EpochEnd, Example, Picture, Tested

CLASSES = ("T-shirt", "Trouser", "Pullover", "Dress")
CONFUSION = ((90, 0, 8, 2), (0, 99, 0, 1), (30, 0, 70, 0), (5, 5, 0, 90))
PROOFS = (
    Check("Dropout does nothing", "ok", "4 dropout layers gave back what they were given."),
    Check("Model left as it was", "warning", "A buffer changed."),
)


def history(epochs: int = 3, batches: int = 20) -> History:
    """Losses that fall to 1 / epoch, batch by batch to 1 / (1 + x)."""
    ends = range(1, epochs + 1)
    xs = np.arange(1, epochs * batches + 1) / batches
    return History(
        train_loss=tuple((float(e), 1.0 / e) for e in ends),
        valid_loss=tuple((float(e), 1.1 / e) for e in ends),
        accuracy=tuple((float(e), 0.5 + 0.1 * e) for e in ends),
        lr=tuple((float(e), 0.001) for e in ends),
        batch_losses=(xs, 1 / (1 + xs)) if batches else None,
        best_epoch=epochs,
    )


def losses(epoch: int, first: int, *values: float, lr: float = 0.001) -> Batches:
    return Batches(epoch, first, values, lr, 1000.0)


def end(epoch: int, valid: float | None = 0.3, accuracy: float | None = 0.9, best: bool = False) -> EpochEnd:
    return EpochEnd(epoch, 0.35, valid, accuracy, 0.001, 0.0005, 2.0, best)


def picture(shade: int = 128, channels: int = 1) -> Picture:
    return Picture(2, 3, channels, base64.b64encode(bytes([shade] * 6 * channels)).decode())


def result_of(epoch: int | None = 3, confusion: tuple[tuple[int, ...], ...] = CONFUSION, **fields: object) -> Tested:
    """A test of 400 samples of four classes."""
    matrix = np.array(confusion)
    examples = (
        Example(17, 2, 0, 0.99, picture()), Example(4, 0, 2, 0.95, picture(channels=3)), Example(9, 2, 0, 0.9),
    )  # fmt: skip
    found = Tested(
        path=f"/runs/net_epoch{epoch}.pth", epoch=epoch, split="test", samples=int(matrix.sum()), loss=0.4,
        correct=int(np.trace(matrix)), top=2, top_correct=int(matrix.sum()) - 3, classes=CLASSES, confusion=confusion,
        examples=examples, seconds=0.5, speed=800.0, proofs=PROOFS,
    )  # fmt: skip
    return found._replace(**fields)


def numbers_of(epoch: int = 3) -> Tested:
    """A test whose targets are no classes."""
    return result_of(epoch)._replace(
        correct=None, top_correct=None, classes=(), confusion=(), examples=(), loss=0.0312, proofs=()
    )
