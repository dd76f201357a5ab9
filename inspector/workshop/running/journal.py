"""How far a training is and what it has found: epoch, batch, the sums of the present epoch, all losses, the best.

Why this way: what is reported, what is saved and what decides about the best all come from here, so a run that goes
on from a file has the same journal, bit for bit, as one that never stopped. Times are no part of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import torch

_LISTS = ("epoch", "train_loss", "valid_loss", "valid_accuracy", "lr", "batches")


class Journal:
    """Counts from 1: `epoch` is trained at present or next, `batch` batches of it are done."""

    def __init__(self, epoch: int = 1, batch: int = 0, best: float | None = None) -> None:
        self.epoch = epoch
        self.batch = batch
        self.best = best
        """The best loss so far; None: there is none."""
        self.best_epoch = 0
        self.loss_sum = 0.0
        """Over the samples of the present epoch."""
        self.samples = 0
        """Of the present epoch."""
        self.batch_losses = array("d")
        """Of all batches that were ever trained."""
        self.epochs: dict[str, list[Any]] = {name: [] for name in _LISTS}

    def add(self, losses: Sequence[float], counts: Sequence[int]) -> None:
        """Takes the losses of batches, means over `counts` samples."""
        for loss, count in zip(losses, counts):
            self.loss_sum += loss * count
            self.samples += count
        self.batch_losses.extend(losses)
        self.batch += len(losses)

    def end_epoch(self, train_loss: float, valid_loss: float | None, accuracy: float | None, lr: float) -> bool:
        """Writes the epoch down and goes on to the next. Returns whether it is the best so far."""
        decisive = train_loss if valid_loss is None else valid_loss
        is_best = decisive == decisive and (self.best is None or decisive < self.best)
        if is_best:
            self.best, self.best_epoch = decisive, self.epoch
        row = (self.epoch, train_loss, valid_loss, accuracy, lr, self.batch)
        for name, value in zip(_LISTS, row):
            self.epochs[name].append(value)
        self.epoch += 1
        self.batch = self.samples = 0
        self.loss_sum = 0.0
        return is_best

    def go_back(self, epoch: int) -> None:
        """Begins `epoch` anew, and forgets what was found in it and after it."""
        kept = sum(number < epoch for number in self.epochs["epoch"])
        self.epochs = {name: values[:kept] for name, values in self.epochs.items()}
        del self.batch_losses[sum(self.epochs["batches"]) :]
        self.epoch, self.batch, self.samples, self.loss_sum = epoch, 0, 0, 0.0

    # -- in files ------------------------------------------------------------------------------------------

    def history(self) -> dict[str, Any]:
        """As `history` in a file that a run saves."""
        losses = torch.frombuffer(self.batch_losses, dtype=torch.float64) if self.batch_losses else _NONE
        kept = losses.clone()  # as long as it is looked at, the array cannot grow
        return {**{name: list(values) for name, values in self.epochs.items()}, "batch_losses": kept}

    def sums(self) -> dict[str, Any]:
        """As `sums` in a file that a run saves."""
        return {"loss": self.loss_sum, "samples": self.samples}


_NONE = torch.zeros(0, dtype=torch.float64)


def journal_of(saved: Mapping[str, Any]) -> Journal:
    """The journal that a file of ours holds. Raises KeyError, TypeError or ValueError where it holds none."""
    journal = Journal(int(saved["epoch"]), int(saved["batch"]), saved["valid_loss_min"])
    journal.best_epoch = int(saved["best_epoch"])
    journal.loss_sum = float(saved["sums"]["loss"])
    journal.samples = int(saved["sums"]["samples"])
    journal.batch_losses = array("d", saved["history"]["batch_losses"].tolist())
    journal.epochs = {name: list(saved["history"][name]) for name in _LISTS}
    return journal
