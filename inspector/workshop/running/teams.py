"""The processes that train one model together. Most runs are alone.

Why this way: training asks its team who it is and what all have found, and does not know whether there is more than
one. A team of several has the same methods, over `torch.distributed`.
"""

from __future__ import annotations

from collections.abc import Sequence


class Team:
    """A team of one."""

    rank = 0
    size = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the process that saves and speaks."""
        return self.rank == 0

    @property
    def share(self) -> tuple[int, int]:
        """As `Order.share`: (rank, of how many)."""
        return self.rank, self.size

    def sum(self, values: Sequence[float]) -> tuple[float, ...]:
        """Each value, summed over the team."""
        return tuple(values)

    def any(self, value: bool) -> bool:
        """Whether it holds for one of the team at least."""
        return value

    def barrier(self) -> None:
        """Waits for all."""


ALONE = Team()
