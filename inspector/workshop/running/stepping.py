"""One step of training: forward, loss, backward, optimizer.

Why this way: it is what the whole run waits for, so everything that does not change is decided once. On the CPU a loss
is looked at before it is followed, so weights stay as they were when it is no number; on a GPU that would make every
batch wait, so there it is seen when losses are told.
"""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from .devices import moved
from .finite import reason
from .preparing import Prepared


class NotFinite(Exception):
    """A loss that is no number; `where` says which layer made it."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class Step:
    """Called with a batch it trains on it, and gives its loss: a number, or a tensor that is read later."""

    def __init__(self, run: Prepared) -> None:
        self._run = run
        self._model = run.team.wrapped(run.model)
        self._is_on_cpu = run.device.type == "cpu"
        self._stops = run.request.stop_at_nan
        self._clip = run.request.clip
        self._last: tuple[Any, Any] = (None, None)

    def __call__(self, inputs: Any, targets: Any) -> Any:
        run = self._run
        if not self._is_on_cpu:
            inputs, targets = moved(inputs, run.device), moved(targets, run.device)
        run.optimizer.zero_grad()
        loss = self._loss(inputs, targets)
        if not self._is_on_cpu:
            self._last = inputs, targets
            run.precision.step(loss, run.model, run.optimizer, self._clip)
            return loss.detach()
        value = loss.item()
        if self._stops and not math.isfinite(value):
            self._last = inputs, targets
            raise NotFinite(self.reason())
        run.precision.step(loss, run.model, run.optimizer, self._clip)
        return value

    def _loss(self, inputs: Any, targets: Any) -> Tensor:
        run = self._run
        if not run.precision.is_mixed:
            return run.criterion(self._model(inputs), targets)
        with run.precision.autocast():
            return run.criterion(self._model(inputs), targets)

    def reason(self) -> str:
        """Where the last batch became not finite."""
        run = self._run
        return reason(run.model, run.criterion, *self._last, run.precision.autocast)
