"""The processes that train one model together. Most runs are alone.

Why this way: training asks its team who it is and what all have found, and does not know whether there is more than
one. A team of several has the same methods, over `torch.distributed`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn


class Team:
    """A team of one."""

    rank = 0
    size = 1
    device: torch.device | None = None
    """On which this process calculates; None: as the request says."""

    @property
    def is_first(self) -> bool:
        """Whether this is the process that saves and speaks."""
        return self.rank == 0

    @property
    def share(self) -> tuple[int, int]:
        """As `Order.share`: (rank, of how many)."""
        return self.rank, self.size

    def agreed(self, wish: str, *due: bool) -> tuple[str, tuple[bool, ...]]:
        """What all of the team do next: the wish that weighs most, and whatever is due for one of them."""
        return wish, due

    def sum(self, values: Sequence[float]) -> tuple[float, ...]:
        """Each value, summed over the team."""
        return tuple(values)

    def means(self, losses: Sequence[float], counts: Sequence[int]) -> tuple[Sequence[float], Sequence[int]]:
        """The losses of batches over the samples of all, and how many samples these are."""
        return losses, counts

    def gathered(self, value: Any) -> list[Any]:
        """`value`, which can be pickled, of each of the team, in the order of their ranks."""
        return [value]

    def wrapped(self, model: nn.Module) -> nn.Module:
        """`model` as it is called to train it: its gradients are those of all."""
        return model

    def match(self, model: nn.Module) -> None:
        """Gives all of the team the buffers of the first: each has normalised other samples."""

    @contextlib.contextmanager
    def in_turn(self) -> Iterator[None]:
        """Of all of the team only one at a time is within this."""
        for _ in range(self.rank):
            self.barrier()
        yield
        for _ in range(self.size - self.rank):
            self.barrier()

    def barrier(self) -> None:
        """Waits for all."""


ALONE = Team()
