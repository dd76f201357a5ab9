"""Training checkpoints as people's scripts write them, for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inspector.checkpoint.entries import Checkpoint
from inspector.checkpoint.reading import open_checkpoint
from inspector.runs.fields import fields
from inspector.runs.stored import Field


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))


def stepped(model: nn.Module, optimizer: torch.optim.Optimizer, steps: int = 1) -> torch.optim.Optimizer:
    """The optimizer after some steps."""
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(4, 6)).square().mean().backward()
        optimizer.step()
    return optimizer


def trained(steps: int = 6, **more: Any) -> dict[str, Any]:
    """Weights and an Adam's state after so many steps."""
    model = network()
    optimizer = stepped(model, torch.optim.Adam(model.parameters()), steps)
    return {**more, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict()}


def opened(folder: Path, holds: Mapping[str, Any], name: str = "file.pt", **options: Any) -> Checkpoint:
    torch.save(dict(holds), folder / name, **options)
    return open_checkpoint(folder / name)


def roles(checkpoint: Checkpoint) -> dict[str, str]:
    """Key -> role."""
    return {field.key: field.role for field in fields(checkpoint)}


def field_of(checkpoint: Checkpoint, role: str) -> Field:
    return next(field for field in fields(checkpoint) if field.role == role)
