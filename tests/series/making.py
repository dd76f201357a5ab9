"""Little trainings, as people's scripts save them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inspector.progress import finish
from inspector.series.figures import Series
from inspector.series.finding import trainings
from inspector.series.measuring import measure
from inspector.series.members import Training, Trainings


def network(seed: int = 0, width: int = 8) -> nn.Sequential:
    """A first layer that is to be frozen, a batch norm, and a head."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, width), nn.BatchNorm1d(width), nn.Linear(width, 3))


class Trained:
    """A training that is under way; its first layer is frozen."""

    def __init__(self, seed: int = 0, width: int = 8, lr: float = 0.1) -> None:
        self.model = network(seed, width)
        self.model[0].requires_grad_(False)
        self.optimizer = torch.optim.Adam([each for each in self.model.parameters() if each.requires_grad], lr=lr)

    def epoch(self, steps: int = 3) -> Trained:
        for _ in range(steps):
            self.optimizer.zero_grad()
            self.model(torch.randn(16, 6)).square().mean().backward()
            self.optimizer.step()
        return self

    def holds(self, epoch: int, **more: Any) -> dict[str, Any]:
        return {"epoch": epoch, "model_state_dict": self.model.state_dict(),
                "optimizer_state_dict": self.optimizer.state_dict(), **more}  # fmt: skip


def save(folder: Path, name: str, holds: Any) -> str:
    torch.save(holds, folder / name)
    return str(folder / name)


def age(path: str | Path, seconds: float) -> None:
    """Makes a file so many seconds older than the year 2020."""
    os.utime(path, (1_577_836_800 - seconds, 1_577_836_800 - seconds))


def trainings_in(*paths: Path | str) -> Trainings:
    return finish(trainings(list(map(str, paths))))


def training_in(*paths: Path | str) -> Training:
    return trainings_in(*paths).trainings[0]


def names_of(training: Training) -> list[str]:
    return [member.name for member in training.drawn]


def series_in(*paths: Path | str, known: Series | None = None) -> Series:
    return finish(measure(training_in(*paths), known))
