"""A training as a script writes it: in a process of its own too."""

from __future__ import annotations

import math
from pathlib import Path

import torch

EPOCHS = 4


def weights(epoch: int) -> dict[str, torch.Tensor]:
    """What is learned after an epoch: `stem` is frozen, `head` moves."""
    torch.manual_seed(3)
    found = {
        "stem.weight": torch.randn(4, 3, 3, 3),
        "block.0.weight": torch.randn(6, 6),
        "block.0.bias": torch.zeros(6),
        "block.1.weight": torch.randn(6, 6),
        "head.weight": torch.randn(2, 6),
    }
    for each in range(epoch):
        torch.manual_seed(10 + each)
        for key, value in found.items():
            if not key.startswith("stem"):
                value += torch.randn_like(value) * 0.1 / (1 + each)
    return found


def save(folder: Path, epoch: int, *, spoilt: bool = False) -> Path:
    """One checkpoint, written beside its place and renamed as careful scripts do."""
    held = weights(epoch)
    if spoilt:
        held["head.weight"][0, 0] = math.nan
    beside, path = folder / f".{epoch}.part", folder / f"net_epoch_{epoch}.pth"
    torch.save(
        {"epoch": epoch, "state_dict": held, "train_loss": 2.0 / epoch, "val_loss": 1 + 0.1 * (epoch - 2) ** 2}, beside
    )
    beside.rename(path)
    return path
