"""Mixed precision: float16 with a scaler on CUDA, bfloat16 on the CPU, float16 on mps; or none."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import Tensor, nn


class Precision:
    """In which precision a run calculates. `scaler` is None where gradients need no scaling."""

    def __init__(self, device: torch.device, amp: bool) -> None:
        self._device = device.type
        self.is_mixed = amp and has_mixed(device)
        self.scaler = _scaler() if self.is_mixed and device.type == "cuda" else None

    def autocast(self) -> Any:
        """A context for the forward pass and the loss."""
        if not self.is_mixed:
            return contextlib.nullcontext()
        return torch.autocast(self._device, dtype=torch.bfloat16 if self._device == "cpu" else torch.float16)

    def step(self, loss: Tensor, model: nn.Module, optimizer: torch.optim.Optimizer, clip: float) -> None:
        """Backward pass and step; with `clip`, gradients have at most that norm together."""
        scaler = self.scaler
        (loss if scaler is None else scaler.scale(loss)).backward()
        if clip:
            if scaler is not None:
                scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        if scaler is None:
            optimizer.step()
        else:
            scaler.step(optimizer)
            scaler.update()


def has_mixed(device: torch.device) -> bool:
    """Whether autocast is to be had there."""
    try:
        with torch.autocast(device.type, dtype=torch.bfloat16 if device.type == "cpu" else torch.float16):
            return True
    except (RuntimeError, ValueError, TypeError):
        return False


def _scaler() -> Any:
    amp: Any = getattr(torch, "amp", None)
    if hasattr(amp, "GradScaler"):
        return amp.GradScaler("cuda")
    return torch.cuda.amp.GradScaler()  # torch before 2.3
