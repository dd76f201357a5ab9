"""The words of a run as lines for a person: the same in the window and in the terminal."""

from __future__ import annotations

import os
from typing import NamedTuple

from .. import wording
from ..language import sentences, tr
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
        return Line(tr("Paused before batch {batch:,} of epoch {epoch}.", batch=word.batch, epoch=word.epoch))
    if isinstance(word, Saved) and word.kind == "epoch":
        return Line(
            tr(
                "Saved {path}, {size}.",
                path=wording.safe(os.path.basename(word.path), 120),
                size=wording.size(word.nbytes),
            )
        )
    return None


def began(word: Began) -> str:
    """`Epochs 4 to 6 on 3,600 samples, 400 to validate; cpu, learning rate 0.001`"""
    epochs = (
        tr("Epoch {epoch}", epoch=word.epoch)
        if word.epoch >= word.epochs
        else tr("Epochs {epoch} to {epochs}", epoch=word.epoch, epochs=word.epochs)
    )
    if word.batch:
        epochs = tr("{epochs}, from batch {batch:,} on,", epochs=epochs, batch=word.batch + 1)
    samples = wording.plural(word.train, "sample")
    if word.validation:
        samples = tr("{samples}, {validation:,} to validate", samples=samples, validation=word.validation)
    return tr(
        "{epochs} on {samples}; {device}, learning rate {rate}",
        epochs=epochs,
        samples=samples,
        device=word.device,
        rate=wording.number(word.lr),
    )


def epoch_end(word: EpochEnd) -> str:
    """`Epoch: 4  Training Loss: 0.121100  Validation Loss: 0.134200  Accuracy: 95.20 %`"""
    parts = [tr("Epoch: {epoch}", epoch=word.epoch), tr("Training Loss: {train_loss:.6f}", train_loss=word.train_loss)]
    if word.valid_loss is not None:
        parts.append(tr("Validation Loss: {valid_loss:.6f}", valid_loss=word.valid_loss))
    if word.accuracy is not None:
        parts.append(tr("Accuracy: {percent:.2f} %", percent=100 * word.accuracy))
    return "  ".join(parts)


def trained(word: Trained) -> str:
    """How it ended, in a sentence: `Stopped after batch 31 of epoch 5, and saved.`"""
    said = (
        tr("Finished {duration} later, after epoch {epoch}.", duration=duration(word.seconds), epoch=word.epoch - 1)
        if word.ended == "finished"
        else tr("Stopped {where}, and saved.", where=stopped_at(word))
    )
    if not word.best_epoch:
        return said
    best = tr("The best was epoch {epoch}, {loss}.", epoch=word.best_epoch, loss=loss(word.best))
    return sentences(said, best)


def stopped_at(word: Trained) -> str:
    """`after batch 31 of epoch 5`, `after epoch 4`, `before its first batch`."""
    if word.batch:
        return tr("after batch {batch:,} of epoch {epoch}", batch=word.batch, epoch=word.epoch)
    return tr("after epoch {epoch}", epoch=word.epoch - 1) if word.epoch > 1 else tr("before its first batch")


def loss(value: float | None) -> str:
    """A loss in four significant figures: `0.1213`, `4.000e-05`, `nan`."""
    return tr("none") if value is None else f"{value:.4g}"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 9.95:
        return tr("{seconds:.1f} s", seconds=seconds)
    whole = round(seconds)
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 3600:
        return tr("{minutes} min {seconds:02} s", minutes=whole // 60, seconds=whole % 60)
    return tr("{hours:,} h {minutes:02} min", hours=whole // 3600, minutes=whole % 3600 // 60)
