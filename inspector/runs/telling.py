"""The words of a run as lines for a person: the same in the window and in the terminal."""

from __future__ import annotations

import os
from typing import NamedTuple

from .. import wording
from ..workshop.run_words import Began, EpochEnd, Handshake, Message, Saved, Trained, Waiting, Word


class Line(NamedTuple):
    """One line."""

    text: str
    level: str = "info"
    """`info` or `warning`."""


def line_of(word: Word) -> Line | None:
    """What is said of `word`; None for what is only drawn."""
    if isinstance(word, Message):
        return Line(wording.safe(word.text, 1000), word.level)
    if isinstance(word, Began):
        return Line(began(word))
    if isinstance(word, Handshake):
        return Line(wording.safe(word.text, 1000), "warning" if word.is_jump else "info")
    if isinstance(word, EpochEnd):
        return Line(epoch_end(word))
    if isinstance(word, Waiting):
        return Line(f"Paused before batch {word.batch:,} of epoch {word.epoch}.")
    if isinstance(word, Saved) and word.kind == "epoch":
        return Line(f"Saved {wording.safe(os.path.basename(word.path), 120)}, {wording.size(word.nbytes)}.")
    return None


def began(word: Began) -> str:
    """`Epochs 4 to 6 on 3,600 samples, 400 to validate; cpu, learning rate 0.001`"""
    which = f"Epoch {word.epoch}" if word.epoch >= word.epochs else f"Epochs {word.epoch} to {word.epochs}"
    after = f", from batch {word.batch + 1:,} on," if word.batch else ""
    validated = f", {word.validation:,} to validate" if word.validation else ""
    samples = wording.plural(word.train, "sample")
    return f"{which}{after} on {samples}{validated}; {word.device}, learning rate {wording.number(word.lr)}"


def epoch_end(word: EpochEnd) -> str:
    """`Epoch: 4  Training Loss: 0.121100  Validation Loss: 0.134200  Accuracy: 95.20 %`"""
    parts = [f"Epoch: {word.epoch}", f"Training Loss: {word.train_loss:.6f}"]
    if word.valid_loss is not None:
        parts.append(f"Validation Loss: {word.valid_loss:.6f}")
    if word.accuracy is not None:
        parts.append(f"Accuracy: {100 * word.accuracy:.2f} %")
    return "  ".join(parts)


def trained(word: Trained) -> str:
    """How it ended, in a sentence: `Stopped after batch 31 of epoch 5, and saved.`"""
    best = f" The best was epoch {word.best_epoch}, {loss(word.best)}." if word.best_epoch else ""
    if word.ended == "finished":
        return f"Finished {duration(word.seconds)} later, after epoch {word.epoch - 1}.{best}"
    return f"Stopped {stopped_at(word)}, and saved.{best}"


def stopped_at(word: Trained) -> str:
    """`after batch 31 of epoch 5`, `after epoch 4`, `before its first batch`."""
    if word.batch:
        return f"after batch {word.batch:,} of epoch {word.epoch}"
    return f"after epoch {word.epoch - 1}" if word.epoch > 1 else "before its first batch"


def loss(value: float | None) -> str:
    """A loss in four significant figures: `0.1213`, `4.000e-05`, `nan`."""
    return "none" if value is None else f"{value:.4g}"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60:02} min"
